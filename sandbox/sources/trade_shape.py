"""The shape of Flemish goods trade below its totals: countries, sections and months.

Everything here is constructed.

Codes are NBB's: GR, GB, XS for Serbia, XK for Kosovo; A1 is the world and D0 the European Union, sums that must
never be added to their members.
"""

from __future__ import annotations

from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.figures import EU_SHARES, US_SHARES

WORLD, EUROPEAN_UNION = "A1", "D0"
FLOWS = ("I", "X")

# Country -> weight within its group in exports, in imports, and its drift in per mille a year.
EU_WEIGHTS: dict[str, tuple[int, int, int]] = {
    "AT": (180, 120, 0), "CZ": (210, 200, 10), "DE": (2650, 2350, -8), "DK": (190, 110, 5), "ES": (470, 340, 5),
    "FI": (110, 120, 0), "FR": (1950, 1450, -6), "GR": (130, 40, 15), "HU": (140, 120, 5), "IE": (200, 780, 20),
    "IT": (720, 520, 3), "LU": (230, 120, 0), "NL": (2100, 3150, 2), "PL": (470, 310, 30), "PT": (120, 80, 5),
    "RO": (160, 80, 15), "SE": (310, 420, 0),
}  # fmt: skip
OTHER_WEIGHTS: dict[str, tuple[int, int, int]] = {
    "AE": (330, 160, 10), "BR": (190, 230, 10), "CA": (210, 190, 10), "CH": (520, 420, 5), "CN": (760, 1900, 12),
    "GB": (2300, 1250, -25), "IL": (310, 230, -10), "IN": (680, 620, 25), "JP": (330, 720, -5), "KR": (230, 280, 10),
    "NO": (200, 330, 5), "TR": (470, 330, 10), "VN": (60, 260, 60), "XK": (3, 1, 20), "XS": (45, 25, 30),
}  # fmt: skip
EU_COUNTRIES = tuple(EU_WEIGHTS)
COUNTRIES = tuple(sorted([*EU_WEIGHTS, *OTHER_WEIGHTS, "US"]))

# HS section -> weight in exports and in imports.
SECTIONS: dict[str, tuple[int, int]] = {
    "I": (310, 210), "II": (240, 330), "III": (70, 80), "IV": (520, 380), "V": (1250, 1650), "VI": (2450, 2050),
    "VII": (850, 560), "VIII": (40, 60), "IX": (70, 100), "X": (150, 150), "XI": (270, 420), "XII": (90, 170),
    "XIII": (110, 120), "XIV": (420, 440), "XV": (720, 680), "XVI": (1150, 1500), "XVII": (1150, 1250),
    "XVIII": (230, 280), "XIX": (8, 9), "XX": (160, 260), "XXI": (15, 14),
}  # fmt: skip

# Vaccines in 2021, energy prices in 2022, diamonds after the sanctions: per cent of the usual weight.
SECTION_YEARS: dict[tuple[str, int], int] = {
    ("V", 2020): 72, ("V", 2021): 115, ("V", 2022): 165, ("V", 2023): 122, ("V", 2024): 108,
    ("VI", 2020): 112, ("VI", 2021): 125, ("VI", 2022): 118, ("VI", 2023): 112, ("VI", 2024): 112,
    ("VI", 2025): 112, ("VI", 2026): 112, ("XIV", 2020): 62, ("XIV", 2023): 78, ("XIV", 2024): 62,
    ("XIV", 2025): 58, ("XIV", 2026): 57, ("XVII", 2020): 88,
}  # fmt: skip
SPECIALITIES: dict[tuple[str, str], int] = {
    ("AE", "XIV"): 900, ("IL", "XIV"): 1200, ("IN", "XIV"): 1000, ("US", "VI"): 190, ("IE", "VI"): 260,
    ("NO", "V"): 320, ("VN", "XI"): 300, ("VN", "XII"): 700, ("CN", "XVI"): 190, ("BR", "IV"): 250,
    ("LU", "XV"): 220, ("JP", "XVII"): 200,
}  # fmt: skip

SEASON = (975, 965, 1080, 1005, 1000, 1045, 965, 890, 1040, 1060, 1025, 950)
# The first lockdown, in per mille of the usual.
SHOCKS: dict[tuple[int, int], int] = {(2020, 3): 940, (2020, 4): 730, (2020, 5): 800, (2020, 6): 930}
# Growth within the year, per mille a month, so that January does not jump where the years do.
SLOPES: dict[int, int] = {2017: 4, 2018: 2, 2020: 4, 2021: 24, 2022: 8, 2023: -14, 2024: -2, 2026: 3}
SMALLEST_CELL = 12_000


@cache
def country_shares(flow: str, year: int) -> dict[str, int]:
    """Compute the share of each country in a year's trade, per 100,000; they add up to it."""
    side = FLOWS[::-1].index(flow)
    european, american = EU_SHARES[flow][year], US_SHARES[flow][year]
    shares = {"US": american}
    for group, share in ((EU_WEIGHTS, european), (OTHER_WEIGHTS, 100_000 - european - american)):
        weights = [row[side] * (1000 + row[2] * (year - 2016)) for row in group.values()]
        shares |= dict(zip(group, allot(share, weights), strict=True))
    return shares


@cache
def sections_of(flow: str, country: str) -> dict[str, int]:
    """List the sections that a country trades in, with weights.

    Small countries do not trade in all of them.
    """
    side = FLOWS[::-1].index(flow)
    size = country_shares(flow, 2016)[country]
    roll = dice("affinity", flow, country)
    weights = {
        s: pair[side] * roll(50, 150) * SPECIALITIES.get((country, s), 100) // 100 for s, pair in SECTIONS.items()
    }
    return {section: weight for section, weight in weights.items() if weight * size >= SMALLEST_CELL * 100}


def month_weight(year: int, month: int) -> int:
    """Compute the weight of a month in a year's trade, per mille of the usual."""
    return (
        SEASON[month - 1]
        * SHOCKS.get((year, month), 1000)
        * (1000 + SLOPES.get(year, 0) * (2 * month - 13))
        // 1_000_000
    )
