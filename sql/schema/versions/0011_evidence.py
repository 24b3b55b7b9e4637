"""Reserved."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0015_evidence.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added."""
