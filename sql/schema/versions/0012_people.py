"""Who loads, who reports and who reads: a role each, with no more than it needs."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"

BACK = """
revoke all on all tables in schema core, mart, ops, landing from etl, reporter;
revoke select (report_run_id, as_of, state) on ops.report_run from etl;
alter default privileges in schema core revoke all on tables from etl;
alter default privileges in schema mart revoke all on tables from etl;
alter default privileges in schema core, mart, ops, landing revoke all on tables from reporter;
revoke all on schema core, mart, ops, landing, staging from etl, reporter;
revoke execute on function core.merge from etl;
grant execute on function core.merge, core.keep_payload to public
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0016_people.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what was granted; the roles belong to the cluster and stay."""
    op.get_bind().exec_driver_sql(BACK)
