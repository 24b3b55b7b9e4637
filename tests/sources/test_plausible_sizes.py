"""A value a thousand times too large does not pass, whichever number of whichever source it is."""

from __future__ import annotations

import psycopg
import pytest

from include import errors
from include.load import staging
from include.pipeline import load_steps
from include.register import source_of

JANUARY, OCTOBER = "2026-01-20T09:00:00+01:00", "2026-10-15T09:00:00+02:00"
AGORIA = {"contract_code": "agoria-2022", "feed_path": "agoria", "start_date": "2022-01-01", "end_date": "2022-12-31"}


@pytest.fixture
def tampered(loader):
    """Stage a batch after its text was changed by SQL, as if the source had sent it so."""

    def stage(code: str, clock: str, change: str, **given: str) -> list[str]:
        batch = loader.extract(code, clock, **given)[0]
        copy = staging.copy

        def changed(conn, source, batch_id, blocks):
            count = copy(conn, source, batch_id, blocks)
            conn.execute(f"alter table staging.b{batch_id}_raw add row_id bigint generated always as identity".encode())
            conn.execute(f"update staging.b{batch_id}_raw set {change}".encode())
            return count

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "copy", changed)
            load_steps.stage(loader.dsn, loader.root, [batch])
        with psycopg.connect(loader.dsn) as conn:
            rows = conn.execute("select reason_code from ops.rejected_row where batch_id = %s", (batch,)).fetchall()
        return [reason for (reason,) in rows]

    return stage


@pytest.mark.parametrize("column", ["jobs", "capex"])
def test_a_project_keeps_its_size(loader, tampered, column: str) -> None:
    loader.after(("fit_fdi_project", JANUARY))
    change = f"{column} = {column} || '000' where row_id = 5"
    assert set(tampered("fit_fdi_project", OCTOBER, change)) & {"size_keeps", "size_is_plausible"}


@pytest.mark.parametrize("column", ["jobs", "year_text"])
def test_a_number_beyond_its_type_is_rejected_like_any_other(tampered, column: str) -> None:
    assert tampered("fit_fdi_project", JANUARY, f"{column} = '99999999999' where row_id = 5")


def test_a_value_that_a_type_cannot_hold_is_named_and_stops_its_batch_alone(loader, tampered) -> None:
    loader.reference()
    tampered("partner_activity", "2026-01-31T09:00:00+01:00", "months_after = '99999999999'", **AGORIA)
    with psycopg.connect(loader.dsn) as conn:
        states = conn.execute("select error_class from ops.batch where state = 'quarantined'").fetchall()
    assert states == [("LayoutChanged",)]


@pytest.mark.parametrize(
    "column", ["participants_count", "companies_count", "b2b_meetings_count", "leads_count", "cost_eur"]
)
def test_an_activity_has_a_plausible_size(loader, tampered, column: str) -> None:
    loader.reference()
    change = f"{column} = '9999000' where row_kind = 'activity'"
    assert f"{column}_is_plausible" in tampered("partner_activity", "2026-01-31T09:00:00+01:00", change, **AGORIA)


def test_a_payload_that_stops_in_its_last_number_is_cut_off(loader) -> None:
    rows = iter([b"year,indicator,value,unit,published_on,source\n2024,jobs,50,NUMBER,2025-01-20,FI"])
    with psycopg.connect(loader.dsn) as conn, pytest.raises(errors.TruncatedReply, match="no line end"):
        staging.copy(conn, source_of("fit_fdi_annual"), 1, rows)
