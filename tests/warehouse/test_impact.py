"""What a batch changes of the figures is written before it is published, with the sent reports that had shown them."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.extract import extraction
from include.periods import clock_from
from include.pipeline import impact, load_steps
from include.register import source_of
from include.reports.issue import report_run
from include.reports.workflow import rebuild
from include.sources.source import Endpoint
from sandbox.sources import fit

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
REGISTER = "fit_fdi_project"
BEFORE, SENT, AFTER = "2026-07-13T06:00:00+02:00", "2026-07-15T09:00:00+02:00", "2026-10-12T06:00:00+02:00"
REVISED, PLANNED, COUNTED, DEFINED, READ = (f"2026-10-{day}T06:00:00+02:00" for day in range(13, 18))
ASKED = """
select kpi_code, period, kind_code, before_value, after_value, after_value - before_value as change_value,
    after_planned_value - before_planned_value as change_planned_value, sent_reports
from mart.impact where known_from = %s order by kpi_code, core.period_end(period)"""


@dataclass
class Story:
    """One warehouse lived through: what mart.impact and the log said of each clock, and what others saw meanwhile."""

    conn: psycopg.Connection
    loader: Any
    folder: Path
    meanwhile: dict[datetime, Any] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    def of(self, clock: str) -> list[Any]:
        with self.conn.cursor(row_factory=psycopg.rows.namedtuple_row) as cursor:
            return cursor.execute(ASKED, (clock,)).fetchall()

    def ours(self, table: str, clock: str, pattern: str, becomes: str) -> None:
        """One of our own tables, with another text in its file."""
        path = self.folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(pattern, becomes, text, count=1, flags=re.MULTILINE), encoding="utf-8")
        assert path.read_text(encoding="utf-8") != text
        source, given = source_of(f"reference_{table}"), Endpoint(host=self.folder.as_uri())
        loader = self.loader
        batches = extraction.extract(
            loader.loader_dsn, loader.root, source, given, clock_from(clock), {}, f"test {clock}"
        )
        load_steps.merge(
            loader.loader_dsn,
            load_steps.check(loader.loader_dsn, load_steps.stage(loader.loader_dsn, loader.root, batches)),
        )


def with_jobs(rows: Any, more: int) -> list[tuple[object, ...]]:
    """The register with more jobs in the first project of June 2026."""
    place = next(place for place, row in enumerate(rows) if str(row[2]).startswith("2026-06"))
    row = list(rows[place])
    row[6] = int(row[6]) + more
    return [*rows[:place], tuple(row), *rows[place + 1 :]]


@pytest.fixture(scope="module")
def story(shared_loader: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("reference")
    shutil.copytree(REFERENCE, folder, dirs_exist_ok=True)
    with psycopg.connect(shared_loader.dsn, autocommit=True) as conn, pytest.MonkeyPatch.context() as patch:
        story = Story(conn, shared_loader, folder)
        shared_loader.reference()
        said = impact._log_changes

        def heard(batch: Any, changes: Any, shown: Any) -> None:
            row = conn.execute(f"select figures.ytd_value from mart.kpi_progress_at('{batch.clock}') as figures"
                               " where kpi_code = 'fdi_jobs' and period = '2026-Q2'").fetchone()  # fmt: skip
            story.meanwhile[batch.clock] = row and row[0]
            said(batch, changes, shown)

        patch.setattr(impact, "_log_changes", heard)
        live(story, patch)
        yield story


def live(story: Story, patch: pytest.MonkeyPatch) -> None:
    loader, conn = story.loader, story.conn
    loader(REGISTER, BEFORE)
    conn.execute(
        """insert into ops.report_run (report_code, version, period, as_of, state) values
        ('KPI-2026-Q2', 1, '2026-Q2', %s, 'sent'), ('KPI-2026-Q2', 2, '2026-Q2', %s, 'rejected')""",
        (SENT, SENT),
    )
    loader(REGISTER, AFTER)
    patch.setattr(fit, "_register", lambda known=fit._register: with_jobs(known(), 1))
    with listening() as lines:
        loader(REGISTER, REVISED)
    story.logs[REVISED] = "\n".join(lines)
    story.ours("kpi_plan", PLANNED, r"^(fdi_jobs,2026-Q2),(\d+)", r"\1,1\2")
    with patch.context() as counted:
        # As if a table of ours said which projects count.
        counted.setattr(impact, "DEFINING_SOURCES", {REGISTER})
        counted.setattr(fit, "_register", lambda known=fit._register: with_jobs(known(), 100))
        loader(REGISTER, COUNTED)
    story.ours("kpi", DEFINED, r"^(fdi_jobs,.*)Number of", r"\1Count of")


class listening:
    """What include.pipeline.impact logs for as long as the block lasts."""

    def __enter__(self) -> list[str]:
        self.lines: list[str] = []
        self.handler = logging.Handler()
        self.handler.emit = lambda record: self.lines.append(record.getMessage())  # type: ignore[method-assign]
        self.level = impact.log.level
        impact.log.addHandler(self.handler)
        impact.log.setLevel(logging.INFO)
        return self.lines

    def __exit__(self, *_: object) -> None:
        impact.log.removeHandler(self.handler)
        impact.log.setLevel(self.level)


def test_before_the_first_report_is_sent_there_is_nobody_to_tell(story: Story) -> None:
    assert story.of(BEFORE) == []


def test_a_new_quarter_is_a_new_period_and_no_other_one_is_named(story: Story) -> None:
    assert {(row.period, row.kind_code) for row in story.of(AFTER)} == {("2026-Q3", "new_period")}


def test_a_changed_quarter_is_a_revision_by_how_much_and_of_which_reports(story: Story) -> None:
    assert [
        (row.kpi_code, row.period, row.kind_code, row.change_value, row.sent_reports) for row in story.of(REVISED)
    ] == [
        ("fdi_jobs", "2026-Q2", "revision", 1, ["KPI-2026-Q2 v1"]),
        # Since 1 January, so the quarters after it move too; no report has shown them yet.
        ("fdi_jobs", "2026-Q3", "revision", 1, []),
    ]


def test_the_log_of_the_task_says_it(story: Story) -> None:
    (q2, q3) = story.of(REVISED)
    (line,) = story.logs[REVISED].splitlines()
    assert "revision of fdi_jobs in 2 periods" in line
    assert f"2026-Q3: {q3.before_value} -> {q3.after_value}" in line
    assert line.endswith("shown in KPI-2026-Q2 v1")
    assert q2.before_value + 1 == q2.after_value


def test_it_is_written_while_everybody_else_still_sees_the_figures_of_before(story: Story) -> None:
    (q2, _) = story.of(REVISED)
    assert story.meanwhile[clock_from(REVISED)] == q2.before_value
    assert story.meanwhile[clock_from(PLANNED)] == q2.after_value


def test_another_plan_is_a_change_of_target_and_no_revision(story: Story) -> None:
    assert [
        (row.kpi_code, row.period, row.kind_code, row.change_value, row.sent_reports) for row in story.of(PLANNED)
    ] == [("fdi_jobs", "2026-Q2", "target", 0, ["KPI-2026-Q2 v1"])]
    assert story.of(PLANNED)[0].change_planned_value > 0


def test_what_we_count_otherwise_is_no_revision(story: Story) -> None:
    assert [(row.period, row.kind_code, row.change_value, row.sent_reports) for row in story.of(COUNTED)] == [
        ("2026-Q2", "definition", 100, ["KPI-2026-Q2 v1"]),
        ("2026-Q3", "definition", 100, []),
    ]


def test_another_definition_in_words_is_named_with_the_newest_figure(story: Story) -> None:
    assert [(row.kpi_code, row.period, row.kind_code, row.change_value) for row in story.of(DEFINED)] == [
        ("fdi_jobs", "2026-Q3", "definition", 0)
    ]


def test_each_change_is_the_difference_of_the_two_moments(story: Story) -> None:
    """By another road: the warehouse as of just before the batch and just after it."""
    told = {(row.kpi_code, row.period): (row.before_value, row.after_value) for row in story.of(REVISED)}
    query = """select kpi_code, period, figures.ytd_value from
        (select set_config('warehouse.as_of', (%s::timestamptz - %s * interval '1 microsecond')::text, true)) as moment,
        lateral mart.kpi_progress_at(current_setting('warehouse.as_of')::timestamptz) as figures"""
    with story.conn.transaction():
        then, now = (
            {(code, period): value for code, period, value in story.conn.execute(query, (REVISED, less)).fetchall()}
            for less in (1, 0)
        )
    assert then.keys() == now.keys()
    assert {key: (then[key], now[key]) for key in now if then[key] != now[key]} == told


def test_the_report_says_of_each_figure_what_was_kept_of_its_deliveries(story: Story) -> None:
    """Two moments compared, and every step between them: both give the same, and each step its kind."""
    run = report_run.pin_issue(story.conn, "2026-Q3", clock_from(READ))
    english = rebuild.read_and_build(story.conn, run, "management", "en")
    said = {change["kind"]: change for change in english["changes"]["items"] if change["kpi_code"] == "fdi_jobs"}
    rows = [row for clock in (REVISED, PLANNED, COUNTED) for row in story.of(clock) if row.kpi_code == "fdi_jobs"]
    kept = {row.kind_code: row for row in rows if row.period == "2026-Q2"}
    assert said.keys() - {"status"} == {"revision", "recount", "plan", "definition", "period"}
    for kind, steps in (("revision", kept["revision"]), ("recount", kept["definition"])):
        assert (said[kind]["before"], said[kind]["after"]) == (steps.before_value, steps.after_value)
    assert said["plan"]["after"] - said["plan"]["before"] == kept["target"].change_planned_value
    others = {change["kpi_code"] for change in english["changes"]["items"] if change["kind"] == "revision"}
    assert others == {"fdi_jobs"}


def test_a_batch_that_bears_on_no_figure_is_not_held_against_any(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    monkeypatch.setattr(impact, "_figures", lambda *asked: compared.append(asked))
    story.ours("recipient", READ, "@example", "@elsewhere")
    assert story.conn.execute("select from core.recipient where email like '%@elsewhere.org'").rowcount == 1
    assert compared == []


def test_a_batch_whose_table_nobody_else_may_read_does_not_wait_for_itself(story: Story) -> None:
    """As the first load of a dataset, which attaches a partition."""
    asked = ("2026-10-13 06:00+02", clock_from(REVISED), ["fdi_jobs"])
    with psycopg.connect(story.loader.loader_dsn) as conn:
        conn.execute("lock table core.fdi_project in access exclusive mode")
        figures = impact._before(conn, story.loader.loader_dsn, *asked)
    q2 = next(row for row in story.of(REVISED) if row.period == "2026-Q2")
    assert figures["fdi_jobs", "2026-Q2"].value == q2.before_value
