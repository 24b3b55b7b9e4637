"""What partner reports hold beyond activities, the warnings on their rows, and the letters that answer them."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = ("partner_company", "partner_follow_up", "partner_row_warning", "additionality_band", "report_limit")
COLUMNS = {
    "partner_report": (
        "version_number", "submitted_date", "submitter_contact_code", "language_code", "currency_code",
        "stated_budget_used_eur", "company_row_count", "follow_up_row_count", "warning_count",
    ),
    "partner_activity": (
        "event_key", "is_late", "place", "country_code", "core_domain_shares", "co_organiser_codes", "smes_count",
        "own_part_eur", "public_part_eur",
    ),
}  # fmt: skip


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0011_partner_reports.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added; letters and their envelopes are lost, activities and KPI mails stay.

    Marts that read the columns go with them; the next upgrade creates them again.
    """
    op.execute("delete from ops.outbox where letter_id is not null")
    op.execute("alter table ops.outbox drop constraint outbox_one_subject, drop constraint outbox_letter_once")
    op.execute("alter table ops.outbox drop column letter_id, alter column report_run_id set not null")
    op.execute("comment on column ops.outbox.report_run_id is 'The issue.'")
    op.execute("drop table ops.partner_letter")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"alter table core.{table} drop column {column} cascade")
    for table in TABLES:
        op.execute(f"drop table core.{table} cascade")
    op.execute("drop function core.event_key(text, date, text)")
