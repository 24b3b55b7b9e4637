"""The load path at the speed of COPY: cheaper typing, a leaner merge, digests of slices."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"

FILES = Path(__file__).parents[1]
BEFORE = ("0002_as_of_and_merge.sql", "0006_statistics.sql")
MERGE = "core.merge(regclass, regclass, bigint, bigint, timestamptz, text"
DOWN = f"""
drop table ops.slice;
drop trigger keep_payload on landing.payload;
drop function core.keep_payload();
drop index core.observation_scope;
create index observation_scope on core.observation (dataset_code, period) where known_to = 'infinity';
alter table core.observation add foreign key (payload_id) references landing.payload;
drop function {MERGE}, text, bigint, boolean);
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    _run((FILES / "0009_bulk.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Remove the digests and put foreign key, index and functions back as 0002 wrote them."""
    _run(DOWN)
    text = "".join((FILES / name).read_text(encoding="utf-8") for name in BEFORE)
    for name in ("core.to_numeric", "core.to_date", "core.to_moment", "core.period_start", "core.merge"):
        _, _, rest = text.partition(f"create function {name}(")
        _run(f"create or replace function {name}(" + rest.partition("comment on function")[0])
    _run(f"comment on function {MERGE}) is 'The versioned merge: writes what changed, closes what it supersedes.'")


def _run(text: str) -> None:
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
