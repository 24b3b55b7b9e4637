"""What a batch changes of the KPIs, written before it is published."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0015_impact.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added; marts that read it go with it, and the next upgrade creates them again."""
    op.execute("drop table ops.impact cascade")
