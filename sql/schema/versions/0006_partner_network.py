"""The partner network as data: names, relations, contacts, domains, budgets, feeds, and retention.

Agreed budget and feed leave core.contract for tables of their own. What was known of them is carried over with its
moments, so a report of the past stays what it was.
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = (
    "contract_budget", "contract_feed", "contract_domain", "partner_name", "partner_relation", "partner_theme",
    "partner_contact", "retention_rule",
)  # fmt: skip
COLUMNS_BACK = """
alter table core.contract add column feed_path text, add column budget_eur_per_year numeric;
update core.contract as c set
    feed_path = coalesce((
        select f.feed_path from core.contract_feed as f where f.contract_code = c.contract_code
        order by f.known_to > c.known_from and f.known_from < c.known_to desc, f.known_from desc limit 1
    ), c.partner_code),
    budget_eur_per_year = coalesce((
        select b.agreed_eur from core.contract_budget as b where b.contract_code = c.contract_code
        order by b.known_to > c.known_from and b.known_from < c.known_to desc, b.known_from desc, b.year limit 1
    ), 0);
alter table core.contract alter column feed_path set not null, alter column budget_eur_per_year set not null;
comment on column core.contract.feed_path is 'Where its reports are, below the connection partner_feed.';
comment on column core.contract.budget_eur_per_year is
'Agreed share of the yearly budget of EUR 1 million; illustrative.';
alter table core.contract drop column owes_reports, drop column report_due_days;
alter table landing.payload drop column deleted_at;
"""
COMMENTS_BACK = """
do $$
declare t record;
begin
    for t in
        select format('%I.%I', n.nspname, c.relname) as name, obj_description(c.oid, 'pg_class') as said
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('core', 'landing', 'ops') and c.relkind in ('r', 'p')
    loop
        execute format('comment on table %s is %L', t.name, regexp_replace(t.said, ' About people:.*$', ''));
    end loop;
end $$
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0010_partner_network.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Put feed and budget back into core.contract and drop the tables; contracts of the first term stay rows."""
    op.get_bind().exec_driver_sql(COLUMNS_BACK)
    op.get_bind().exec_driver_sql(COMMENTS_BACK.replace("%", "%%"))
    for table in TABLES:
        op.execute(f"drop table core.{table} cascade")
