"""Flemish goods trade by HS chapter and market, monthly (NBB, DF_EXTTRADEVLNAT_Part_*).

What is odd about it:
- One cube is cut into five by HS section; each full part exceeds 1 GB, so each is asked for its sections and chapters
  by name, never for CN8 codes, and for the world, the EU and the markets of nbb_trade.MARKETS. Chapters times 250
  countries would be two million cells a run; by country, the sections of the overview are what people read.
- Sections and chapters stand side by side in PRODUCT (VI and 28 to 38): never add them up together.
- Why chapters: a core domain is a set of chapters (pharmaceuticals, 30), and totals are read without energy (27).
- Chapter 77 does not exist; 98 and 99 hold special codes and what is confidential.
- Otherwise as nbb_goods_trade: concept in the key, revisions without a flag, no ETag.
"""

from __future__ import annotations

from datetime import datetime

from include.sources.dataflow import Expressions, dataflow
from include.sources.expectations import (
    has_values,
    in_list,
    is_plausible,
    is_unique,
    is_within,
    keeps_its_size,
    known_countries,
    known_products,
    no_row,
    sql_list,
)
from include.sources.nbb.nbb_trade import (
    AGENCY,
    DIMENSIONS,
    EUROPEAN_UNION,
    LICENCE,
    MARKETS,
    SCHEDULE,
    SECTIONS,
    WORLD,
    trade_key,
    trade_request,
)
from include.sources.source import Expectation, Request, Scope, Severity

# Part of the cube -> its sections.
PARTS: dict[str, tuple[str, ...]] = {
    "DF_EXTTRADEVLNAT_Part_I_to_IV": ("I", "II", "III", "IV"),
    "DF_EXTTRADEVLNAT_Part_V_to_X": ("V", "VI", "VII", "VIII", "IX", "X"),
    "DF_EXTTRADEVLNAT_Part_XI_to_XIV": ("XI", "XII", "XIII", "XIV"),
    "DF_EXTTRADEVLNAT_Part_XV_to_XVII": ("XV", "XVI", "XVII"),
    "DF_EXTTRADEVLNAT_Part_XVIII_to_XXI": ("XVIII", "XIX", "XX", "XXI"),
}
COUNTRIES = (WORLD, EUROPEAN_UNION, *MARKETS)
OVERVIEW = f"{AGENCY}:DF_EXTTRADEVLNAT_Overview"


def products_of(part: str) -> tuple[str, ...]:
    """List the sections of a part, each before its chapters: I, 01, 02, ..."""
    return tuple(code for section in PARTS[part] for code in (section, *SECTIONS[section]))


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question per part: the years that may still be revised, up to the clock's month."""
    return tuple(trade_request(clock, part, trade_key("VL", COUNTRIES, products_of(part), "COM")) for part in PARTS)


RULES = (
    # All Flemish exports of 2022 were 40 a month (479.7 billion); no section is most of them.
    is_plausible("t.value between 0 and 30e9", "the value is negative, or more than any section of any month"),
    keeps_its_size([f"{AGENCY}:{part}" for part in PARTS], 1e6),
)

_CHAPTERS = ", ".join(f"('{chapter}', '{section}')" for section, codes in SECTIONS.items() for chapter in codes)


def _adds_up(what: str, low: float, high: float, severity: Severity) -> Expectation:
    """Expect the chapters within bounds of their section, for each market, flow and month."""
    return no_row(
        f"chapters are {what} their section",
        f"""select country, flow, coalesce(chapter.section, product) as section, period
            from {{batch}}
            left join (values {_CHAPTERS}) as chapter (code, section) on chapter.code = product
            where value is not null
            group by 1, 2, 3, 4
            having bool_or(chapter.section is null) and bool_or(chapter.section is not null) and (
                sum(value) filter (where chapter.section is not null)
                / nullif(sum(value) filter (where chapter.section is null), 0)
            ) not between {low} and {high}""",
        severity,
    )


SUITE = (
    is_unique(),
    in_list("country", COUNTRIES),
    in_list("flow", ("X", "I")),
    in_list("concept", ("COM",)),
    in_list("unit_code", ("EUR",)),
    Expectation(
        type="expect_column_values_to_match_regex", kwargs={"column": "product", "regex": "^([IVX]+|[0-9]{2})$"}
    ),
    has_values(0.9),
    # All parts together are 25 to 40 a month, the smallest (instruments, arms, furniture, art) a few in a hundred of
    # it; a wrong multiplier is a factor of a thousand away.
    is_within(
        "the sections of a part are EUR 0.1 to 60 billion a month for the world",
        value="sum(value)",
        where=f"country = '{WORLD}' and product ~ '^[IVX]+$'",
        by="dataset_code, flow",
        low=0.1e9,
        high=60e9,
    ),
    # More is a value that slipped; much less, a section that did, as a chapter may be confidential or rejected.
    _adds_up("10 to 125% of", 0.1, 1.25, "critical"),
    _adds_up("99 to 101% of", 0.99, 1.01, "warning"),
    no_row(
        "no country or group trades more than the world",
        f"""select part.series_key, part.period
            from {{batch}} as part
            join {{batch}} as world using (product, flow, period)
            where world.country = '{WORLD}' and part.country in {sql_list(COUNTRIES[1:])}
                and part.value > world.value + 1e6""",
    ),
    no_row(
        "the world's sections are those of the overview within 5%",
        f"""select series_key, part.period
            from {{batch}} as part
            join core.observation as known
                on known.series_id = core.series_id('{OVERVIEW}', series_key)
                and known.period = part.period and known.known_to = 'infinity'
            where country = '{WORLD}' and product ~ '^[IVX]+$'
                and abs(part.value - known.value) > 0.05 * known.value""",
        "warning",
    ),
    known_countries("country", "NBB"),
    known_products("product"),
)

SOURCE = dataflow(
    code="nbb_chapter_trade",
    title="Flemish goods trade by HS chapter and main market (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    schedule=SCHEDULE,
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(definition="'INR'", price_basis="'V'", concept="concept"),
    rules=RULES,
    suite=SUITE,
)
