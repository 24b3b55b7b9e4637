"""A live warehouse gets the partner network: what was known stays known, and there is a way back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from psycopg import sql

from include import warehouse
from sandbox.launcher import postgres

BEFORE, AFTER = "0005", "0006"
OLD_CONTRACT = """
insert into core.contract (contract_code, partner_code, start_date, end_date, core_domain_code, language_code,
    feed_path, budget_eur_per_year, known_from, known_to, payload_id)
select 'voka-2022', 'voka', '2022-01-01', '2026-12-31', 'unassigned', 'nl', feed_path, budget, known_from, known_to, %s
from (values ('old-voka', 90000, '2022-01-01'::timestamptz, '2024-01-01'::timestamptz),
    ('voka', 110000, '2024-01-01', 'infinity')) as v (feed_path, budget, known_from, known_to)
"""
PAYLOAD = """
insert into landing.payload
    (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at, parser_version)
values ('reference_contract', '{}', repeat('0', 64), 1, 'text/csv', '', '', now(), '1') returning payload_id
"""


class Alembic:
    """The schema's revisions on a database of its own."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.config = Config()
        self.config.set_main_option("script_location", str(warehouse.SQL / "schema"))

    def __call__(self, step: Any, revision: str) -> None:
        engine = sa.create_engine(self.dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
        with engine.begin() as connection:
            self.config.attributes["connection"] = connection
            step(self.config, revision)


@pytest.fixture
def alembic(server: postgres.Server) -> Iterator[Alembic]:
    name = sql.Identifier(f"m{uuid.uuid4().hex[:12]}")
    with psycopg.connect(server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner steward").format(name))
        try:
            yield Alembic(server.dsn(name.as_string().strip('"')))
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture
def live(alembic: Alembic) -> Alembic:
    """A warehouse of the release before, with a contract whose budget and folder changed in 2024."""
    alembic(command.upgrade, BEFORE)
    with psycopg.connect(alembic.dsn) as conn:
        (payload_id,) = conn.execute(PAYLOAD).fetchone() or (0,)
        conn.execute(OLD_CONTRACT, (payload_id,))
    return alembic


def at(table: str, moment: str, columns: str) -> str:
    known = f"known_from <= '{moment}' and known_to > '{moment}'"
    return f"select distinct {columns} from core.{table} where {known} order by 1"


def test_budget_and_feed_are_known_from_the_same_moments_as_before(live: Alembic) -> None:
    live(command.upgrade, AFTER)
    with psycopg.connect(live.dsn) as conn:
        for moment, agreed, path in (("2023-06-01", 90000, "old-voka"), ("2025-06-01", 110000, "voka")):
            budget = conn.execute(at("contract_budget", moment, "year, agreed_eur")).fetchall()
            assert budget == [(year, agreed) for year in range(2022, 2027)]
            feed = conn.execute(at("contract_feed", moment, "feed_kind_code, conn_id, feed_path, format_code"))
            assert feed.fetchall() == [("http_file", "partner_feed", path, "xlsx")]
        duty = conn.execute("select distinct owes_reports, report_due_days from core.contract").fetchall()
        assert duty == [(True, 15)]


def test_the_way_back_restores_both_and_leaves_nothing(live: Alembic) -> None:
    live(command.upgrade, AFTER)
    live(command.downgrade, BEFORE)
    with psycopg.connect(live.dsn) as conn:
        told = conn.execute("select feed_path, budget_eur_per_year from core.contract order by known_from").fetchall()
        assert told == [("old-voka", 90000), ("voka", 110000)]
        left = conn.execute(
            """select relname from pg_class where relnamespace = 'core'::regnamespace and relkind = 'r'
            and relname ~ '^(contract_|partner_(name|relation|theme|contact)|retention)'"""
        ).fetchall()
        assert left == []
        said = "select count(*) from pg_description where description like '%%About people%%'"
        assert conn.execute(said).fetchone() == (0,)
    live(command.upgrade, AFTER)
