"""What rules and suites of NBB.Stat's dataflows say alike, each with its own bounds and reasons."""

from __future__ import annotations

from collections.abc import Sequence

from include.sources.source import Expectation, RowRule, Severity


def listed(codes: Sequence[str]) -> str:
    """Codes as SQL, ('A', 'B'); codes are constants of the register, never data."""
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"


def is_unique() -> Expectation:
    """A series has one value for a period."""
    return Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]})


def has_values(mostly: float) -> Expectation:
    """Most cells have a value; empty ones are confidential or not yet known."""
    return Expectation(
        type="expect_column_values_to_not_be_null", kwargs={"column": "value", "mostly": mostly}, severity="critical"
    )


def in_list(column: str, codes: Sequence[str]) -> Expectation:
    """A column holds what was asked for and nothing else."""
    return Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": column, "value_set": list(codes)})


def known_codes(column: str, codes: Sequence[str]) -> Expectation:
    """A warning that names the codes of a column that NBB's code list did not have when it was last read."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in NBB's code list as of April 2026",
            "unexpected_rows_query": f"""
                select {column} from {{batch}} where {column} not in {listed(codes)} group by {column}""",
        },
    )


def no_row(description: str, query: str, severity: Severity = "critical") -> Expectation:
    """A query over {batch} finds nothing.

    Args:
        description: what holds, in words.
        query: what breaks it.
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
    """Wherever a total and some of its parts are told, the parts make up the total.

    Args:
        what: 'countries add up to the world'.
        by: columns that say one sum from another, without period.
        total: predicate of the rows that hold the total.
        parts: predicate of the rows that are its parts.
        tolerance: how much may be missing, as a share of what the parts hold, signs left out.
        severity: critical quarantines the batch; warning loads it and shows.
        batch: what is read instead of {batch}, with that word in it.
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
    """A total lies within bounds in every period.

    Args:
        what: the total and the reason for its bounds, in words.
        value: SQL aggregate.
        where: predicate of the rows that make it up.
        by: columns that say one total from another, without period.
        low: its least.
        high: its most.
    """
    return no_row(
        what,
        f"""select {by}, period, {value} as total
            from {{batch}} where {where}
            group by {by}, period having {value} not between {low:.0f} and {high:.0f}""",
    )


def keeps_its_size(datasets: Sequence[str], floor: float, factor: int = 100) -> RowRule:
    """A value does not grow past all that its series ever had: a slipped decimal sign or multiplier.

    What is held is read once per batch, as one object of the largest value of each series; a look-up per row costs
    nothing beside it. Values up to the floor are let through: small series do jump.

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
                    where dataset_code in {listed(datasets)} and known_to = 'infinity' and value is not null
                    group by series_id
                ) as held
            ) ->> t.series_id::text
        )::numeric""",
        reason=f"the value is more than {factor} times the largest known of its series",
        fix="Check UNIT_MULT and the decimal sign; when it is right, load it as a correction of the series.",
    )


def is_plausible(bounds: str, reason: str) -> RowRule:
    """A value lies within bounds that the source's file gives a reason for.

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
