"""A dataflow of an SDMX agency as a source: its entry, and the row rules of all dataflows.

A new dataflow is a file below this folder that calls dataflow(); it needs no SQL and no table of its own, because all
dataflows share sql/load/dataflow.sql.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from include import sdmx
from include.sources.source import Probe, Request, RowRule, Source, Target

TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
# Attributes that agencies send beside the dimensions; any of them may be missing.
ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "UNIT_MULT", "EMBARGO_TIME", "DECIMALS")
# The current rows that a reply speaks for: those of its dataset, periods and key. New series are found in the reply.
SCOPE = """dataset_code = {dataset} and period between {start_period} and {end_period} and (
    {key} ~ '^[.*]*$' or series_id in (
        select series_id from core.series where dataset_code = {dataset} and series_key ~ core.key_pattern({key})
        union all
        select series_id from {typed} where series_key ~ core.key_pattern({key})
    )
)"""

PERIOD_PATTERNS = {
    "A": "^[0-9]{4}$",
    "S": "^[0-9]{4}-S[12]$",
    "Q": "^[0-9]{4}-Q[1-4]$",
    "M": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "D": "^[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])$",
}


@dataclass(frozen=True, kw_only=True)
class Expressions:
    """The attributes of an observation in a dataflow, each as SQL over the staged columns.

    Args:
        dataset: agency and flow, 'BE2:DF_X'.
        frequency: SDMX frequency of the series.
        unit: unit of the value after scaling: EUR, NUMBER.
        multiplier: power of ten that the value is published in.
        concept: COM community, NAT national concept; _Z where it does not apply.
        price_basis: V current prices; _Z where it does not apply. Over the typed columns.
        definition: whose definition the figure follows. Over the typed columns.
        status: the source's status or flag, verbatim.
        decimals: decimals as stated.
        embargo: not to be shown before.
        released: when the source published it.
    """

    definition: str
    dataset: str = "split_part(dataflow, '(', 1)"
    frequency: str = "freq"
    unit: str = "unit_measure"
    multiplier: str = "unit_mult"
    concept: str = "'_Z'"
    price_basis: str = "'_Z'"
    status: str = "obs_status"
    decimals: str = "decimals"
    embargo: str = "embargo_time"
    released: str = "null"


def data_request(
    query: sdmx.Query,
    *,
    accept: tuple[str, ...] = (sdmx.CSV_1_0,),
    may_be_absent: bool = False,
    freshness_probe: Probe | None = None,
) -> Request:
    """Build the request for a query; when it is too big, its halves are asked instead.

    Args:
        query: the question.
        accept: media types that the source's reader reads, the preferred one first.
        may_be_absent: whether "no results" is an answer; for a half it always is.
        freshness_probe: a cheap question to ask first.
    """
    return Request(
        path=query.path(),
        params=query.params(),
        scope=query.scope(),
        accept=sdmx.accept(*accept),
        may_be_absent=may_be_absent,
        split=lambda: tuple(data_request(half, accept=accept, may_be_absent=True) for half in query.split()),
        freshness_probe=freshness_probe,
    )


def dataflow(
    *,
    dimensions: tuple[str, ...],
    expressions: Expressions,
    attributes: tuple[str, ...] = ATTRIBUTES,
    words: tuple[str, ...] = ("DATAFLOW", TIME, VALUE),
    **entry: Any,
) -> Source:
    """Build the register's entry of an SDMX dataflow.

    Args:
        dimensions: the source's words in the order of the series key, without TIME_PERIOD.
        expressions: the attributes of an observation.
        attributes: further columns of its replies, any of which may be missing.
        words: the further columns that it always has.
        entry: other arguments of Source; rules are added to the general ones, columns to those of the dataflow.
    """
    columns = {word: column_name(word) for word in (*words, *dimensions, *attributes)} | entry.pop("columns", {})
    staged = [columns[word] for word in dimensions]
    own_rules = entry.pop("rules", ())
    source = Source(**{**_defaults(attributes), **entry}, columns=columns, rules=())
    pairs = (f"{sql_literal(word)}, {name}" for word, name in zip(dimensions, staged, strict=True))
    fragments = {
        **vars(expressions),
        "key": " || '.' || ".join(staged),
        "columns": ", ".join(staged),
        "dimensions": ", ".join(pairs),
        **_hashed_columns(list(columns.values()), staged, expressions),
    }
    rules = (*row_rules(staged, source.title), *attribute_rules(expressions, columns.values()), *own_rules)
    return replace(source, rules=rules, fragments=fragments)


def _hashed_columns(columns: list[str], dimensions: list[str], expressions: Expressions) -> dict[str, str]:
    """Build the fragments of the bulk load: the digest of a row, the columns of its series.

    The time of release is no part of the digest: a row that was only published again is the same row.
    """
    of_series = (expressions.dataset, expressions.frequency, expressions.unit, expressions.concept)
    words = {*dimensions, *re.findall(r"\w+", " ".join((*of_series, expressions.price_basis, expressions.definition)))}
    return {
        "digest": _digest([name for name in columns if name != expressions.released]),
        "series_columns": ", ".join(name for name in columns if name in words),
    }


def _digest(columns: list[str]) -> str:
    """Build a 64-bit hash of a row, column after column; null counts as a control character."""
    chain = "0"
    for name in columns:
        chain = f"hashtextextended(coalesce({name}, chr(127)), {chain})"
    return chain


def column_name(word: str) -> str:
    """Return the staging column for a source's word: 'LAST UPDATE' is last_update."""
    return re.sub("[^a-z0-9_]", "_", word.lower())


def sql_literal(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _defaults(attributes: tuple[str, ...]) -> dict[str, Any]:
    """Return the arguments of Source for every dataflow, unless its entry has its own."""
    return {
        "queries": "dataflow",
        "reader": sdmx.csv_blocks,
        "media_types": ("application/vnd.sdmx.data+csv", "text/csv", "application/csv"),
        "optional": frozenset(attributes),
        "suite": (),
        "targets": (
            Target(table="core.series", query="series", scope=None),
            Target(table="core.observation", query="observation", scope=SCOPE),
        ),
    }


def row_rules(dimensions: list[str], title: str) -> tuple[RowRule, ...]:
    """Build the rules that every row of every dataflow must satisfy."""
    is_period = " ".join(f"when '{code}' then t.period ~ '{pattern}'" for code, pattern in PERIOD_PATTERNS.items())
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


def attribute_rules(expressions: Expressions, staged: Collection[str]) -> tuple[RowRule, ...]:
    """Build the rules of multiplier and embargo: a guess would show a value wrong or too early.

    Args:
        expressions: what they are in the dataflow.
        staged: the columns that the dataflow has; an attribute that it does not read from its usual column has no rule.
    """
    read_from = {"unit_mult": expressions.multiplier, "embargo_time": expressions.embargo}
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
    return tuple(rule for rule in (power, moment) if rule.column in staged and rule.column in read_from[rule.column])
