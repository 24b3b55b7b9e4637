"""The planner learns how many series are of a kind, and what a page costs the roles that read."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0023_reading_speed.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Take back what the file added."""
    op.execute(
        """alter role analyst reset random_page_cost; alter role analyst reset jit;
        alter role reporter reset random_page_cost; alter role reporter reset jit;
        drop statistics core.series_kind;
        create statistics core.series_dimension (mcv)
        on dataset_code, freq_code, concept_code, (dimensions ->> 'REPORTING'), (dimensions ->> 'COUNTRY'),
        (dimensions ->> 'PRODUCT'), (dimensions ->> 'FLOW'), (dimensions ->> 'DATATYPE')
        from core.series;"""
    )
