"""The KPI catalogue beyond what a mail shows: kind, formula in words, freeze rule, and what stands in the report."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"

COLUMNS = ("kind_code", "is_headline", "formula_nl", "formula_en", "freeze_rule")


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0014_kpi_catalogue.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added; marts that read it go with it, and the next upgrade creates them again."""
    for column in COLUMNS:
        op.execute(f"alter table core.kpi drop column {column} cascade")
