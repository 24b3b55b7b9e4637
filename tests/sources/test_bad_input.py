"""Bad input gets a named error with four parts, and leaves what was loaded before untouched."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from include import errors
from sandbox.sources import fit
from sandbox.sources.reply import Reply

JANUARY, OCTOBER = "2026-01-20T09:00:00+01:00", "2026-10-15T09:00:00+02:00"
RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
VIL = {"contract_code": "vil-2022", "feed_path": "vil", "start_date": "2026-07-01", "end_date": "2026-12-31"}


def known(dsn: str, table: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(f"select t::text from {table} as t where known_to = 'infinity' order by 1").fetchall()


def one(dsn: str, query: str) -> tuple[object, ...]:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("fault", "kind", "got"),
    [
        ("block-page", errors.BlockPage, "an HTML page"),
        ("too-big-notice", errors.TooBigNotice, "too big"),
        ("empty", errors.EmptyReply, "no bytes"),
        ("header-only", errors.HeaderOnly, "a header and no rows"),
        ("truncated-row", errors.TruncatedReply, "missing data for column"),
        ("renamed-column", errors.LayoutChanged, "missing \\['capex_eur'\\], unexpected \\['capex'\\]"),
    ],
)
def test_a_bad_payload_is_quarantined_by_name(loader, fault: str, kind: type[errors.DataError], got: str) -> None:
    loader.after(("fit_fdi_project", JANUARY))
    before = known(loader.dsn, "core.fdi_project")
    with pytest.raises(kind, match=got) as caught:
        loader("fit_fdi_project", OCTOBER, fault=fault)
    error = caught.value
    assert all([error.source, error.expected, error.got, error.todo])
    assert one(loader.dsn, "select state, error_class, error from ops.batch order by batch_id desc limit 1") == (
        "quarantined",
        kind.__name__,
        str(error),
    )
    assert known(loader.dsn, "core.fdi_project") == before
    assert one(loader.dsn, "select count(*) from pg_tables where schemaname = 'staging'") == (0,)


@pytest.mark.parametrize(
    ("fault", "rule"), [("letter-in-number", "capex_is_number"), ("times-thousand", "size_is_plausible")]
)
def test_a_bad_row_is_rejected_and_the_others_load(loader, fault: str, rule: str) -> None:
    loader.after(("fit_fdi_project", JANUARY))
    before = known(loader.dsn, "core.fdi_project")
    written = loader("fit_fdi_project", OCTOBER, fault=fault)
    assert written["inserted"] > 100
    assert one(loader.dsn, "select reason_code, column_name, fix <> '' from ops.rejected_row order by 1") == (
        rule,
        "capex",
        True,
    )
    assert one(loader.dsn, "select read_row_count = accepted_row_count + rejected_row_count from ops.batch") == (True,)
    # The row that was rejected had been known before: it stays.
    assert set(before) <= set(known(loader.dsn, "core.fdi_project"))


def test_codes_of_a_project_that_nobody_knows_are_named_and_the_project_is_loaded(loader, monkeypatch) -> None:
    own = fit.answer_fit

    def answer(path: str, at: datetime) -> Reply:
        reply = own(path, at)
        return replace(reply, body=reply.body.replace(b",IT,merger_acquisition,life-", b",ZZ,merger_acquisition,", 1))

    monkeypatch.setattr(fit, "answer_fit", answer)
    loader.reference()
    loader("fit_fdi_project", JANUARY)
    with psycopg.connect(loader.dsn) as conn:
        named = conn.execute(
            "select severity, observed -> 'codes' from ops.check_result"
            " where not is_success and expectation = 'unexpected_rows_expectation' and observed ? 'codes' order by 2"
        ).fetchall()
    assert named == [("warning", ["ZZ"]), ("warning", ["sciences"])]


def test_a_thousandfold_yearly_figure_is_rejected(loader) -> None:
    loader("fit_fdi_annual", JANUARY, fault="times-thousand")
    rejected = one(loader.dsn, "select reason_code from ops.rejected_row")
    assert rejected == ("value_is_plausible",)


def test_a_thousandfold_trade_value_is_rejected_and_what_was_known_stays(loader, only_months) -> None:
    loader.reference()
    only_months("2019-06")
    loader("nbb_goods_trade", "2020-03-16T09:00:00+01:00")
    current = "(select series_id, period from core.observation where known_to = 'infinity')"
    with psycopg.connect(loader.dsn, autocommit=True) as conn:
        conn.execute(f"create table staging.before as select * from {current} as o")
    loader("nbb_goods_trade", "2021-03-15T09:00:00+01:00", fault="times-thousand")
    assert one(loader.dsn, "select reason_code, count(*) over () from ops.rejected_row") == ("value_keeps_its_size", 1)
    lost = f"select count(*) from (select * from staging.before except select * from {current} as o) as lost"
    assert one(loader.dsn, lost) == (0,)


def test_a_fiftyfold_value_quarantines_a_first_publication(loader, only_months, tmp_path: Path) -> None:
    """Nothing is known to compare with yet; the countries say what the world should be."""
    loader.reference()
    only_months("2019-06")
    batches = loader.extract("nbb_goods_trade", "2020-03-16T09:00:00+01:00")
    payload = max(
        (path for path in (tmp_path / "landing").rglob("*") if path.is_file()), key=lambda p: p.stat().st_size
    )
    text = payload.read_text()
    row = next(line for line in text.splitlines() if ",DE,XVI,X," in line and ",2019-07," in line)
    cells = row.split(",")
    cells[9] = str(int(cells[9]) * 50)
    payload.write_text(text.replace(row, ",".join(cells)))
    from include.pipeline import load_steps

    with pytest.raises(errors.CheckFailed, match="countries add up to the world within 25%"):
        load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, batches))
    assert known(loader.dsn, "core.observation") == []


def test_a_workbook_that_is_none_is_quarantined_and_the_run_goes_on(loader) -> None:
    loader.reference()
    assert loader("partner_activity", OCTOBER, **VIL) == {"inserted": 0, "closed": 0, "unchanged": 0}
    state, kind, text = one(
        loader.dsn, "select state, error_class, error from ops.batch order by batch_id desc limit 1"
    )
    assert (state, kind) == ("quarantined", "NotAWorkbook")
    assert "vil-2022 2026-Q3" in str(text)
    assert one(
        loader.dsn,
        "select state from mart.partner_report where contract_code = 'vil-2022' and period = '2026-Q3'",
    ) == ("quarantined",)


def test_a_busy_source_is_asked_again(loader) -> None:
    assert loader("fit_fdi_annual", JANUARY, fault="429")["inserted"] > 0


@pytest.mark.parametrize("fault", ["truncated"])
def test_a_transfer_that_breaks_off_is_for_a_retry(loader, fault: str) -> None:
    with pytest.raises(errors.SourceUnavailable, match="broke off"):
        loader("fit_fdi_annual", JANUARY, fault=fault)
    assert one(loader.dsn, "select count(*) from landing.payload") == (0,)


def test_a_refused_address_is_no_case_for_a_retry(loader) -> None:
    with pytest.raises(errors.SourceRefused, match=r"status 404.*connection fit"):
        loader("fit_fdi_annual", "2010-01-01T00:00:00+01:00")


def test_a_payload_over_the_limit_is_not_kept(loader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from include.extract import extraction
    from include.periods import clock_from
    from include.register import source_of

    small = replace(source_of("fit_fdi_project"), max_bytes=1000)
    with pytest.raises(errors.PayloadTooLarge, match="at most 1,000 bytes"):
        extraction.extract(loader.dsn, loader.root, small, loader.endpoint(small), clock_from(OCTOBER), {}, "test")
    assert not list((tmp_path / "landing").rglob("*"))


def test_every_error_has_a_runbook() -> None:
    def leaves(kind: type) -> list[type]:
        below = kind.__subclasses__()
        return [leaf for one in below for leaf in leaves(one)] or [kind]

    for kind in leaves(errors.SourceError) + leaves(errors.DataError) + leaves(errors.WarehouseError):
        assert (RUNBOOKS / f"{kind.__name__}.md").exists(), f"docs/runbooks/{kind.__name__}.md is missing"
