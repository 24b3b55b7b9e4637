"""Values of follow-up in other currencies are converted where they are read."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0013_partner_gaps.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added."""
    op.execute("comment on column core.partner_follow_up.value_eur is 'The value when it is in EUR, else null.'")
