"""Foreign direct investment as FIT tells it: a table of yearly figures, and a register of projects.

The yearly table changes without a word: a figure that was revised is simply another one the next time. The register
is constructed, project by project, so that each closed year adds up to the published figures, as they are now known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache

from sandbox.sources import headlines
from sandbox.sources.allotment import allot, dice, shuffled
from sandbox.sources.figures import DERIVED, FDI_FIGURES, FDI_REVISIONS, FDI_THIS_YEAR, FDI_UNTIL, FdiFigure
from sandbox.sources.replying import Reply, missing, morning

ANNUAL_COLUMNS = ("year", "indicator", "value", "unit", "published_on", "source")
PROJECT_COLUMNS = ("project_id", "year", "announced_on", "origin_country", "mode", "core_domain", "jobs", "capex_eur")
CONTENT_TYPE = "text/csv; charset=utf-8"
EUR_PER_THOUSAND = 1000

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


def answer(path: str, at: datetime) -> Reply:
    """The reply to a path below /fit, as it stood at a moment."""
    if path == "fdi-annual.csv":
        rows = annual_rows(at)
        newest = max((str(row[4]) for row in rows), default="")
        return _reply(ANNUAL_COLUMNS, rows, newest)
    if path == "fdi-projects.csv":
        projects = [row for row in _register() if morning(str(row[2])) <= at]
        newest = max((str(row[2]) for row in projects), default="")
        return _reply(PROJECT_COLUMNS, projects, newest)
    if path == "headlines.csv":
        rows = headlines.rows(at)
        return _reply(headlines.COLUMNS, rows, max((str(row[5]) for row in rows), default=""))
    return missing("Not Found")


def annual_rows(at: datetime) -> list[tuple[object, ...]]:
    """The yearly table, ANNUAL_COLUMNS, as it stood at a moment."""
    out = [figure for figure in FDI_FIGURES if morning(figure.published_on) <= at]
    rows = {row[:2]: row for figure in out for row in _rows_of_year(figure)}
    for change in FDI_REVISIONS:
        if morning(change.published_on) <= at:
            row = rows[change.year, change.indicator]
            rows[row[:2]] = (*row[:2], change.value, row[3], change.published_on, change.source)
    return list(rows.values())


def project_rows(year: int) -> list[tuple[object, ...]]:
    """The projects of a year, PROJECT_COLUMNS, in order of announcement."""
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
    return _dealt(dict(zip(weights, allot(figure.projects, list(weights.values())), strict=True)), word, figure.year)


def _dealt(counts: dict[str, int], word: str, year: int) -> list[str]:
    return shuffled([code for code, count in counts.items() for _ in range(count)], word, year)


def _origins(figure: FdiFigure) -> list[str]:
    americans = AMERICAN_PROJECTS.get(figure.year)
    if americans is None:
        return _spread(figure, ORIGINS, "origin")
    others = {code: weight for code, weight in ORIGINS.items() if code != "US"}
    counts = dict(zip(others, allot(figure.projects - americans, list(others.values())), strict=True))
    return _dealt({"US": americans} | counts, "origin", figure.year)


def _modes(figure: FdiFigure) -> list[str]:
    known = MODE_COUNTS.get(figure.year)
    return (
        _dealt(dict(zip(MODES, known, strict=True)), "mode", figure.year) if known else _spread(figure, MODES, "mode")
    )


def _jobs(figure: FdiFigure, modes: Sequence[str]) -> list[int]:
    """A few large employers, many small ones; an acquisition seldom announces jobs."""
    roll = dice("jobs", figure.year)
    weights = [10**8 // (roll(1, 1000) + 40) for _ in range(figure.projects)]
    parts = [weight // (5 if mode == "merger_acquisition" else 1) for weight, mode in zip(weights, modes, strict=True)]
    return allot(figure.jobs, parts)


def _capex(figure: FdiFigure) -> list[int]:
    """EUR, in whole thousands; most of a year's sum comes from a handful of projects."""
    roll = dice("capex", figure.year)
    weights = [_skewed(roll(1, 100_000)) for _ in range(figure.projects)]
    largest, at = LARGEST_CAPEX_EUR.get(figure.year, 0), weights.index(max(weights))
    if largest:
        weights[at] = 0
    thousands = allot((figure.capex_eur - largest) // EUR_PER_THOUSAND, weights)
    thousands[at] += largest // EUR_PER_THOUSAND
    return [amount * EUR_PER_THOUSAND for amount in thousands]


def _skewed(ticket: int) -> int:
    """A long tail out of an even draw of 1 to 100,000, in whole numbers (no platform's logarithm is asked)."""
    return 10**15 // (ticket + 2500) ** 2 + 10**9 // (ticket + 2500)


def _reply(columns: Sequence[str], rows: Sequence[Sequence[object]], newest: str) -> Reply:
    if not rows:
        return missing("Not Found")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return Reply(body=text.getvalue().encode(), content_type=CONTENT_TYPE, released_at=morning(newest))
