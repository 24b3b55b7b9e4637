"""What housekeeping needs to delete letters, envelopes and recipients of long ago, and no more."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

BACK = """
revoke select (letter_id, clock), delete on ops.partner_letter from etl;
revoke select (letter_id, report_run_id), delete on ops.outbox from etl;
revoke delete on core.recipient from etl
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0020_retention.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what was granted."""
    op.get_bind().exec_driver_sql(BACK)
