"""Expectations and row rules that several sources share, each with its own bounds.

A code of a country or a product that the reference does not know is no error: the row is loaded, keeps its own code or
falls to `unassigned`, and the warning names it. The lists are core.country_code (one per code system, with validity)
and core.product_domain.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.sources.source import Expectation, RowRule, Severity

# Organisations with country codes of their own; include/sources/reference/country_code.csv holds each.
CODE_SYSTEMS = ("NBB", "NBB_AREA", "NBB_TEC", "EUROSTAT", "OECD", "COMTRADE", "ISO2", "ISO3", "M49")
# An HS section; other product codes are digits, of which the longest known prefix decides.
SECTION_PATTERN = "^[IVX]+$"


def sql_list(codes: Sequence[str]) -> str:
    """Write codes as SQL, ('A', 'B'); codes are constants of the register, never data."""
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"


def is_unique() -> Expectation:
    """Expect one value of a series for a period."""
    return Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]})


def has_values(mostly: float) -> Expectation:
    """Expect a value in most cells; empty ones are confidential or not yet known."""
    return Expectation(
        type="expect_column_values_to_not_be_null", kwargs={"column": "value", "mostly": mostly}, severity="critical"
    )


def in_list(column: str, codes: Sequence[str]) -> Expectation:
    """Expect of a column the codes that were asked for and no others."""
    return Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": column, "value_set": list(codes)})


def known_codes(column: str, codes: Sequence[str]) -> Expectation:
    """Warn of codes of a column that NBB's code list did not have when it was last read."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in NBB's code list as of April 2026",
            "unexpected_rows_query": f"""
                select {column} from {{batch}} where {column} not in {sql_list(codes)} group by {column}""",
        },
    )


def no_row(description: str, query: str, severity: Severity = "critical") -> Expectation:
    """Expect that a query over {batch} finds no rows.

    Args:
        description: the expectation, in words.
        query: finds the rows that break it.
        severity: critical quarantines the batch; warning loads it and shows.
    """
    return Expectation(
        type="unexpected_rows_expectation",
        severity=severity,
        kwargs={"description": description, "unexpected_rows_query": query},
    )


def adds_up(
    what: str, *, by: str, total: str, parts: str, tolerance: float, severity: Severity = "critical", batch: str = ""
) -> Expectation:
    """Expect that parts make up their total, wherever both are published.

    Args:
        what: 'countries add up to the world'.
        by: columns that tell one sum from another, without period.
        total: predicate of the rows that hold the total.
        parts: predicate of the rows that are its parts.
        tolerance: how much may be missing, as a share of what the parts hold, signs left out.
        severity: critical quarantines the batch; warning loads it and shows.
        batch: the relation to read instead of {batch}, with that word in it.
    """
    return no_row(
        f"{what} within {tolerance:.0%}",
        f"""select {by}, period
            from {batch or "{batch}"}
            group by {by}, period
            having bool_or({total}) and bool_or({parts}) and abs(
                coalesce(sum(value) filter (where {parts}), 0) - coalesce(sum(value) filter (where {total}), 0)
            ) > {tolerance} * greatest(
                coalesce(sum(abs(value)) filter (where {parts}), 0), abs(coalesce(sum(value) filter (where {total}), 0))
            )""",
        severity,
    )


def is_within(what: str, *, value: str, where: str, by: str, low: float, high: float) -> Expectation:
    """Expect a total within bounds in every period.

    Args:
        what: the total and the reason for its bounds, in words.
        value: SQL aggregate.
        where: predicate of the rows that make it up.
        by: columns that tell one total from another, without period.
        low: the lower bound.
        high: the upper bound.
    """
    return no_row(
        what,
        f"""select {by}, period, {value} as total
            from {{batch}} where {where}
            group by {by}, period having {value} not between {low:.0f} and {high:.0f}""",
    )


def keeps_its_size(datasets: Sequence[str], floor: float, factor: int = 100) -> RowRule:
    """Reject a value far above all that its series ever had: a slipped decimal sign.

    The largest known value of each series is read once per batch, as one JSON object; the look-up per row costs little
    beside it. Values up to the floor are accepted: small series do jump.

    Args:
        datasets: 'BE2:DF_X', those that the source feeds.
        floor: in the unit of the value.
        factor: how many times the largest known is too much.
    """
    return RowRule(
        code="value_keeps_its_size",
        column="obs_value",
        fails_when=f"""t.value > {floor:.0f} and t.value > {factor} * (
            (
                select jsonb_object_agg(held.series_id, held.largest)
                from (
                    select series_id, max(value) as largest
                    from core.observation
                    where dataset_code in {sql_list(datasets)} and known_to = 'infinity' and value is not null
                    group by series_id
                ) as held
            ) ->> t.series_id::text
        )::numeric""",
        reason=f"the value is more than {factor} times the largest known of its series",
        fix="Check UNIT_MULT and the decimal sign; when it is right, load it as a correction of the series.",
    )


def is_plausible(bounds: str, reason: str) -> RowRule:
    """Reject a value outside bounds that the source's file gives a reason for.

    Args:
        bounds: predicate that holds for a plausible value; null counts as plausible.
        reason: what is wrong with a value outside, in words.
    """
    return RowRule(
        code="value_is_plausible",
        column="obs_value",
        fails_when=f"({bounds}) is false",
        reason=reason,
        fix="Check UNIT_MULT of the publication; ask NBB.",
    )


def known_countries(column: str, code_system: str) -> Expectation:
    """Warn of codes of a column that reference/country_code.csv lacks.

    Args:
        column: the typed staging column that holds the codes.
        code_system: whose codes they are; one of CODE_SYSTEMS.

    Raises:
        ValueError: no such code system.
    """
    _check_code_system(code_system)
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in reference/country_code.csv as {code_system}",
            "unexpected_rows_query": f"""
                select {column} from {{batch}}
                where {column} not in (
                    select code from core.country_code where code_system = '{code_system}' and known_to = 'infinity'
                )
                group by {column}""",
        },
    )


def known_products(column: str) -> Expectation:
    """Warn of HS sections, chapters and CN codes that no row of product_domain covers.

    Args:
        column: the typed staging column that holds the codes; TOTAL is no product.
    """
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in reference/product_domain.csv",
            "unexpected_rows_query": f"""
                select {column} from {{batch}}
                where {column} <> 'TOTAL' and not exists (
                    select from core.product_domain as p
                    where p.known_to = 'infinity' and (
                        p.product_code = {column}
                        or p.product_code !~ '{SECTION_PATTERN}' and starts_with({column}, p.product_code)
                    )
                )
                group by {column}""",
        },
    )


def aggregates(code_system: str) -> str:
    """Write the codes of the world and country groups as SQL, to stand after `in`.

    Raises:
        ValueError: no such code system.
    """
    _check_code_system(code_system)
    return f"""(
        select s.code from core.country_code as s
        join core.country as c on c.country_code = s.country_code and c.known_to = 'infinity'
        where s.code_system = '{code_system}' and s.known_to = 'infinity' and c.is_aggregate
    )"""


def _check_code_system(code_system: str) -> None:
    if code_system not in CODE_SYSTEMS:
        raise ValueError(f"{code_system} is no code system; known are {', '.join(CODE_SYSTEMS)}")
