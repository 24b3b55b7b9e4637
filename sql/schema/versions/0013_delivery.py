"""What a mail was made by, its exact bytes, its next try, bounces and stops."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"

COLUMNS = {
    "report_run": ("previous_run_id", "is_correction", "approved_by", "approved_at"),
    "report_artifact": ("body", "body_sha256", "template_version", "code_version"),
    "outbox": ("purpose_code", "replies_to", "next_attempt_at", "head", "sha256"),
}


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0017_delivery.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added; previews are lost, reports and letters stay."""
    op.execute("drop table ops.stop, ops.bounce")
    op.execute("drop function ops.destination")
    op.execute("delete from ops.outbox where purpose_code <> 'report'")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"alter table ops.{table} drop column {column}")
    op.execute(
        "alter table ops.outbox add constraint outbox_report_run_id_recipient_code_key"
        " unique (report_run_id, recipient_code)"
    )
