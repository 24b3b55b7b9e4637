"""What every row of an SDMX dataflow must satisfy, whatever the flow; see include.sources.dataflow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from include.sources.source import RowRule

PERIODS = {
    "A": "^[0-9]{4}$",
    "S": "^[0-9]{4}-S[12]$",
    "Q": "^[0-9]{4}-Q[1-4]$",
    "M": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "D": "^[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])$",
}


def rules_of_rows(dimensions: list[str], title: str) -> tuple[RowRule, ...]:
    """What every row of every dataflow must satisfy."""
    is_period = " ".join(f"when '{code}' then t.period ~ '{pattern}'" for code, pattern in PERIODS.items())
    return (
        RowRule(
            code="key_is_whole",
            column=dimensions[0],
            fails_when=f"num_nulls({', '.join(f't.{name}' for name in dimensions)}) > 0",
            reason="a dimension is missing",
            fix=f"Ask the source ({title}): every dimension of a key has a code.",
        ),
        RowRule(
            code="value_is_number",
            column="obs_value",
            fails_when="t.value is null and trim(raw.obs_value) not in ('', ':', 'NaN', 'N/A', '-')",
            reason="the value is no number",
            fix=f"Ask the source ({title}); a corrected publication loads by itself.",
        ),
        RowRule(
            code="period_fits_frequency",
            column="time_period",
            fails_when=f"(case t.freq_code {is_period} end and core.period_start(t.period) is not null) is not true",
            reason="the period is none of its frequency",
            fix="Ask the source; a month is written 2026-09, a quarter 2026-Q3, a day 2026-09-14.",
        ),
    )


def rules_of_attributes(said: Mapping[str, str], staged: Collection[str]) -> tuple[RowRule, ...]:
    """What a row says of its value must be read as well as the value: a guess would show it too large, or too early.

    Args:
        said: what multiplier and embargo are in the dataflow, SQL by the column that they are usually read from.
        staged: the columns that the dataflow has.
    """
    power = RowRule(
        code="multiplier_is_power",
        column="unit_mult",
        fails_when="raw.unit_mult <> '' and (core.to_integer(raw.unit_mult) between -15 and 15) is not true",
        reason="the multiplier is no power of ten",
        fix="Ask the source; a value in millions has UNIT_MULT 6.",
    )
    moment = RowRule(
        code="embargo_is_moment",
        column="embargo_time",
        fails_when="raw.embargo_time <> '' and t.embargo_until is null",
        reason="the end of the embargo is no moment, so the value may not be shown",
        fix="Ask the source; a moment is written 2026-10-20T12:00:00.",
    )
    return tuple(rule for rule in (power, moment) if rule.column in staged and rule.column in said[rule.column])
