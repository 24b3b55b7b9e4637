"""Codes of countries and products: what a suite asks of them, once for all sources.

A code that the reference does not know is no error: the row is loaded, keeps its own code or falls to `unassigned`,
and the warning names it. The lists are core.country_code (one per code system, with validity) and core.product_domain.
"""

from __future__ import annotations

from include.sources.source import Expectation

# Who writes codes their own way; include/sources/reference/country_code.csv holds each.
CODE_SYSTEMS = ("NBB", "NBB_AREA", "NBB_TEC", "EUROSTAT", "OECD", "COMTRADE", "ISO2", "ISO3", "M49")
# An HS section, or digits of which the longest known beginning decides.
SECTION = "^[IVX]+$"


def known_countries(column: str, code_system: str) -> Expectation:
    """A warning that names the codes of a column that reference/country_code.csv lacks.

    Args:
        column: the typed staging column that holds the codes.
        code_system: whose codes they are; one of CODE_SYSTEMS.

    Raises:
        ValueError: no such code system.
    """
    _check(code_system)
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in reference/country_code.csv as {code_system}",
            "unexpected_rows_query": f"""
                select {column} from {{batch}}
                where {column} not in (
                    select code from core.country_code where code_system = '{code_system}' and known_to = 'infinity'
                )
                group by {column}""",
        },
    )


def known_products(column: str) -> Expectation:
    """A warning that names the HS sections, chapters and CN codes of a column that no row of product_domain decides.

    Args:
        column: the typed staging column that holds the codes; TOTAL is no product.
    """
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": f"every {column} is in reference/product_domain.csv",
            "unexpected_rows_query": f"""
                select {column} from {{batch}}
                where {column} <> 'TOTAL' and not exists (
                    select from core.product_domain as p
                    where p.known_to = 'infinity' and (
                        p.product_code = {column}
                        or p.product_code !~ '{SECTION}' and starts_with({column}, p.product_code)
                    )
                )
                group by {column}""",
        },
    )


def aggregates(code_system: str) -> str:
    """SQL: the codes of a system that are the world or a country group, '(select code ...)', for use after `in`.

    Raises:
        ValueError: no such code system.
    """
    _check(code_system)
    return f"""(
        select s.code from core.country_code as s
        join core.country as c on c.country_code = s.country_code and c.known_to = 'infinity'
        where s.code_system = '{code_system}' and s.known_to = 'infinity' and c.is_aggregate
    )"""


def _check(code_system: str) -> None:
    if code_system not in CODE_SYSTEMS:
        raise ValueError(f"{code_system} is no code system; known are {', '.join(CODE_SYSTEMS)}")
