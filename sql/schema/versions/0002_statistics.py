"""What loading any SDMX dataflow needs."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0006_statistics.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Remove the functions; no row depends on them."""
    op.execute("drop function core.to_moment(text), core.key_pattern(text)")
