"""The marts from the tools that people have: SQLAlchemy and its reflection, pandas, ADBC, psql's settings."""

from __future__ import annotations

import pandas
import psycopg
import pytest
import sqlalchemy as sa
from adbc_driver_postgresql import dbapi

from include.warehouse.roles import ANALYST

THEN = "2026-10-15"


@pytest.fixture
def address(given, as_role) -> str:
    """A warehouse with one revised figure, as an analyst."""
    given.trade("DE", "2026-01", 100, known_from="2026-03-01", known_to="2026-11-01")
    given.trade("DE", "2026-01", 104, known_from="2026-11-01")
    return as_role(ANALYST)


def engine(address: str, moment: str = "") -> sa.Engine:
    """As docs/connecting.md says: the as-of moment is a setting of the connection."""
    options = {"options": f"-c warehouse.as_of={moment}"} if moment else {}
    url = address.replace("postgresql://", "postgresql+psycopg://", 1)
    return sa.create_engine(url, connect_args=options, poolclass=sa.NullPool)


def test_reflection_finds_every_mart_with_types_and_meaning(address: str, conn: psycopg.Connection) -> None:
    inspector = sa.inspect(engine(address))
    views = conn.execute("select relname from pg_class where relnamespace = 'mart'::regnamespace and relkind = 'v'")
    assert set(inspector.get_view_names(schema="mart")) == {name for (name,) in views}
    table = sa.Table("trade", sa.MetaData(), schema="mart", autoload_with=engine(address))
    assert isinstance(table.c.value_eur.type, sa.Numeric)
    assert isinstance(table.c.period_start_date.type, sa.Date)
    assert str(table.c.value_eur.comment).startswith("Value in EUR")


def test_reflection_knows_every_type_of_every_mart(address: str) -> None:
    inspector = sa.inspect(engine(address))
    unknown = [
        f"{view}.{column['name']}"
        for view in inspector.get_view_names(schema="mart")
        for column in inspector.get_columns(view, schema="mart")
        if isinstance(column["type"], sa.types.NullType)
    ]
    assert unknown == []


@pytest.mark.parametrize(("moment", "value"), [("", 104), (THEN, 100), ("2026-10-15T09:00:00+02:00", 100)])
def test_pandas_reads_a_mart_as_of_a_moment(address: str, moment: str, value: int) -> None:
    frame = pandas.read_sql("select period, value_eur from mart.trade", engine(address, moment))
    assert frame.to_dict("records") == [{"period": "2026-01", "value_eur": value}]


def test_the_moment_of_one_connection_is_not_that_of_another(address: str) -> None:
    with psycopg.connect(address, options=f"-c warehouse.as_of={THEN}") as then, psycopg.connect(address) as now:
        question = "select value_eur from mart.trade"
        assert (then.execute(question).fetchone(), now.execute(question).fetchone()) == ((100,), (104,))


@pytest.mark.parametrize(("moment", "value"), [("", 104.0), (THEN, 100.0)])
def test_adbc_gives_arrow(address: str, moment: str, value: float) -> None:
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        if moment:
            cursor.execute(f"set warehouse.as_of = '{moment}'")
        cursor.execute("select period, value_eur::double precision as value_eur from mart.trade")
        assert cursor.fetch_arrow_table().to_pylist() == [{"period": "2026-01", "value_eur": value}]


def test_nothing_can_be_written_through_any_of_them(address: str) -> None:
    with engine(address).begin() as connection:
        connection.execute(sa.text("set transaction read write"))
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("delete from mart.series"))
