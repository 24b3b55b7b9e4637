"""What a batch did, and what it changes of the KPIs."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0015_impact.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added."""
    op.execute("drop table ops.impact")
    op.execute("alter table ops.request drop column known_from")
    op.execute("alter table ops.batch drop column code_version, drop column known_from, drop column quarantined_from")
