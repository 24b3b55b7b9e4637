"""Our own tables, one CSV each in this folder: partners, contracts, KPIs, recipients.

They are loaded by the same steps as everything else, so that what a target was, or who was a recipient, can be
asked of any past moment. A row that leaves the file is withdrawn; the file's columns are the table's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from include import sdmx
from include.sources.partners import partner_network
from include.sources.source import Expectation, Request, RowRule, Scope, Source, Target

# Table -> its key and the other columns, in the order of the file; a type after a colon, text without.
TABLES: dict[str, tuple[str, str]] = {
    **partner_network.TABLES,
    "core_domain": ("core_domain_code", "position:integer name_nl name_en"),
    "product_domain": (
        "product_code core_domain_code valid_from:date",
        "weight_share:numeric product_name provenance is_energy:boolean valid_to:date",
    ),
    "country": ("country_code", "name_nl name_en is_aggregate:boolean"),
    "country_code": ("code_system code valid_from:date", "country_code valid_to:date"),
    "country_group_member": ("group_code country_code valid_from:date", "valid_to:date"),
    "objective": ("objective_code", "position:integer name_nl name_en"),
    "kpi": (
        "kpi_code",
        "objective_code position:integer name_nl name_en definition_nl definition_en unit_code decimals:integer"
        " freq_code measure_code direction_code concept_code source_code source_name source_url"
        " max_age_days:integer needs_partner_reports:boolean owner kind_code is_headline:boolean"
        " formula_nl formula_en freeze_rule view_name core_domain_code evidence_rows evidence_value"
        " evidence_months:integer",
    ),
    "kpi_target": (
        "kpi_code",
        "baseline_year:integer baseline_value:numeric target_year:integer target_value:numeric provenance note",
    ),
    "kpi_plan": ("kpi_code period", "planned_value:numeric cumulative_share:numeric provenance"),
    "status_threshold": ("threshold_code", "value:numeric note"),
    "additionality_band": ("band_code", "position:integer without_help_share:numeric name_nl name_en"),
    "report_limit": ("limit_code", "value:numeric note"),
    "release_calendar": ("source_code", "freq_code lag_days:integer grace_days:integer pattern"),
    "correction": (
        "dataset_code series_key period",
        "expected_value:numeric corrected_value:numeric reason evidence_url decided_by decided_on:date",
    ),
    "recipient": ("recipient_code", "name email language_code audience_code is_active:boolean"),
}

# Table -> the query of its own, where not every row of the file may be loaded.
QUERIES = {"partner_contact": "partner_contact"}
VALID = {
    "date": "core.to_date(raw.{0}) is not null",
    "numeric": "core.to_numeric(raw.{0}) is not null",
    "integer": "core.to_integer(raw.{0}) is not null",
    "boolean": "raw.{0} in ('true', 'false')",
    "text": "raw.{0} is not null and trim(raw.{0}) <> ''",
}
TYPED = {
    "date": "core.to_date({0}) as {0}",
    "numeric": "core.to_numeric({0}) as {0}",
    "integer": "core.to_integer({0})::integer as {0}",
    "boolean": "{0} = 'true' as {0}",
    "text": "{0}",
}
EXAMPLE = {"date": "2026-12-31", "numeric": "1234.5", "integer": "12", "boolean": "true or false", "text": "some text"}


def _overlap(*names: str) -> str:
    """Write SQL that finds rows of one key whose validity overlaps or ends before it starts."""
    same = " and ".join(f"a.{name} = b.{name}" for name in names)
    return f"""select 1 from {{batch}} as a left join {{batch}} as b
        on {same} and a.valid_from < b.valid_from and b.valid_from <= a.valid_to
        where b.valid_from is not null or a.valid_to < a.valid_from"""


LIMITS: dict[str, Any] = {
    # A hand-kept table is taken whole or not at all; people may well delete a row of three.
    "min_accepted_share": 1.0,
    "max_lost_share": 1.0,
    "max_bytes": 10_000_000,
    # Editors differ about the last line end.
    "ends_with_newline": False,
}

# Checks beyond keys and types: table -> (description, query for the rows that break it).
TABLE_CHECKS: dict[str, tuple[tuple[str, str], ...]] = {
    "product_domain": (
        ("validity of a product's row does not overlap", _overlap("product_code", "core_domain_code")),
        (
            "weights of a product add up to 1 on every day",
            """select d.product_code, d.day
            from (
                select product_code, valid_from as day from {batch}
                union
                select product_code, valid_to + 1 from {batch} where valid_to < '9999-12-31'
            ) as d
            join {batch} as p on p.product_code = d.product_code and d.day between p.valid_from and p.valid_to
            group by 1, 2 having abs(sum(p.weight_share) - 1) > 0.0001""",
        ),
        (
            "products are HS sections, or two digits to eight",
            "select 1 from {batch} where product_code !~ '^([IVX]+|([0-9][0-9])+)$'",
        ),
    ),
    "country_code": (
        ("a code means one country at a time", _overlap("code_system", "code")),
        (
            "a country has one code at a time in the trade of NBB, or a market would show twice",
            """select 1 from {batch} as a join {batch} as b on a.country_code = b.country_code and a.code < b.code
            where a.code_system = 'NBB' and b.code_system = 'NBB'
                and a.valid_from <= b.valid_to and b.valid_from <= a.valid_to""",
        ),
    ),
    "country_group_member": (("a country is a member once at a time", _overlap("group_code", "country_code")),),
    "kpi": (
        (
            "directions, measures and kinds are known words",
            "select 1 from {batch} where direction_code not in ('up', 'down', 'band')"
            " or measure_code not in ('flow', 'level')"
            " or kind_code not in ('context', 'result', 'performance', 'data_quality')",
        ),
    ),
    "recipient": (
        ("addresses are addresses", "select 1 from {batch} where email !~ '^[^@[:space:]]+@[^@[:space:]]+$'"),
    ),
    "release_calendar": (
        ("frequencies are A, Q, M or D", "select 1 from {batch} where freq_code not in ('A', 'Q', 'M', 'D')"),
        ("days are counted forwards", "select 1 from {batch} where lag_days < 0 or grace_days < 0"),
    ),
    **partner_network.TABLE_CHECKS,
    "correction": (
        ("a correction changes something", "select 1 from {batch} where expected_value = corrected_value"),
        ("periods are periods", "select 1 from {batch} where core.period_start(period) is null"),
    ),
}


def _source(table: str) -> Source:
    columns = dict(map(_column_and_kind, " ".join(TABLES[table]).split()))
    return Source(
        code=f"reference_{table}",
        queries="reference",
        title=f"Reference table {table}",
        owner="strategy",
        licence="Our own.",
        conn_id="",
        schedule=None,
        requests=_requests(table),
        reader=sdmx.csv_blocks,
        columns={column: column for column in columns},
        media_types=("text/csv",),
        rules=tuple(_rule(column, kind) for column, kind in columns.items()),
        suite=_suite(table),
        targets=(Target(table=f"core.{table}", query=QUERIES.get(table, "rows"), scope="true"),),
        **LIMITS,
        # Nothing may be wrong anywhere.
        may_be_empty=table == "correction",
        fragments=_fragments(columns),
    )


def _fragments(columns: dict[str, str]) -> dict[str, str]:
    typed = ", ".join(TYPED[kind].format(column) for column, kind in columns.items())
    return {"typed_columns": typed, "columns": ", ".join(columns)}


def _suite(table: str) -> tuple[Expectation, ...]:
    """Expect of a table that its key is unique, and its own checks."""
    keys = [_column_and_kind(item)[0] for item in TABLES[table][0].split()]
    unique = (
        Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": keys})
        if len(keys) > 1
        else Expectation(type="expect_column_values_to_be_unique", kwargs={"column": keys[0]})
    )
    checks = (
        Expectation(
            type="unexpected_rows_expectation", kwargs={"description": description, "unexpected_rows_query": query}
        )
        for description, query in TABLE_CHECKS.get(table, ())
    )
    return (unique, *checks)


def _requests(table: str) -> Callable[[datetime, Scope], tuple[Request, ...]]:
    def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
        return (Request(path=f"{table}.csv", scope={"table": table}),)

    return requests


def _rule(column: str, kind: str) -> RowRule:
    return RowRule(
        code=f"{column}_is_{kind}",
        column=column,
        fails_when=f"({VALID[kind].format(column)}) is not true",
        reason=f"{column} is no {kind}",
        fix=f"Write {EXAMPLE[kind]} in include/sources/reference.",
    )


def _column_and_kind(item: str) -> tuple[str, str]:
    column, _, kind = item.partition(":")
    return column, kind or "text"


SOURCES: tuple[Source, ...] = tuple(_source(table) for table in TABLES)
