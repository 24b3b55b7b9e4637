"""Freshness of every source: what its data cover, and when the next release is due."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0012_freshness.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added; marts that read it go with it, and the next upgrade creates them again."""
    op.execute("alter table ops.batch drop column covers_until_date cascade, drop column parser_version cascade")
    op.execute("drop table core.release_calendar cascade")
