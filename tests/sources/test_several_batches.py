"""A run of several batches: each goes as far as it can, a bad one is told at the end, and by its first reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from include import errors, ledger
from include.pipeline import load_steps
from include.sources.source import Expectation

JANUARY, OCTOBER = "2026-01-20T09:00:00+01:00", "2026-10-15T09:00:00+02:00"
VIL = {"contract_code": "vil-2022", "feed_path": "vil", "start_date": "2026-07-01", "end_date": "2026-12-31"}
Change = Callable[[list[list[str]]], list[list[str]]]


def rows(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(query).fetchall()


def spoiled(loader, tmp_path: Path, batch_id: int, change: Change) -> int:
    """The same batch, with other rows in its payload: a header and rows of cells that need no quotes."""
    ((location,),) = rows(
        loader.dsn,
        f"select location from landing.payload join ops.batch using (payload_id) where batch_id = {batch_id}",
    )
    payload = tmp_path / "landing" / str(location)
    header, *lines = payload.read_text(encoding="utf-8").splitlines()
    changed = [",".join(cells) for cells in change([line.split(",") for line in lines])]
    payload.write_text("\n".join([header, *changed, ""]), encoding="utf-8")
    return batch_id


def with_cell(column: int, value: str, count: int = 1) -> Change:
    """Write a value into a column of the first rows."""

    def change(lines: list[list[str]]) -> list[list[str]]:
        return [[*cells[:column], value, *cells[column + 1 :]] for cells in lines[:count]] + lines[count:]

    return change


def projects(loader, tmp_path: Path, clock: str, change: Change) -> int:
    """A batch of the project register with other rows than the sample world's."""
    (batch,) = loader.extract("fit_fdi_project", clock)
    return spoiled(loader, tmp_path, batch, change)


def test_a_bad_batch_is_told_after_the_good_ones_are_loaded(loader) -> None:
    (bad,) = loader.extract("fit_fdi_project", JANUARY, "renamed-column")
    (good,) = loader.extract("fit_fdi_annual", JANUARY)
    assert load_steps.stage(loader.dsn, loader.root, [bad, good]) == [bad, good]
    assert load_steps.check(loader.dsn, [bad, good]) == [bad, good]
    with pytest.raises(errors.AlreadyQuarantined, match=f"batch {bad}.*clear the run from its task extract"):
        load_steps.merge(loader.dsn, [bad, good])
    assert rows(loader.dsn, "select batch_id, state, error_class from ops.batch order by 1") == [
        (bad, "quarantined", "LayoutChanged"),
        (good, "loaded", None),
    ]


@pytest.mark.parametrize("step", ["stage", "check", "merge"])
def test_a_batch_that_is_quarantined_is_never_passed_over_in_silence(loader, step: str) -> None:
    (bad,) = loader.extract("fit_fdi_project", JANUARY, "renamed-column")
    with pytest.raises(errors.LayoutChanged):
        load_steps.stage(loader.dsn, loader.root, [bad])
    steps = {
        "stage": lambda: load_steps.stage(loader.dsn, loader.root, [bad]),
        "check": lambda: load_steps.check(loader.dsn, [bad]),
        "merge": lambda: load_steps.merge(loader.dsn, [bad]),
    }
    with pytest.raises(errors.AlreadyQuarantined):
        steps[step]()
    assert rows(loader.dsn, "select state, error_class from ops.batch") == [("quarantined", "LayoutChanged")]


def test_where_a_partner_must_act_nothing_is_handed_on_and_nothing_is_red(loader) -> None:
    loader.reference()
    batches = loader.extract("partner_activity", OCTOBER, **VIL)
    assert batches
    assert load_steps.stage(loader.dsn, loader.root, batches) == []
    assert load_steps.merge(loader.dsn, batches) == {"inserted": 0, "closed": 0, "unchanged": 0}


def test_a_loaded_batch_stays_loaded_whatever_is_cleared(loader) -> None:
    batches = loader.extract("fit_fdi_annual", JANUARY)
    for _ in range(2):
        staged = load_steps.stage(loader.dsn, loader.root, batches)
        written = load_steps.merge(loader.dsn, load_steps.check(loader.dsn, staged))
        assert rows(loader.dsn, "select state from ops.batch") == [("loaded",)]
    assert written == {"inserted": 0, "closed": 0, "unchanged": 0}
    assert rows(loader.dsn, "select count(*) from ops.merge") == [(2,)]


def test_a_step_that_was_done_can_be_said_again(loader) -> None:
    batches = loader.extract("fit_fdi_project", JANUARY, "letter-in-number")
    for _ in range(2):
        assert load_steps.stage(loader.dsn, loader.root, batches) == batches
        assert load_steps.check(loader.dsn, batches) == batches
    assert rows(loader.dsn, "select reason_code from ops.rejected_row") == [("capex_is_number",)]
    assert rows(loader.dsn, "select count(*) from ops.check_result where expectation like '%%unique'") == [(1,)]


