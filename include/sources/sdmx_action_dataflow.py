"""A dataflow with an action in each row: SDMX-CSV 2.0 with its column ACTION.

I (information) and R (replace) state the whole observation. A and M (append, merge) state only the cells that are
filled; an empty cell keeps the known value. D withdraws the observations of its key and period; an empty dimension or
period stands for all. Rows that a message does not name are untouched, whatever its scope. When one message both states
and deletes an observation, it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from include import sdmx
from include.sources.dataflow import ATTRIBUTES, TIME, VALUE, Expressions, column_name, dataflow
from include.sources.source import Expectation, RowRule, Source, Target

WORDS = ("STRUCTURE", "STRUCTURE_ID", "ACTION", TIME, VALUE)
# A message that withdraws more than this of what is known of its dataflow is a fault until somebody looks.
MAX_DELETED_SHARE = 0.1
# Used with the same aliases by the merge (on the table itself), by the standard checks and by the check below.
DELETED = """select o.series_id, o.period
    from {typed} as gone
    inner join core.series as s
        on s.dataset_code = gone.dataset_code and s.known_to = 'infinity' and s.series_key ~ core.key_pattern({key})
    inner join core.observation as o
        on o.series_id = s.series_id and o.known_to = 'infinity' and (gone.period is null or o.period = gone.period)
    where gone.action = 'D'"""


def action_dataflow(
    *,
    dimensions: tuple[str, ...],
    expressions: Expressions,
    attributes: tuple[str, ...] = ATTRIBUTES,
    max_deleted_share: float = MAX_DELETED_SHARE,
    **entry: Any,
) -> Source:
    """Build the register's entry of a dataflow that sends actions; others do not stage ACTION.

    Args:
        dimensions: as dataflow().
        expressions: as dataflow(); the column of STRUCTURE_ID is called dataflow.
        attributes: as dataflow().
        max_deleted_share: a message that withdraws more of what is known of the dataflow is quarantined.
        entry: as dataflow().
    """
    staged = [column_name(word) for word in dimensions]
    deleted = DELETED.replace("{key}", " || '.' || ".join(f"coalesce(gone.{name}, '')" for name in staged))
    columns = {"STRUCTURE_ID": "dataflow", **entry.pop("columns", {})}
    source = dataflow(
        dimensions=dimensions,
        expressions=expressions,
        attributes=attributes,
        words=WORDS,
        columns=columns,
        **{**_defaults(deleted), **entry},
    )
    return replace(
        source,
        suite=(*source.suite, _deleted_share_check(deleted, max_deleted_share)),
        rules=(*(_unless_deleted(rule) for rule in source.rules), *_rules([column_name(word) for word in attributes])),
        fragments={**source.fragments, "columns": source.fragments["columns"] + ACTION},
    )


# After the dimensions in the typed table: the action as one letter, and whether the row has no value at all.
ACTION = ", upper(left(coalesce(action, 'I'), 1)) as action, coalesce(obs_value, '') = '' as is_silent"


def _defaults(deleted: str) -> dict[str, Any]:
    """Return the arguments of Source for dataflows with actions, unless the entry has its own."""
    return {
        "reader": sdmx.csv_2_blocks,
        "max_lost_share": 1.0,
        "targets": (
            Target(table="core.series", query="series_of_actions", scope=None),
            Target(
                table="core.observation", query="observation_of_actions", scope=_named(deleted), scope_from_payload=True
            ),
        ),
    }


def _named(deleted: str) -> str:
    """Build the predicate for the current rows that a message names: stated or deleted."""
    return f"""((series_id, period) in (select series_id, period from {{typed}} where action <> 'D')
        or (series_id, period) in ({deleted}))"""


def _deleted_share_check(deleted: str, share: float) -> Expectation:
    return Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": f"at most {share:.0%} of what is known of the dataflow is deleted by one message",
            "unexpected_rows_query": f"""
                select held.row_count
                from (
                    select count(*) as row_count from core.observation
                    where known_to = 'infinity' and dataset_code in (select dataset_code from {{batch}})
                ) as held
                where held.row_count * {share} < (
                    select count(distinct (series_id, period)) from ({deleted.replace("{typed}", "{batch}")}) as gone
                )""",
        },
    )


def _unless_deleted(rule: RowRule) -> RowRule:
    """Apply a row rule only to rows that do not delete: those may have empty cells."""
    return replace(rule, fails_when=f"t.action <> 'D' and ({rule.fails_when})")


def _rules(attributes: Sequence[str]) -> tuple[RowRule, ...]:
    attribute_values = ", ".join(f"nullif(raw.{name}, '')" for name in attributes) or "null"
    return (
        RowRule(
            code="action_is_known",
            column="action",
            fails_when="t.action not in ('A', 'D', 'I', 'M', 'R')",
            reason="the action is none of SDMX-CSV 2.0",
            fix="Ask the source; A, D, I, M and R are known.",
        ),
        RowRule(
            code="deletes_observations",
            column="action",
            fails_when=f"t.action = 'D' and t.is_silent and num_nonnulls({attribute_values}) > 0",
            reason="the row deletes an attribute and keeps the observation",
            fix="Ask the source to send the observation anew, without the attribute, as a replacement (R).",
        ),
    )
