"""Print the rows behind a figure as a tree: figure, payloads with their checks, rows.

`WAREHOUSE_URL=postgresql://analyst:... python -m include.reports.workflow.print_evidence exports_eur 2026-07`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, TextIO

import psycopg
from psycopg.rows import namedtuple_row

from include.periods import parse_as_of
from include.warehouse.command_line import exit_status, set_sample_moment, warehouse_url

# Rows that are listed of each payload; mart.evidence has them all.
ROWS_SHOWN = 10
_FIGURE = """
select kpi.kpi_code, kpi.name_en, kpi.unit_code, kpi.measure_code, kpi.formula_en,
    progress.period, progress.value, progress.ytd_value, progress.planned_value, progress.known_from
from mart.kpi_progress as progress
join asof.kpi as kpi on progress.kpi_code = kpi.kpi_code
where progress.kpi_code = %(kpi)s and progress.value is not null
order by core.period_end(progress.period) desc"""
_FAILED = """
select batch_id, severity, expectation, column_name, unexpected_count from ops.check_result
where batch_id = any(%s) and not is_success order by batch_id, severity, expectation"""


def print_evidence(dsn: str, kpi: str, period: str = "", as_of: str = "", output: TextIO = sys.stdout) -> None:
    """Print the tree of a figure.

    Args:
        dsn: the warehouse; the role analyst is enough.
        kpi: code of the KPI.
        period: '2026-07'; empty is the newest figure.
        as_of: a day or a moment; empty is now, or the sample world's newest moment.
        output: where the tree goes.

    Raises:
        LookupError: there is no such figure; the message names the newest ones.
        ValueError: as_of is neither a day nor a moment.
        psycopg.Error: the warehouse does not answer, or has no such KPI.
    """
    with psycopg.connect(dsn, autocommit=True) as conn:
        if as_of:
            conn.execute("select set_config('warehouse.as_of', %s, false)", (parse_as_of(as_of).isoformat(),))
        else:
            set_sample_moment(conn)
        for line in build_tree(conn, kpi, period):
            output.write(f"{line}\n")


def build_tree(conn: psycopg.Connection, kpi: str, period: str) -> Iterator[str]:
    """Build the lines of the tree; an empty period is the newest figure's.

    Raises:
        LookupError: there is no such figure.
    """
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        figures: list[Any] = cursor.execute(_FIGURE, {"kpi": kpi}).fetchall()
        wanted = period or (figures[0].period if figures else "")
        rows: list[Any] = cursor.execute("select * from mart.evidence(%s, %s)", (kpi, wanted)).fetchall()
        failed: list[Any] = cursor.execute(_FAILED, (list({row.batch_id for row in rows}),)).fetchall()
    figure = next((figure for figure in figures if figure.period == wanted), None)
    if figure is None:
        newest = ", ".join(figure.period for figure in figures[:4]) or "none at all"
        raise LookupError(f"{kpi} has no figure of its own of {period or 'any period'}; the newest are: {newest}.")
    yield from _head(figure)
    by_payload = attrgetter("source_code", "sha256", "batch_id")
    payloads = [
        list(rows) for _, rows in groupby(sorted(rows, key=lambda r: tuple(map(str, by_payload(r)))), by_payload)
    ]
    for place, members in enumerate(payloads):
        failures = [result for result in failed if result.batch_id == members[0].batch_id]
        yield from _branch(_payload(members, failures), is_last=place == len(payloads) - 1)


def _head(figure: Any) -> Iterator[str]:
    yield f"{figure.kpi_code} {figure.period}: {_amount(figure.value, figure.unit_code)}"
    yield f"│ {figure.name_en}. {figure.formula_en}"
    so_far = f"since 1 January {_amount(figure.ytd_value, figure.unit_code)}, " if figure.measure_code == "flow" else ""
    planned = _amount(figure.planned_value, figure.unit_code)
    yield f"│ {so_far}planned {planned}; known since {figure.known_from:%Y-%m-%d %H:%M}"


def _payload(rows: Sequence[Any], failures: Sequence[Any]) -> Iterator[str]:
    """Build the lines of a payload: its origin, the checks of its batch, and its largest rows."""
    first = rows[0]
    if first.sha256 is None:
        yield "nothing was received"
    else:
        yield f"{first.source_code}: payload {first.sha256}"
        yield f"│ {first.url or 'no address'}"
        released = f"{first.released_at:%Y-%m-%d %H:%M}" if first.released_at else "not said when"
        yield f"│ fetched {first.fetched_at:%Y-%m-%d %H:%M}, released {released}"
        checks = f"{first.checks_passed_count or 0} checks held, {first.checks_failed_count or 0} did not"
        code = f"parser {first.parser_version}, code {first.code_version or 'not kept'}"
        yield f"│ batch {first.batch_id or 'not kept'}: {checks}; {code}"
    for result in failures:
        place = f" of {result.column_name}" if result.column_name else ""
        yield f"│ did not hold ({result.severity}): {result.expectation}{place}, {result.unexpected_count or 0} rows"
    leaves = [_row(row) for row in rows[:ROWS_SHOWN]]
    if len(rows) > ROWS_SHOWN:
        leaves.append(f"and {len(rows) - ROWS_SHOWN} more: select * from mart.evidence(...)")
    for leaf in leaves[:-1]:
        yield f"├─ {leaf}"
    yield f"└─ {leaves[-1]}"


def _row(row: Any) -> str:
    text = f"{row.kind} {row.item} {row.period}"
    # A partner report is evidence that has no amount.
    if row.value is not None or row.kind != "report":
        text += f": {_amount(row.value, row.unit_code)}"
    if row.weight_share is not None and row.weight_share != 1:
        text += f" x {row.weight_share.normalize():f}"
    if row.is_corrected:
        text += f" (corrected: published {_amount(row.published_value, row.unit_code)}; {row.correction_reason})"
    return text


def _amount(value: Any, unit_code: str) -> str:
    if value is None:
        return "no figure"
    digits = f"{value:,.4f}".rstrip("0").rstrip(".")
    return digits if unit_code == "NUMBER" else f"{digits} {unit_code}"


def _branch(lines: Iterator[str], *, is_last: bool) -> Iterator[str]:
    yield f"{'└' if is_last else '├'}─ {next(lines)}"
    for line in lines:
        yield f"{' ' if is_last else '│'}  {line}"


def main() -> int:
    """Print the evidence of the figure that the command line names, from WAREHOUSE_URL."""
    parser = argparse.ArgumentParser(prog="python -m include.reports.workflow.print_evidence", description=__doc__)
    parser.add_argument("kpi", help="code of the KPI: exports_eur")
    parser.add_argument("period", nargs="?", default="", help="2026-07; without it, the newest figure")
    parser.add_argument("--as-of", default="", help="a day or a moment: 2026-03-31")
    options = parser.parse_args()
    return exit_status(lambda: print_evidence(warehouse_url(), options.kpi, options.period, options.as_of))


if __name__ == "__main__":
    raise SystemExit(main())
