"""Flemish goods trade by HS chapter: the section's value of each month, divided.

Everything here is constructed.

The world has every chapter; the EU and the main markets have those of sections VI and XVI, where most of the core
domains are, so that the replies stay small.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.trade import SeriesKey, build_vintage, month_name, month_number
from sandbox.sources.trade_shape import EUROPEAN_UNION, FLOWS, WORLD

FIRST_DAY, FIRST_MONTH = "2022-03-15", "2021-01"
PART_SECTIONS: dict[str, tuple[str, ...]] = {
    "Part_I_to_IV": ("I", "II", "III", "IV"),
    "Part_V_to_X": ("V", "VI", "VII", "VIII", "IX", "X"),
    "Part_XI_to_XIV": ("XI", "XII", "XIII", "XIV"),
    "Part_XV_to_XVII": ("XV", "XVI", "XVII"),
    "Part_XVIII_to_XXI": ("XVIII", "XIX", "XX", "XXI"),
}
MARKETS = ("DE", "NL", "FR", "GB", "US", "CN", "IN", "VN")
SECTIONS_OF_MARKETS = ("VI", "XVI")

# Section -> its chapters with their weights in exports and in imports.
CHAPTERS: dict[str, dict[str, tuple[int, int]]] = {
    "I": {"01": (6, 8), "02": (34, 14), "03": (12, 38), "04": (44, 36), "05": (4, 4)},
    "II": {"06": (9, 10), "07": (24, 14), "08": (34, 40), "09": (12, 12), "10": (6, 14), "11": (9, 3),
           "12": (5, 16), "13": (1, 1), "14": (1, 1)},
    "III": {"15": (1, 1)},
    "IV": {"16": (7, 8), "17": (5, 4), "18": (14, 12), "19": (14, 11), "20": (16, 12), "21": (11, 9), "22": (15, 18),
           "23": (10, 14), "24": (8, 12)},
    "V": {"25": (3, 3), "26": (2, 8), "27": (95, 89)},
    "VI": {"28": (5, 7), "29": (24, 31), "30": (46, 42), "31": (3, 2), "32": (4, 3), "33": (4, 4), "34": (3, 3),
           "35": (1, 1), "36": (1, 1), "37": (1, 1), "38": (8, 6)},
    "VII": {"39": (90, 84), "40": (10, 16)},
    "VIII": {"41": (2, 3), "42": (9, 10), "43": (1, 1)},
    "IX": {"44": (95, 93), "45": (3, 2), "46": (2, 5)},
    "X": {"47": (9, 12), "48": (74, 72), "49": (17, 16)},
    "XI": {"50": (1, 1), "51": (1, 1), "52": (3, 3), "53": (3, 2), "54": (6, 4), "55": (5, 3), "56": (5, 3),
           "57": (17, 6), "58": (2, 1), "59": (5, 3), "60": (2, 1), "61": (21, 31), "62": (20, 33), "63": (9, 8)},
    "XII": {"64": (88, 86), "65": (6, 7), "66": (2, 3), "67": (4, 4)},
    "XIII": {"68": (42, 30), "69": (13, 24), "70": (45, 46)},
    "XIV": {"71": (1, 1)},
    "XV": {"72": (41, 33), "73": (20, 23), "74": (12, 10), "75": (1, 2), "76": (15, 18), "78": (1, 1), "79": (3, 2),
           "80": (1, 1), "81": (1, 2), "82": (2, 4), "83": (3, 4)},
    "XVI": {"84": (62, 55), "85": (38, 45)},
    "XVII": {"86": (1, 1), "87": (95, 93), "88": (3, 4), "89": (1, 2)},
    "XVIII": {"90": (94, 91), "91": (4, 6), "92": (2, 3)},
    "XIX": {"93": (1, 1)},
    "XX": {"94": (55, 52), "95": (36, 38), "96": (9, 10)},
    "XXI": {"97": (24, 20), "99": (76, 80)},
}  # fmt: skip
# Vaccines: per cent of the chapter's usual weight.
CHAPTER_YEARS: dict[tuple[str, int], int] = {("30", 2021): 135, ("30", 2022): 120, ("27", 2022): 112}


@cache
def build_chapters(day: str, sections: tuple[str, ...]) -> dict[SeriesKey, list[int]]:
    """Build the series of a publication by country, section or chapter, and flow.

    Values are EUR thousand, by month from FIRST_MONTH on.
    """
    first = month_number(FIRST_MONTH)
    series: dict[SeriesKey, list[int]] = {}
    for (country, section, flow), values in build_vintage(day).items():
        if section in sections and _is_published(country, section):
            series[country, section, flow] = values[first:]
            series |= _divided(country, section, flow, values[first:])
    return dict(sorted(series.items()))


def _is_published(country: str, section: str) -> bool:
    return country == WORLD or (section in SECTIONS_OF_MARKETS and country in (EUROPEAN_UNION, *MARKETS))


def _divided(country: str, section: str, flow: str, values: Sequence[int]) -> dict[SeriesKey, list[int]]:
    """Divide a section by chapter, alike for all countries: no market exceeds the world."""
    of_months = [allot(value, _weights(section, flow, month)) for month, value in enumerate(values)]
    return {
        (country, chapter, flow): [shares[place] for shares in of_months]
        for place, chapter in enumerate(CHAPTERS[section])
    }


@cache
def _weights(section: str, flow: str, month: int) -> list[int]:
    """Compute the weight of each chapter of a section in a month, counted from FIRST_MONTH."""
    period = month_name(month_number(FIRST_MONTH) + month)
    side, year = FLOWS[::-1].index(flow), int(period[:4])
    roll = dice("chapters", flow, section, period)
    return [
        pair[side] * CHAPTER_YEARS.get((chapter, year), 100) * roll(92, 108)
        for chapter, pair in CHAPTERS[section].items()
    ]
