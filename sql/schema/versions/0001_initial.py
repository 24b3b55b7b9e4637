"""The first schema: landing, ops, core, reports and roles, as numbered SQL files beside this folder."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL_FILES = (
    "0001_landing_and_ops.sql",
    "0002_as_of_and_merge.sql",
    "0003_core.sql",
    "0004_reports.sql",
    "0005_roles.sql",
)


def upgrade() -> None:
    """Apply the files in order, within Alembic's transaction."""
    for name in SQL_FILES:
        op.get_bind().exec_driver_sql((Path(__file__).parents[1] / name).read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Remove everything; the payloads stay in landing."""
    op.execute("drop schema mart, ops, core, staging, landing cascade")
