"""From a figure to what it is made of: the rows behind a KPI's period, and the payload that each of them came in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from include.reports.issue.report_run import ReportRun, reading
from include.reports.language.catalog import catalog, phrase
from include.reports.language.formats import Formats, one_line
from include.reports.language.labels import Words
from include.reports.render import html
from include.reports.web import as_of_moment
from include.reports.web.as_of_moment import address
from include.reports.web.html_page import bar, opened

QUARTER, NO_BREAK = r"[12][0-9]{3}-Q[1-4]", "\N{NON-BREAKING HYPHEN}"
# Few enough to read; the function has all.
SHOWN = 100
Row = Mapping[str, Any]
_KPI = """
    select kpi_code, name_nl, name_en, definition_nl, definition_en, measure_code from asof.kpi
    where kpi_code = %(kpi)s"""
# What a figure since January adds up: the periods of its year, up to its own.
_PERIODS = """
    select period from mart.kpi_value
    where kpi_code = %(kpi)s and left(period, 4) = left(%(period)s, 4) and period <= %(period)s order by period"""
_ROWS = f"select *, count(*) over () as rows_count from mart.evidence(%(kpi)s, %(period)s) limit {SHOWN}"
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
    """No KPI or payload of this name was known at the moment."""


def evidence(dsn: str, kpi: str, period: str, language: str, moment: datetime | None) -> str:
    """The page of the rows behind a KPI's period.

    Raises:
        NotKnown: no such KPI at the moment.
        psycopg.Error: the warehouse is away, too slow, or lacks its marts.
    """
    words, asked = Words(catalog(language), Formats(language)), {"kpi": kpi, "period": period}
    with opened(dsn) as conn:
        run = as_of_moment.issue_at(conn, moment)
        with reading(conn, run) as cursor:
            known = cursor.execute(_KPI, asked).fetchone()
            if known is None:
                raise NotKnown(f"kpi: expected the code of an indicator; got {kpi!r}. Follow a link of the scorecard.")
            periods = [row["period"] for row in cursor.execute(_PERIODS, asked).fetchall()]
            rows = cursor.execute(_ROWS, asked).fetchall()
            is_sample = cursor.execute(_SAMPLE).fetchall()[0]["is_sample"]
    values = {
        "bar": bar(run, words, "evidence", **asked),
        "title": f"{one_line(known[f'name_{language}'])}, {_period(period, words)}",
        "definition": one_line(known[f"definition_{language}"]),
        "is_sample": is_sample,
        "periods": _links(periods if known["measure_code"] == "flow" else [], asked, run, language),
        "summary": _summary(rows, words),
        "rows": [_row(row, run, words) for row in rows],
    }
    return html.page("evidence_rows.html", language, values)


def payload(dsn: str, sha256: str, language: str, moment: datetime | None) -> str:
    """The page of the bytes with a hash: where they came from, where they lie, and what was checked of them.

    Raises:
        NotKnown: no such payload at the moment.
        psycopg.Error: the warehouse is away, too slow, or lacks its tables.
    """
    words = Words(catalog(language), Formats(language))
    with opened(dsn) as conn:
        run = as_of_moment.issue_at(conn, moment)
        with reading(conn, run) as cursor:
            found = cursor.execute(_PAYLOADS, {"sha256": sha256}).fetchall()
            if not found:
                raise NotKnown(
                    f"sha256: expected the hash of a payload; got {sha256!r}. Follow a link of the evidence."
                )
            checks = cursor.execute(_CHECKS, {"payloads": [row["payload_id"] for row in found]}).fetchall()
    values = {
        "bar": bar(run, words, "payload", sha256=sha256),
        "title": words.catalog.gettext("Payload %(hash)s", hash=sha256[:12]),
        "is_sample": any(row["is_sample"] for row in found),
        "payloads": [_payload(row, checks, words) for row in found],
    }
    return html.page("payload.html", language, values)


def _period(period: str, words: Words) -> str:
    """A quarter in words; a month or a year as its code, which does not break."""
    return words.formats.quarter(period) if re.fullmatch(QUARTER, period) else period.replace("-", NO_BREAK)


def _links(periods: Sequence[str], asked: Mapping[str, str], run: ReportRun, language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": period,
            "link": None
            if period == asked["period"]
            else address("evidence", run, language, kpi=asked["kpi"], period=period),
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
    checked = row["batch_id"] is not None
    return {
        "item": one_line(row["item"]),
        "period": row["period"],
        "value": _number(row["value"], words),
        "published": translate("published: %(value)s", value=_number(row["published_value"], words))
        if row["is_corrected"]
        else None,
        "unit": row["unit_code"],
        "weight": "" if row["weight_share"] is None else words.formats.share(float(row["weight_share"]), 0),
        "known": words.formats.moment(row["known_from"]) if row["known_from"] else "",
        "checks": translate(
            "%(passed)s passed, %(failed)s not", passed=row["checks_passed_count"], failed=row["checks_failed_count"]
        )
        if checked
        else translate("none"),
        "sha256": sha256,
        "source": row["source_code"],
        "link": address("payload", run, words.formats.language, sha256=sha256) if sha256 else None,
    }


def _number(value: Any, words: Words) -> str:
    if value is None:
        return words.catalog.gettext("no figure")
    return words.formats.number(float(value), 0 if value == int(value) else 2)


def _payload(row: Row, checks: Sequence[Row], words: Words) -> dict[str, Any]:
    formats = words.formats
    return {
        **{name: row[name] for name in ("sha256", "url", "media_type", "location")},
        "source": row["source_code"],
        "link": row["url"] if row["url"].startswith(("https://", "http://")) else None,
        "scope": json.dumps(row["scope"], ensure_ascii=False, sort_keys=True),
        "fetched": formats.moment(row["fetched_at"]),
        "released": formats.moment(row["released_at"]) if row["released_at"] else words.catalog.gettext("not said"),
        "bytes": formats.number(row["bytes_count"]),
        "parser": row["parser_version"],
        "checks": [_check(check, words) for check in checks if check["payload_id"] == row["payload_id"]],
    }


def _check(check: Row, words: Words) -> dict[str, str]:
    passed = words.catalog.gettext("passed") if check["is_success"] else words.catalog.gettext("not passed")
    return {
        "expectation": check["expectation"],
        "column": check["column_name"],
        "severity": check["severity"],
        "result": passed,
    }
