"""Classifications with validity: country codes, country groups, and the bridge from products to core domains."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

# Back to one table of countries by NBB's codes and one of sections. Country codes of other sources, memberships other
# than EU27_2020, chapters and headings have no place there and are lost; a load of the reference brings them back.
DOWN = """
drop index core.country_current;
create temp table country_before on commit drop as select * from core.country;
delete from core.country;
alter table core.country add column source_code text not null, add column is_eu boolean not null;
insert into core.country (
    country_code, source_code, name_nl, name_en, is_aggregate, is_eu, known_from, known_to, payload_id
)
select
    c.country_code, s.code, c.name_nl, c.name_en, c.is_aggregate,
    exists (
        select from core.country_group_member as m
        where m.group_code = 'EU27_2020' and m.country_code = c.country_code
            and m.known_from <= greatest(c.known_from, s.known_from)
            and m.known_to > greatest(c.known_from, s.known_from)
    ),
    greatest(c.known_from, s.known_from), least(c.known_to, s.known_to), s.payload_id
from country_before as c
join core.country_code as s on s.code_system = 'NBB' and s.country_code = c.country_code
    and s.known_from < c.known_to and c.known_from < s.known_to
    and s.valid_to = date '9999-12-31';
create unique index country_current on core.country (source_code) where known_to = 'infinity';
comment on table core.country is 'Country codes as the trade source writes them, with the ISO code that we use.';
comment on column core.country.country_code is 'ISO 3166-1 alpha-2; XK Kosovo; the source''s own code for aggregates.';
comment on column core.country.source_code is 'Code in NBB''s COUNTRY list (XS is Serbia there).';
comment on column core.country.is_eu is 'Member of the European Union of 27 since 2020.';
drop table core.country_code, core.country_group_member cascade;

drop index core.product_domain_current;
delete from core.product_domain
where product_code !~ '^[IVX]+$' or current_date not between valid_from and valid_to;
alter table core.product_domain
drop column is_energy cascade, drop column valid_from cascade, drop column valid_to cascade;
alter table core.product_domain rename column product_code to hs_section_code;
alter table core.product_domain rename column product_name to hs_section_name;
create unique index product_domain_current on core.product_domain (hs_section_code, core_domain_code)
where known_to = 'infinity';
comment on table core.product_domain is
'Bridge from HS sections to core domains; the weights of a section add up to 1.';
comment on column core.product_domain.hs_section_code is 'HS section, I to XXI.';
comment on column core.product_domain.weight_share is 'Part of the section that counts for the domain, 0..1.';
comment on column core.product_domain.hs_section_name is 'What the section holds.';
"""


def upgrade() -> None:
    """Apply the file, within Alembic's transaction."""
    text = (Path(__file__).parents[1] / "0008_classifications.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def downgrade() -> None:
    """Put the tables back as they were; marts are made anew by the version before."""
    op.get_bind().exec_driver_sql(DOWN.replace("%", "%%"))
