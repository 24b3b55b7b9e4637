"""Corrections of published values."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0007_vintages.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Remove the table; marts that read it are made anew by the version before."""
    op.execute("drop table core.correction cascade")
