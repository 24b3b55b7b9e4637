"""Render the evidence pages: the rows behind a figure, and their payloads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from include.reports.issue.as_of import issue_as_of, page_link
from include.reports.issue.report_run import ReportRun, cursor_as_of
from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words, load_words
from include.reports.render import html
from include.reports.web.html_page import open_read_only, page_bar

QUARTER, NO_BREAK = r"[12][0-9]{3}-Q[1-4]", "\N{NON-BREAKING HYPHEN}"
# Few enough to read; mart.evidence() has all.
MAX_ROWS = 100
Row = Mapping[str, Any]
_KPI = """
    select kpi_code, name_nl, name_en, definition_nl, definition_en, measure_code from asof.kpi
    where kpi_code = %(kpi)s"""
# The periods that a figure since January adds up.
_PERIODS = """
    select period from mart.kpi_value
    where kpi_code = %(kpi)s and left(period, 4) = left(%(period)s, 4) and period <= %(period)s order by period"""
_ROWS = f"select *, count(*) over () as rows_count from mart.evidence(%(kpi)s, %(period)s) limit {MAX_ROWS}"
_PAYLOADS = """
    select payload_id, source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at, released_at,
        parser_version, is_sample
    from landing.payload where sha256 = %(sha256)s and fetched_at <= (select core.as_of()) order by payload_id"""
_CHECKS = """
    select batch.payload_id, result.expectation, result.column_name, result.severity, result.is_success
    from ops.check_result as result inner join ops.batch as batch on result.batch_id = batch.batch_id
    where batch.payload_id = any (%(payloads)s) and batch.clock <= (select core.as_of())
    order by result.is_success, result.expectation, result.column_name"""
_SAMPLE = (
    "select exists (select from landing.payload where is_sample and fetched_at <= (select core.as_of())) as is_sample"
)


class NotKnown(LookupError):
    """Raised when no KPI or payload of this name was known at the moment."""


def render_evidence_page(dsn: str, kpi: str, period: str, language: str, moment: datetime | None) -> str:
    """Render the page of the rows behind a KPI's period.

    Raises:
        NotKnown: no such KPI at the moment.
        psycopg.Error: the warehouse is away, too slow, or lacks its marts.
    """
    words, query = load_words(language), {"kpi": kpi, "period": period}
    with open_read_only(dsn) as conn:
        run = issue_as_of(conn, moment)
        with cursor_as_of(conn, run) as cursor:
            known = cursor.execute(_KPI, query).fetchone()
            if known is None:
                raise NotKnown(f"kpi: expected the code of an indicator; got {kpi!r}. Follow a link of the scorecard.")
            periods = [row["period"] for row in cursor.execute(_PERIODS, query).fetchall()]
            rows = cursor.execute(_ROWS, query).fetchall()
            is_sample = cursor.execute(_SAMPLE).fetchall()[0]["is_sample"]
    values = {
        "bar": page_bar(run, words, "evidence", **query),
        "title": f"{one_line(known[f'name_{language}'])}, {_period(period, words)}",
        "definition": one_line(known[f"definition_{language}"]),
        "is_sample": is_sample,
        "periods": _links(periods if known["measure_code"] == "flow" else [], query, run, language),
        "summary": _summary(rows, words),
        "rows": [_row(row, run, words) for row in rows],
    }
    return html.render_page("evidence_rows.html", language, values)


def render_payload_page(dsn: str, sha256: str, language: str, moment: datetime | None) -> str:
    """Render the page of a payload: its source, its place, and what was checked of it.

    Raises:
        NotKnown: no such payload at the moment.
        psycopg.Error: the warehouse is away, too slow, or lacks its tables.
    """
    words = load_words(language)
    with open_read_only(dsn) as conn:
        run = issue_as_of(conn, moment)
        with cursor_as_of(conn, run) as cursor:
            found = cursor.execute(_PAYLOADS, {"sha256": sha256}).fetchall()
            if not found:
                raise NotKnown(
                    f"sha256: expected the hash of a payload; got {sha256!r}. Follow a link of the evidence."
                )
            checks = cursor.execute(_CHECKS, {"payloads": [row["payload_id"] for row in found]}).fetchall()
    values = {
        "bar": page_bar(run, words, "payload", sha256=sha256),
        "title": words.catalog.gettext("Payload %(hash)s", hash=sha256[:12]),
        "is_sample": any(row["is_sample"] for row in found),
        "payloads": [_payload(row, checks, words) for row in found],
    }
    return html.render_page("payload.html", language, values)


def _period(period: str, words: Words) -> str:
    """Write a quarter in words; a month or a year as its code, on one line."""
    return words.formats.quarter(period) if re.fullmatch(QUARTER, period) else period.replace("-", NO_BREAK)


def _links(periods: Sequence[str], query: Mapping[str, str], run: ReportRun, language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": period,
            "link": None
            if period == query["period"]
            else page_link("evidence", run, language, kpi=query["kpi"], period=period),
        }
        for period in periods
    ]


def _summary(rows: Sequence[Row], words: Words) -> str:
    count = rows[0]["rows_count"] if rows else 0
    whole, shown = words.formats.number(count), words.formats.number(len(rows))
    if count > len(rows):
        text = phrase("%(whole)s rows; the %(shown)s largest are below, all of them in mart.evidence().")
        return words.catalog.gettext(text, whole=whole, shown=shown)
    return words.catalog.ngettext("%(count)s row.", "%(count)s rows.", count)


def _row(row: Row, run: ReportRun, words: Words) -> dict[str, Any]:
    sha256, translate = row["sha256"], words.catalog.gettext
    is_checked = row["batch_id"] is not None
    return {
        "item": one_line(row["item"]),
        "period": row["period"],
        "value": _number(row["value"], words),
        "published_value": translate("published: %(value)s", value=_number(row["published_value"], words))
        if row["is_corrected"]
        else None,
        "unit_code": row["unit_code"],
        "weight_share": "" if row["weight_share"] is None else words.formats.share(float(row["weight_share"]), 0),
        "known_from": words.formats.moment(row["known_from"]) if row["known_from"] else "",
        "checks": translate(
            "%(passed)s passed, %(failed)s not", passed=row["checks_passed_count"], failed=row["checks_failed_count"]
        )
        if is_checked
        else translate("none"),
        "sha256": sha256,
        "source_code": row["source_code"],
        "link": page_link("payload", run, words.formats.language, sha256=sha256) if sha256 else None,
    }


def _number(value: Any, words: Words) -> str:
    if value is None:
        return words.catalog.gettext("no figure")
    return words.formats.number(float(value), 0 if value == int(value) else 2)


def _payload(row: Row, checks: Sequence[Row], words: Words) -> dict[str, Any]:
    formats = words.formats
    return {
        **{name: row[name] for name in ("sha256", "url", "media_type", "location")},
        "source_code": row["source_code"],
        "link": row["url"] if row["url"].startswith(("https://", "http://")) else None,
        "scope": json.dumps(row["scope"], ensure_ascii=False, sort_keys=True),
        "fetched_at": formats.moment(row["fetched_at"]),
        "released_at": formats.moment(row["released_at"]) if row["released_at"] else words.catalog.gettext("not said"),
        "bytes_count": formats.number(row["bytes_count"]),
        "parser_version": row["parser_version"],
        "checks": [_check(check, words) for check in checks if check["payload_id"] == row["payload_id"]],
    }


def _check(check: Row, words: Words) -> dict[str, str]:
    passed = words.catalog.gettext("passed") if check["is_success"] else words.catalog.gettext("not passed")
    return {
        "expectation": check["expectation"],
        "column_name": check["column_name"],
        "severity": check["severity"],
        "result": passed,
    }
