"""A bulk partition holds what is the same in all its rows once."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
FOLDER = Path(__file__).parents[1]


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    _run((FOLDER / "0024_bulk_constants.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Fill partitions as 0019 does; those that are there stay as they are."""
    text = (FOLDER / "0019_bulk_speed.sql").read_text(encoding="utf-8")
    functions = text[text.index("create function core.fill_partition") : text.index("drop function core.merge")]
    _run("drop function core.fill_partition, core.adopt_partition;" + functions)


def _run(text: str) -> None:
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
