"""Observations in partitions, a first load's index built after its rows, one index over all versions."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"

FILES = Path(__file__).parents[1]
TABLE, MERGE = "core.observation", "core.merge(regclass, regclass, bigint, bigint, timestamptz, text, text, bigint, "
COLUMNS = """series_id, dataset_code, period, value, status_code, decimals, embargo_until, released_at, known_from,
known_to, payload_id"""
AWAY = f"""
drop function {MERGE}bigint, text);
drop function core.fill_partition, core.adopt_partition, core.is_new_partition, core.key_columns;
alter table core.observation set schema part;
"""
BACK = f"""
alter table core.observation drop constraint observation_payload_id_fkey;
insert into core.observation ({COLUMNS}) select {COLUMNS} from part.observation;
drop table part.observation;
drop schema part;
drop function core.say_period_start();
create unique index observation_current on core.observation (series_id, period) where known_to = 'infinity';
create index observation_closed on core.observation (dataset_code, known_to) where known_to < 'infinity';
create index observation_scope on core.observation using brin (dataset_code, period)
with (pages_per_range = 16, autosummarize = on);
revoke execute on function core.merge from public;
grant execute on function core.merge to etl;
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    _run(_text("0019_bulk_speed.sql"))


def downgrade() -> None:
    """Put all observations into one table as 0003 and 0009 made it, and the merge that went with it."""
    _, _, table = _text("0003_core.sql").partition(f"create table {TABLE} (")
    said = table.partition(f"comment on table {TABLE} ")[2].partition("\n\n")[0]
    _, _, merge = _text("0009_bulk.sql").partition("create function core.merge(")
    _run(AWAY)
    _run(f"create table {TABLE} ({table.partition(';')[0]}; comment on table {TABLE} {said}")
    _run(f"create function core.merge({merge}")
    _run(BACK)


def _text(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


def _run(text: str) -> None:
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
