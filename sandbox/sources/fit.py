"""FIT's files: yearly figures of investment, a register of projects, statements on trade.

The yearly table changes silently: a revised figure replaces the former one in the next file. The register is
constructed, project by project, so that each closed year adds up to the published figures, as they are now known.
The statements are printed ones, in EUR million: of each figure the newest at a moment, with day and source. Where only
the month of a publication is known, its day is the 15th; where only the year, mid-March, when FIT reports on the year.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sandbox.sources.allotment import allot, dice, shuffle
from sandbox.sources.figures import (
    DERIVED,
    FDI_FIGURES,
    FDI_REVISIONS,
    FDI_THIS_YEAR,
    FDI_UNTIL,
    PUBLISHED,
    FdiFigure,
)
from sandbox.sources.reply import Reply, morning_of, not_found

ANNUAL_COLUMNS = ("year", "indicator", "value", "unit", "published_on", "source")
PROJECT_COLUMNS = ("project_id", "year", "announced_on", "origin_country", "mode", "core_domain", "jobs", "capex_eur")
HEADLINE_COLUMNS = ("period", "indicator", "value", "unit", "status", "published_on", "source")
CONTENT_TYPE = "text/csv; charset=utf-8"
EUR_PER_THOUSAND, EUR_PER_MILLION = 1000, 1_000_000

ORIGINS: dict[str, int] = {
    "US": 200, "NL": 160, "FR": 105, "DE": 95, "GB": 90, "JP": 55, "CN": 45, "IN": 40, "CH": 25, "IT": 25, "ES": 20,
    "SE": 20, "DK": 18, "IL": 15, "CA": 15, "TR": 14, "IE": 12, "KR": 12, "AT": 8, "LU": 8, "VN": 3,
}  # fmt: skip
DOMAINS: dict[str, int] = {
    "engineering-technology": 32, "life-sciences": 19, "smart-logistics": 16, "food": 13, "sustainable-materials": 13,
    "unassigned": 7,
}  # fmt: skip
MODES: dict[str, int] = {"greenfield": 55, "expansion": 20, "merger_acquisition": 25}
# Published: 60 American projects in 2024; greenfield and acquisitions of 2021 (51.19 and 32.20 %) and of 2020 (67.41
# and 18.75 %).
AMERICAN_PROJECTS: dict[int, int] = {2024: 60}
MODE_COUNTS: dict[int, tuple[int, int, int]] = {2020: (151, 31, 42), 2021: (151, 49, 95)}
# Published: one project made 1.2 bn of the 5.26 bn of 2022.
LARGEST_CAPEX_EUR: dict[int, int] = {2022: 1_200_000_000}


class Statement(NamedTuple):
    """A figure as stated on a day."""

    period: str
    indicator: str
    million_eur: int
    published_on: str
    provenance: str
    source: str
    status: str = "A"


_HLN_2018, _HLN_2021 = "HLN, April 2018, after FIT", "HLN, March 2021, after FIT"
_FIT_2024 = "FIT, Vlaamse export bij jaarwisseling 23-24"
_STATFL = "Statistics Flanders, import and export of goods"

STATEMENTS: tuple[Statement, ...] = (
    Statement("2016", "exports", 302_000, "2018-04-15", PUBLISHED, _HLN_2018),
    Statement("2017", "exports", 317_000, "2018-04-15", PUBLISHED, _HLN_2018),
    Statement("2018", "exports", 328_000, "2019-03-30", PUBLISHED, "HLN, 30 March 2019, after FIT"),
    Statement("2019", "exports", 325_100, "2020-03-16", PUBLISHED, "FIT, Analyse Vlaamse in- en uitvoercijfers"),
    Statement("2019", "exports", 324_300, "2021-03-15", DERIVED, _HLN_2021 + ": 298 bn is -8.1 %"),
    Statement("2020", "exports", 298_000, "2021-03-15", PUBLISHED, _HLN_2021),
    Statement("2021", "exports", 380_500, "2022-03-15", PUBLISHED, "Trends, 2022, after FIT"),
    Statement("2022", "exports", 479_700, "2023-03-15", PUBLISHED, "Trends, April 2023, after FIT"),
    Statement("2022", "exports", 481_000, "2024-03-15", DERIVED, _FIT_2024 + ": 430 bn is -10.65 %"),
    Statement("2022", "imports", 489_900, "2024-03-15", DERIVED, _FIT_2024 + ": 426 bn is -13.05 %"),
    Statement("2023", "exports", 430_000, "2024-03-15", PUBLISHED, _FIT_2024 + ': "just under 430 bn"'),
    Statement("2023", "imports", 426_000, "2024-03-15", PUBLISHED, _FIT_2024),
    Statement("2023", "exports", 434_000, "2025-03-14", DERIVED, _STATFL + ": 418 bn is -3.7 %"),
    Statement("2023", "imports", 435_400, "2025-03-14", DERIVED, _STATFL + ": 408 bn is -6.3 %"),
    Statement("2024", "exports", 418_000, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2024", "imports", 408_000, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2024", "exports_to_us", 26_400, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2025-Q1", "exports", 103_200, "2025-06-15", PUBLISHED, _STATFL, "P"),
    Statement("2025-Q1", "imports", 102_500, "2025-06-15", PUBLISHED, _STATFL, "P"),
)


def answer_fit(path: str, at: datetime) -> Reply:
    """Answer a path below /fit, as it stood at a moment."""
    if path == "fdi-annual.csv":
        rows = annual_rows(at)
        newest = max((str(row[4]) for row in rows), default="")
        return _reply(ANNUAL_COLUMNS, rows, newest)
    if path == "fdi-projects.csv":
        projects = [row for row in _register() if morning_of(str(row[2])) <= at]
        newest = max((str(row[2]) for row in projects), default="")
        return _reply(PROJECT_COLUMNS, projects, newest)
    if path == "headlines.csv":
        rows = headline_rows(at)
        return _reply(HEADLINE_COLUMNS, rows, max((str(row[5]) for row in rows), default=""))
    return not_found("Not Found")


def annual_rows(at: datetime) -> list[tuple[object, ...]]:
    """Build the yearly table, ANNUAL_COLUMNS, as it stood at a moment."""
    published = [figure for figure in FDI_FIGURES if morning_of(figure.published_on) <= at]
    rows = {row[:2]: row for figure in published for row in _rows_of_year(figure)}
    for change in FDI_REVISIONS:
        if morning_of(change.published_on) <= at:
            row = rows[change.year, change.indicator]
            rows[row[:2]] = (*row[:2], change.value, row[3], change.published_on, change.source)
    return list(rows.values())


def headline_rows(at: datetime) -> list[tuple[object, ...]]:
    """Build the rows, HEADLINE_COLUMNS, as of a moment: the newest statement of each figure."""
    newest: dict[tuple[str, str], Statement] = {}
    for statement in STATEMENTS:
        if morning_of(statement.published_on) <= at:
            newest[statement.period, statement.indicator] = statement
    return [
        (
            statement.period,
            statement.indicator,
            statement.million_eur * EUR_PER_MILLION,
            "EUR",
            statement.status,
            statement.published_on,
            statement.source if statement.provenance == PUBLISHED else f"{statement.source} ({DERIVED})",
        )
        for statement in newest.values()
    ]


def project_rows(year: int) -> list[tuple[object, ...]]:
    """Build the projects of a year, PROJECT_COLUMNS, in order of announcement."""
    figure = _as_now_known(year)
    days = _days(figure)
    origins, modes, domains = _origins(figure), _modes(figure), _spread(figure, DOMAINS, "domain")
    jobs, capex = _jobs(figure, modes), _capex(figure)
    return [
        (f"FIT-{year}-{i + 1:04d}", year, days[i], origins[i], modes[i], domains[i], jobs[i], capex[i])
        for i in range(figure.projects)
    ]


def _as_now_known(year: int) -> FdiFigure:
    figure = {figure.year: figure for figure in (*FDI_FIGURES, FDI_THIS_YEAR)}[year]
    changes = {change.indicator: change.value for change in FDI_REVISIONS if change.year == year}
    return figure._replace(jobs=changes.get("jobs", figure.jobs))


@cache
def _register() -> tuple[tuple[object, ...], ...]:
    years = [figure.year for figure in (*FDI_FIGURES, FDI_THIS_YEAR)]
    return tuple(row for year in years for row in project_rows(year))


def _rows_of_year(figure: FdiFigure) -> Iterable[tuple[object, ...]]:
    values = {"projects": figure.projects, "jobs": figure.jobs, "capex": figure.capex_eur}
    for indicator, value in values.items():
        unit = "EUR" if indicator == "capex" else "NUMBER"
        source = f"{figure.source} ({DERIVED})" if indicator in figure.derived else figure.source
        yield figure.year, indicator, value, unit, figure.published_on, source


def _days(figure: FdiFigure) -> list[str]:
    first = date(figure.year, 1, 4)
    last = date.fromisoformat(FDI_UNTIL) if figure.year == FDI_THIS_YEAR.year else date(figure.year, 12, 22)
    roll = dice("announced", figure.year)
    return sorted(str(first + timedelta(days=roll(0, (last - first).days))) for _ in range(figure.projects))


def _spread(figure: FdiFigure, weights: dict[str, int], word: str) -> list[str]:
    return _deal(dict(zip(weights, allot(figure.projects, list(weights.values())), strict=True)), word, figure.year)


def _deal(counts: dict[str, int], word: str, year: int) -> list[str]:
    return shuffle([code for code, count in counts.items() for _ in range(count)], word, year)


def _origins(figure: FdiFigure) -> list[str]:
    americans = AMERICAN_PROJECTS.get(figure.year)
    if americans is None:
        return _spread(figure, ORIGINS, "origin")
    others = {code: weight for code, weight in ORIGINS.items() if code != "US"}
    counts = dict(zip(others, allot(figure.projects - americans, list(others.values())), strict=True))
    return _deal({"US": americans} | counts, "origin", figure.year)


def _modes(figure: FdiFigure) -> list[str]:
    known = MODE_COUNTS.get(figure.year)
    return _deal(dict(zip(MODES, known, strict=True)), "mode", figure.year) if known else _spread(figure, MODES, "mode")


def _jobs(figure: FdiFigure, modes: Sequence[str]) -> list[int]:
    """Give the jobs of each project: few large employers, few jobs for an acquisition."""
    roll = dice("jobs", figure.year)
    weights = [10**8 // (roll(1, 1000) + 40) for _ in range(figure.projects)]
    parts = [weight // (5 if mode == "merger_acquisition" else 1) for weight, mode in zip(weights, modes, strict=True)]
    return allot(figure.jobs, parts)


def _capex(figure: FdiFigure) -> list[int]:
    """Give the EUR of each project, in whole thousands.

    A handful of projects makes most of a year's sum.
    """
    roll = dice("capex", figure.year)
    weights = [_skewed(roll(1, 100_000)) for _ in range(figure.projects)]
    largest, at = LARGEST_CAPEX_EUR.get(figure.year, 0), weights.index(max(weights))
    if largest:
        weights[at] = 0
    thousands = allot((figure.capex_eur - largest) // EUR_PER_THOUSAND, weights)
    thousands[at] += largest // EUR_PER_THOUSAND
    return [amount * EUR_PER_THOUSAND for amount in thousands]


def _skewed(ticket: int) -> int:
    """Turn an even draw of 1 to 100,000 into a long tail; logarithms differ between platforms."""
    return 10**15 // (ticket + 2500) ** 2 + 10**9 // (ticket + 2500)


def _reply(columns: Sequence[str], rows: Sequence[Sequence[object]], newest: str) -> Reply:
    if not rows:
        return not_found("Not Found")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return Reply(body=text.getvalue().encode(), content_type=CONTENT_TYPE, released_at=morning_of(newest))
