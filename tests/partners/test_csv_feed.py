"""A CSV file over a real connection: all three tables below each other, read as a workbook is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from include.errors import LayoutChanged, PayloadTooLarge
from include.extract import extraction
from include.partners import csv_feed
from include.partners.columns import ACTIVITIES, COMPANIES, FACTS, FOLLOW_UPS, Column, Table
from include.partners.feeds import read_report
from include.periods import clock_from
from include.pipeline.load_steps import check, merge, stage
from include.register import source_of
from include.sources.source import Endpoint
from tests.partners.test_feeds import TOKEN, http_server

SCOPE = {"contract_code": "agoria-2022", "period": "2026-Q3", "media_type": "text/csv"}
FACTS_OF = {"contract_code": "agoria-2022", "partner": "Agoria", "period": "2026-Q3", "template_version": "2026.2"}
Title = Callable[[Column], str]
TITLES: dict[str, Title] = {
    "nl": lambda column: column.nl,
    "en": lambda column: column.en.upper(),
    "ours": lambda column: column.name,
    "alias": lambda column: column.aliases[0] if column.aliases else column.nl,
}


def table(kind: Table, rows: Any, title: Title = TITLES["nl"], *, named: bool = True) -> list[list[object]]:
    """The name of a table, its titles back to front, and its rows."""
    columns = kind.columns[::-1]
    lines: list[list[object]] = [[], [kind.nl]] if named else []
    return [
        *lines,
        [title(column) for column in columns],
        *([_text(row, column) for column in columns] for row in rows),
    ]


def _text(row: Mapping[str, object], column: Column) -> object:
    value = row.get(column.name, "")
    return ", ".join(value) if isinstance(value, list) else value


def file_of(*tables: list[list[object]], delimiter: str = ";") -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows((fact.nl, FACTS_OF.get(fact.name, "")) for fact in FACTS)
    for lines in tables:
        writer.writerows(lines)
    return target.getvalue().encode()


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(read_report(io.BytesIO(content), SCOPE)).decode())))


def kinds(rows: list[dict[str, str]]) -> list[str]:
    return [row["row_kind"] for row in rows]


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("named", [True, False])
def test_all_three_tables_are_found_by_their_titles_in_any_words_and_order(inbox, title: Title, named: bool) -> None:
    activity, follow_up = (
        table(ACTIVITIES, [inbox.GOOD], title),
        table(FOLLOW_UPS, [inbox.FOLLOW_UP], title, named=named),
    )
    companies = table(COMPANIES, inbox.COMPANIES, title, named=named)
    forth, back = read(file_of(activity, companies, follow_up)), read(file_of(activity, follow_up, companies))
    assert kinds(forth) == ["report", "activity", "company", "company", "follow_up"] == kinds(back)
    assert [row["company_hash"] != "" for row in forth] == [False, False, True, True, False]
    assert (forth[4]["value_amount"], forth[4]["months_after"]) == ("50000", "6")


def test_rows_keep_the_line_of_the_file_however_far_down_they_stand(inbox) -> None:
    many = [inbox.GOOD | {"activity_code": f"A{number}"} for number in range(1, 120)]
    content = file_of(table(ACTIVITIES, many), table(COMPANIES, inbox.COMPANIES))
    company = next(row for row in read(content) if row["row_kind"] == "company")
    assert "0403.170.701" in content.decode().splitlines()[int(company["sheet_row"]) - 1]
    assert int(company["sheet_row"]) > 120


def test_titles_that_begin_a_table_twice_are_refused_with_their_line(inbox) -> None:
    companies, follow_up = table(COMPANIES, inbox.COMPANIES), table(FOLLOW_UPS, [inbox.FOLLOW_UP])
    content = file_of(table(ACTIVITIES, [inbox.GOOD]), companies, follow_up, companies)
    line = content.decode().splitlines().index(";".join(map(str, companies[2])), 25) + 1
    with pytest.raises(LayoutChanged, match=f"Bedrijven / Companies once more in line {line}"):
        read(content)


def test_more_lines_than_a_report_can_have_are_refused(inbox, monkeypatch) -> None:
    monkeypatch.setattr(csv_feed, "MAX_ROWS", 20)
    with pytest.raises(PayloadTooLarge, match="at most 20 lines"):
        read(file_of(table(ACTIVITIES, [inbox.GOOD] * 20)))


def test_a_csv_feed_over_http_loads_companies_and_follow_up_beside_activities(inbox) -> None:
    bad = {"activity_code": "A1", "company_number": "0403.170.702"}
    content = file_of(
        table(ACTIVITIES, [inbox.GOOD]),
        table(COMPANIES, [*inbox.COMPANIES, bad]),
        table(FOLLOW_UPS, [inbox.FOLLOW_UP]),
    )
    given = {
        "contract_code": "agoria-2022", "feed_path": "agoria", "start_date": "2026-07-01", "end_date": "2026-12-31",
        "format_code": "csv",
    }  # fmt: skip

    def answer(_: int, path: str) -> tuple[int, bytes]:
        return (200, content) if path == "/agoria/2026-Q3.csv" else (404, b"")

    with http_server(answer, media_type="text/csv; charset=utf-8") as host:
        endpoint = Endpoint(host=host, headers={"Authorization": f"Bearer {TOKEN}"})
        clock = clock_from(inbox.CLOCK)
        batches = extraction.extract(inbox.dsn, inbox.root, source_of("partner_activity"), endpoint, clock, given, "t")
    merge(inbox.dsn, check(inbox.dsn, stage(inbox.dsn, inbox.root, batches)))
    found = inbox.ask(
        "select activity_count, company_row_count, follow_up_row_count, rejected_row_count from core.partner_report"
    )
    assert found == [(1, 2, 1, 1)]
    (line, code, value) = inbox.ask("select raw ->> 'sheet_row', reason_code, value from ops.rejected_row")[0]
    assert (code, value) == ("company_number_is_valid", "…02")
    assert "0403.170.702" in content.decode().splitlines()[int(line) - 1]