def test_a_row_that_breaks_two_rules_is_one_row_with_two_reasons(loader, tmp_path: Path) -> None:
    batch = projects(loader, tmp_path, JANUARY, lambda lines: with_cell(7, "x")(with_cell(6, "x")(lines)))
    load_steps.stage(loader.dsn, loader.root, [batch])
    assert rows(loader.dsn, "select row_id, reason_code from ops.rejected_row order by 2") == [
        (1, "capex_is_number"),
        (1, "jobs_is_number"),
    ]
    counts = "read_row_count - accepted_row_count, rejected_row_count"
    assert rows(loader.dsn, f"select {counts} from ops.batch") == [(1, 1)]
    left = f"select count(*), min(row_id) from staging.b{batch}"
    assert rows(loader.dsn, left) == rows(loader.dsn, "select accepted_row_count, 2::bigint from ops.batch")


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        (lambda lines: with_cell(6, "x", len(lines) // 4)(lines), "expect_table_row_count_to_be_between"),
        (with_cell(4, ""), "rows_without_required of core.fdi_project"),
    ],
    ids=["too many rows rejected", "what the table requires is missing"],
)
def test_a_broken_promise_quarantines_and_what_the_suite_said_is_kept(
    loader, tmp_path: Path, change: Change, promise: str
) -> None:
    batch = projects(loader, tmp_path, JANUARY, change)
    staged = load_steps.stage(loader.dsn, loader.root, [batch])
    with pytest.raises(errors.CheckFailed, match=promise):
        load_steps.check(loader.dsn, staged)
    said = "select expectation || column_name from ops.check_result where not is_success and severity = 'critical'"
    ((name,),) = rows(loader.dsn, said)
    assert promise in str(name)
    assert rows(loader.dsn, "select count(*) from core.fdi_project") == [(0,)]


@pytest.mark.parametrize(("kept", "is_lost"), [(0.91, False), (0.89, True)])
def test_a_delivery_that_lost_a_tenth_is_a_fault_and_not_a_withdrawal(
    loader, tmp_path: Path, kept: float, is_lost: bool
) -> None:
    batch = projects(loader, tmp_path, JANUARY, lambda lines: lines[:100])
    load_steps.merge(loader.dsn, load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, [batch])))
    with psycopg.connect(loader.dsn) as conn:
        # What had been withdrawn before is not lost now.
        conn.execute(
            """insert into core.fdi_project (project_code, year, announced_date, country_code, mode_code,
                core_domain_code, jobs_count, capex_eur, known_from, known_to, payload_id)
            select 'old' || project_code, year, announced_date, country_code, mode_code, core_domain_code, jobs_count,
                capex_eur, '2020-01-01', '2021-01-01', payload_id from core.fdi_project"""
        )
    batch = projects(loader, tmp_path, OCTOBER, lambda lines: lines[: round(100 * kept)])
    staged = load_steps.stage(loader.dsn, loader.root, [batch])
    if is_lost:
        with pytest.raises(errors.CheckFailed, match=r"rows_lost_from_scope of core.fdi_project"):
            load_steps.check(loader.dsn, staged)
    else:
        assert load_steps.merge(loader.dsn, load_steps.check(loader.dsn, staged))["closed"] == 9


def test_a_warning_is_loaded_and_shown(loader, tmp_path: Path) -> None:
    batch = projects(loader, tmp_path, JANUARY, with_cell(5, "no such domain"))
    load_steps.merge(loader.dsn, load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, [batch])))
    assert rows(loader.dsn, "select state from ops.batch") == [("loaded",)]
    said = "select severity, column_name from ops.check_result where not is_success"
    assert ("warning", "every core domain is known") in rows(loader.dsn, said)


def test_rows_that_were_not_asked_for_quarantine_the_batch(loader, conn: psycopg.Connection) -> None:
    from dataclasses import replace

    from include.load.great_expectations import validate
    from include.load.quarantine_rules import standard_checks
    from include.register import source_of

    (batch_id,) = loader.extract("fit_fdi_annual", JANUARY)
    load_steps.stage(loader.dsn, loader.root, [batch_id])
    source = source_of("fit_fdi_annual")
    narrow = tuple(replace(target, scope="period >= '2020'") for target in source.targets[1:])
    batch = replace(ledger.read_batch(conn, batch_id), source=replace(source, targets=narrow))
    failed = [
        one for one in validate(loader.dsn, f"b{batch_id}", [*standard_checks(conn, batch)]) if not one.is_success
    ]
    assert [(one.severity, one.column_name) for one in failed] == [
        ("critical", "rows_outside_scope of core.observation")
    ]


def test_each_result_is_that_of_its_own_expectation(loader) -> None:
    from include.load.great_expectations import validate

    (batch_id,) = loader.extract("fit_fdi_annual", JANUARY)
    load_steps.stage(loader.dsn, loader.root, [batch_id])
    columns = {"value": True, "unit": False, "period": True, "indicator": False}
    suite = [
        Expectation(type="expect_column_values_to_match_regex", kwargs={"column": "unit", "regex": "^x$"}),
        Expectation(type="expect_table_row_count_to_be_between", kwargs={"min_value": 1}),
        *(
            Expectation(
                type="expect_column_values_to_be_null" if not holds else "expect_column_values_to_not_be_null",
                kwargs={"column": column},
                severity="critical" if holds else "warning",
            )
            for column, holds in columns.items()
        ),
    ]
    results = validate(loader.dsn, f"b{batch_id}", suite)
    assert [(one.expectation, one.is_success) for one in results] == [
        (suite[0].type, False),
        (suite[1].type, True),
        *((one.type, holds) for one, holds in zip(suite[2:], columns.values(), strict=True)),
    ]
