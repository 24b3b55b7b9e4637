"""A dataflow of an SDMX agency as a source: what is its own is said here, the SQL of all is in sql/load/dataflow.

A new dataflow is a file in this folder that calls dataflow(); it needs no SQL and no table of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from include import sdmx
from include.sources.dataflow_rules import rules_of_attributes, rules_of_rows
from include.sources.source import Probe, Request, Source, Target

TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
# Attributes that agencies send beside the dimensions; any of them may be missing.
ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "UNIT_MULT", "EMBARGO_TIME", "DECIMALS")
# The current rows that a reply speaks for: those of its dataset, periods and key. Series that are new stand in the
# reply itself.
SCOPE = """dataset_code = {dataset} and period between {start_period} and {end_period} and (
    {key} ~ '^[.*]*$' or series_id in (
        select series_id from core.series where dataset_code = {dataset} and series_key ~ core.key_pattern({key})
        union all
        select series_id from {typed} where series_key ~ core.key_pattern({key})
    )
)"""


@dataclass(frozen=True, kw_only=True)
class Expressions:
    """What an observation's attributes are in this dataflow: SQL over the staged columns.

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
    probe: Probe | None = None,
) -> Request:
    """The request for a query; when it is too big, its halves are asked instead.

    Args:
        query: the question.
        accept: media types that the source's reader reads, the preferred one first.
        may_be_absent: whether "no results" is an answer; it is one of every half.
        probe: a cheap question to ask first.
    """
    return Request(
        path=query.path(),
        params=query.params(),
        scope=query.scope(),
        accept=sdmx.accept(*accept),
        may_be_absent=may_be_absent,
        halves=lambda: tuple(data_request(half, accept=accept, may_be_absent=True) for half in query.halves()),
        probe=probe,
    )


def dataflow(
    *,
    dimensions: tuple[str, ...],
    expressions: Expressions,
    attributes: tuple[str, ...] = ATTRIBUTES,
    words: tuple[str, ...] = ("DATAFLOW", TIME, VALUE),
    **entry: Any,
) -> Source:
    """The register's entry of an SDMX dataflow.

    Args:
        dimensions: the source's words in the order of the series key, without TIME_PERIOD.
        expressions: what the attributes are.
        attributes: further columns of its replies, any of which may be missing.
        words: the further columns that it always has.
        entry: what else Source wants; rules are added to the general ones, columns to those of the dataflow.
    """
    columns = {word: column_of(word) for word in (*words, *dimensions, *attributes)} | entry.pop("columns", {})
    staged = [columns[word] for word in dimensions]
    own = entry.pop("rules", ())
    source = Source(**{**_general(attributes), **entry}, columns=columns, rules=())
    named = (f"{literal(word)}, {name}" for word, name in zip(dimensions, staged, strict=True))
    fragments = {
        **vars(expressions),
        "key": " || '.' || ".join(staged),
        "columns": ", ".join(staged),
        "dimensions": ", ".join(named),
        **_made_of(list(columns.values()), staged, expressions),
    }
    said = {"unit_mult": expressions.multiplier, "embargo_time": expressions.embargo}
    rules = (*rules_of_rows(staged, source.title), *rules_of_attributes(said, columns.values()), *own)
    return replace(source, rules=rules, fragments=fragments)


def _made_of(columns: list[str], dimensions: list[str], expressions: Expressions) -> dict[str, str]:
    """What makes two rows the same: everything but when they were released; and what a series is made of."""
    return {
        "digest": _digest([name for name in columns if name != expressions.released]),
        "series_columns": ", ".join(_read(columns, dimensions, expressions)),
    }


def _digest(columns: list[str]) -> str:
    """A 64-bit hash of a row: each text is hashed with the hash of those before it; none is as a control character."""
    chain = "0"
    for name in columns:
        chain = f"hashtextextended(coalesce({name}, chr(127)), {chain})"
    return chain


def _read(columns: list[str], dimensions: list[str], expressions: Expressions) -> list[str]:
    """The columns that the dimensions and what is said of a series are made of."""
    of_series = (expressions.dataset, expressions.frequency, expressions.unit, expressions.concept)
    words = {*dimensions, *re.findall(r"\w+", " ".join((*of_series, expressions.price_basis, expressions.definition)))}
    return [name for name in columns if name in words]


def column_of(word: str) -> str:
    """The staging column for a source's word: 'LAST UPDATE' is last_update."""
    return re.sub("[^a-z0-9_]", "_", word.lower())


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _general(attributes: tuple[str, ...]) -> dict[str, Any]:
    """What holds for every dataflow, unless its entry says otherwise."""
    return {
        "folder": "dataflow",
        "reader": sdmx.csv_blocks,
        "media_types": ("application/vnd.sdmx.data+csv", "text/csv", "application/csv"),
        "optional": frozenset(attributes),
        "suite": (),
        "targets": (
            Target(table="core.series", query="series.sql", scope=None),
            Target(table="core.observation", query="observation.sql", scope=SCOPE),
        ),
    }
