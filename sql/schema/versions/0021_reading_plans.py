"""What trade is asked by stands in indexes, corrections are found by series, and merges of etl take statistics."""

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    _run((Path(__file__).parents[1] / "0025_reading_plans.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take back what the file added."""
    _run(
        """do $$
        declare
            changed text := replace(
                replace(
                    pg_get_functiondef('core.merge'::regproc),
                    'perform core.take_statistics(target);', 'execute format(''analyze %s'', target);'
                ), 'inserted_count > greatest(100,', 'inserted_count > greatest(5000,'
            );
        begin
            if position('analyze %s' in changed) = 0 or position('greatest(5000,' in changed) = 0 then
                raise exception 'core.merge() takes no statistics where this expects it to';
            end if;
            execute changed;
        end $$;
        drop function core.take_statistics;
        alter role analyst reset work_mem;
        alter role reporter reset work_mem;
        alter table core.correction drop column series_id;
        drop index core.series_country, core.country_code_code, core.country_code_country;
        create index series_country on core.series (dataset_code, (dimensions ->> 'COUNTRY'));
        analyze core.series;"""
    )


def _run(text: str) -> None:
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
