"""Series are found by country, product and key, and the planner learns how many a dimension leaves."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0021_reading.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added."""
    op.execute(
        """drop function core.days_outside(datemultirange);
        drop statistics core.series_dimension;
        drop index core.series_key, core.series_product, core.series_country;
        create index series_dataset on core.series (dataset_code);"""
    )
