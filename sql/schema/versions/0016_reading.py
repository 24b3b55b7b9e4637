"""One index of observations serves the present and any past."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

FILES = Path(__file__).parents[1]
DOWN = """
drop index core.observation_version;
create unique index observation_current on core.observation (series_id, period) where known_to = 'infinity';
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    _run((FILES / "0020_reading.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Put index and merge back as 0009 wrote them."""
    _, _, merge = (FILES / "0009_bulk.sql").read_text(encoding="utf-8").partition("create function core.merge(")
    _run(DOWN + "create or replace function core.merge(" + merge.partition("comment on function")[0])
    _run("drop function core.key_columns(regclass)")


def _run(text: str) -> None:
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
