"""Each ready question has the answer that is kept beside it, on the sample world loaded as it was published."""

from __future__ import annotations

import io
from pathlib import Path

import psycopg
import pytest

from include.warehouse import roles
from include.warehouse.run_query import write_csv
from sandbox.sources import TODAY

QUERIES = sorted((Path(__file__).parents[2] / "sql" / "queries").glob("*.sql"))
ANSWERS = Path(__file__).with_name("answers")
# What was known in March 2024, and today's vintage, which revises it.
TRADE = ("2024-03-15T09:00:00+01:00", TODAY.isoformat())
PARTNERS = ("bva-2022", "vil-2022")
TERM = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


@pytest.fixture(scope="module")
def lived(server, shared_loader) -> str:
    """The address of that warehouse for an analyst."""
    loader, today = shared_loader, TODAY.isoformat()
    loader.reference()
    for day in TRADE:
        loader("nbb_goods_trade", day)
    loader("fit_fdi_annual", "2026-01-20T09:00:00+01:00", fault="times-thousand")
    loader("fit_fdi_annual", today)
    loader("fit_fdi_project", today)
    for contract in PARTNERS:
        loader("partner_activity", today, contract_code=contract, feed_path=contract.removesuffix("-2022"), **TERM)
    with psycopg.connect(loader.dsn, autocommit=True) as conn:
        conn.execute("analyze")
    return server.dsn(loader.dsn.rpartition("/")[2], roles.ANALYST)


def answer(dsn: str, path: Path, base_url: str) -> str:
    """What `make sql` would write at noon of the sample world's day, wherever its server listens."""
    output = io.StringIO()
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("set warehouse.as_of = '2026-10-15 12:00+02'")
        conn.execute("set statement_timeout = '30s'")
        conn.execute("set timezone = 'Europe/Brussels'")
        write_csv(conn, path.read_text(encoding="utf-8"), output)
    return output.getvalue().replace(base_url, "http://sample")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_each_question_has_its_answer(lived: str, sample_server: str, path: Path) -> None:
    found = answer(lived, path, sample_server)
    assert found.count("\n") > 1, "an answer without rows proves nothing"
    assert found == ANSWERS.joinpath(f"{path.stem}.csv").read_text(encoding="utf-8")


def test_there_are_ten_questions_and_no_answer_without_one() -> None:
    assert len(QUERIES) >= 10
    assert {path.stem for path in ANSWERS.glob("*.csv")} == {path.stem for path in QUERIES}
