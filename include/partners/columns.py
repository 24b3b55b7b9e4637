"""Tables and columns of a partner's workbook, with titles in Dutch and English.

Template and reader both use these tables, so that a template can be read back. Titles are compared after `fold`.
`since` is the version of the template that added a column: an older workbook is read without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from include.partners.lists import Language, fold

Kind: TypeAlias = Literal["text", "code", "date", "count", "amount", "share", "markets", "country", "codes", "company"]

# Versions that are or were handed out, oldest first.
VERSIONS = ("2026.1", "2026.2")
TEMPLATE_VERSION = VERSIONS[-1]


@dataclass(frozen=True)
class Column:
    """Column of a table: our name, its titles (aliases are read, never written) and its kind."""

    name: str
    kind: Kind
    nl: str
    en: str
    aliases: tuple[str, ...] = ()
    closed_list: str = ""
    width: int = 14
    since: str = VERSIONS[0]


def _later(name: str, kind: Kind, nl: str, en: str, closed_list: str = "", width: int = 14) -> Column:
    return Column(name, kind, nl, en, (), closed_list, width, VERSIONS[1])


COLUMNS: tuple[Column, ...] = (
    Column("activity_code", "text", "Nummer", "Number", ("Activiteitsnummer", "Activity number", "Nr", "No")),
    Column("activity_type_code", "code", "Type", "Type", ("Type activiteit", "Activity type", "Soort"), "type", 22),
    Column("status_code", "code", "Status", "Status", ("Stand van zaken",), "status"),
    Column("title", "text", "Titel", "Title", ("Naam activiteit", "Activity title"), width=44),
    Column("start_date", "date", "Begindatum", "Start date", ("Startdatum", "Begin date")),
    Column("end_date", "date", "Einddatum", "End date", ("Slotdatum", "Last day")),
    Column("mode_code", "code", "Vorm", "Mode", ("Werkvorm", "Way of working"), "mode"),
    Column("market_codes", "markets", "Doelmarkten (ISO)", "Markets (ISO)", ("Doelmarkten", "Markten", "Markets")),
    Column("core_domain_code", "code", "Kerndomein", "Core domain", ("Domein", "Domain"), "core_domain", 36),
    Column("participants_count", "count", "Deelnemers", "Participants",
           ("Aantal deelnemers", "Number of participants")),
    Column("companies_count", "count", "Bedrijven", "Companies",
           ("Aantal bedrijven", "Ondernemingen", "Number of companies")),
    Column("first_time_exporters_count", "count", "Nieuwe exporteurs", "First-time exporters",
           ("Eerste exporteurs", "First-timers")),
    Column("b2b_meetings_count", "count", "B2B-gesprekken", "B2B meetings", ("B2B-afspraken", "B2B")),
    Column("leads_count", "count", "Concrete leads", "Concrete leads", ("Leads", "Aantal leads")),
    Column("cost_eur", "amount", "Kostprijs (EUR)", "Cost (EUR)", ("Kostprijs", "Kosten", "Cost", "Total cost")),
    Column("budget_used_eur", "amount", "Gebruikt budget (EUR)", "Budget used (EUR)",
           ("Gebruikt budget", "Budget used", "Deel FIT (EUR)", "FIT part (EUR)")),
    _later("own_part_eur", "amount", "Eigen deel (EUR)", "Own part (EUR)"),
    _later("public_part_eur", "amount", "Ander overheidsgeld (EUR)", "Other public money (EUR)"),
    _later("smes_count", "count", "Waarvan kmo's", "Of which SMEs"),
    _later("place", "text", "Plaats", "Place", width=20),
    _later("country_code", "country", "Land (ISO)", "Country (ISO)"),
    _later("co_organiser_codes", "codes", "Mede-organisatoren (codes)", "Co-organisers (codes)", width=26),
    _later("core_domain_share", "share", "Aandeel kerndomein", "Share of core domain"),
    _later("core_domain_2_code", "code", "Kerndomein 2", "Core domain 2", "core_domain", 30),
    _later("core_domain_2_share", "share", "Aandeel kerndomein 2", "Share of core domain 2"),
    _later("core_domain_3_code", "code", "Kerndomein 3", "Core domain 3", "core_domain", 30),
    _later("core_domain_3_share", "share", "Aandeel kerndomein 3", "Share of core domain 3"),
)  # fmt: skip
_ACTIVITY = _later("activity_code", "text", "Activiteit (nummer)", "Activity (number)")
_COMPANY = _later("company_number", "company", "Ondernemingsnummer", "Enterprise number", width=18)
COMPANY_COLUMNS: tuple[Column, ...] = (
    _ACTIVITY,
    _COMPANY,
    _later("is_sme", "code", "Kmo", "SME", "yes_no"),
    _later("is_first_time_exporter", "code", "Nieuwe exporteur", "First-time exporter", "yes_no"),
)
FOLLOW_UP_COLUMNS: tuple[Column, ...] = (
    _ACTIVITY,
    _later("months_after", "code", "Opvolging na", "Follow-up after", "months"),
    _COMPANY,
    _later("deals_count", "count", "Aantal deals", "Number of deals"),
    _later("value_amount", "amount", "Waarde van de deals", "Value of the deals"),
    _later("currency_code", "country", "Munt (ISO)", "Currency (ISO)"),
    _later("is_new_market", "code", "Nieuwe markt", "New market", "yes_no"),
    _later("confirmed_code", "code", "Bevestigd door het bedrijf", "Confirmed by the company", "confirmed", 30),
    _later("without_help_code", "code", "Zonder hulp ook gebeurd", "Would have happened anyway", "without_help", 28),
    _later("satisfaction_score", "count", "Tevredenheid (0-10)", "Satisfaction (0-10)"),
)


@dataclass(frozen=True)
class Table:
    """Table of the workbook: row kind, columns, sheet, titles that make a title row."""

    row_kind: str
    columns: tuple[Column, ...]
    nl: str
    en: str
    titles_needed: int

    def column_named(self, title: str) -> str | None:
        """Return our name of the column with a title; None for a partner's own column."""
        return _NAMES[self.row_kind].get(fold(title))


ACTIVITIES = Table("activity", COLUMNS, "Rapport", "Report", 4)
COMPANIES = Table("company", COMPANY_COLUMNS, "Bedrijven", "Companies", 3)
FOLLOW_UPS = Table("follow_up", FOLLOW_UP_COLUMNS, "Opvolging", "Follow-up", 5)
TABLES = (ACTIVITIES, COMPANIES, FOLLOW_UPS)


@dataclass(frozen=True)
class Fact:
    """Line of the header block: a label, and its value in the next filled cell."""

    name: str
    nl: str
    en: str
    aliases: tuple[str, ...] = ()
    kind: Kind = "text"
    closed_list: str = ""
    is_answer: bool = False
    is_needed: bool = True


FACTS: tuple[Fact, ...] = (
    Fact("contract_code", "Contract", "Contract", ("Contractcode", "Contract code")),
    Fact("partner", "Partner", "Partner"),
    Fact("period", "Periode", "Period", ("Kwartaal", "Quarter")),
    Fact("is_nil", "Nulmelding (geen activiteiten)", "Nil return (no activities)", ("Nulmelding", "Nil return"),
         "code", "yes_no", is_answer=True, is_needed=False),
    Fact("template_version", "Versie van het sjabloon", "Template version", ("Sjabloonversie", "Versie", "Version")),
    Fact("version_number", "Versie van het rapport", "Version of the report", (), "count", "", True, False),
    Fact("submitted_date", "Ingediend op", "Submitted on", (), "date", "", True, False),
    Fact("submitter", "Ingediend door (contactpersoon)", "Submitted by (contact)", (), "text", "", True, False),
    Fact("language_code", "Taal", "Language", (), "code", "language", is_needed=False),
    Fact("currency_code", "Munt", "Currency", (), "country", "", is_needed=False),
    Fact("stated_budget_used_eur", "Gebruikt budget dit kwartaal (EUR)", "Budget used this quarter (EUR)", (),
         "amount", "", True, False),
)  # fmt: skip


def _by_title(entries: Iterable[Column | Fact]) -> dict[str, str]:
    return {fold(title): e.name for e in entries for title in (e.name, e.nl, e.en, *e.aliases)}


_NAMES = {table.row_kind: _by_title(table.columns) for table in TABLES}
_FACT_BY_LABEL = _by_title(FACTS)


def fact_with_label(label: str) -> str | None:
    """Return our name of the header fact with a label in either language, or None."""
    return _FACT_BY_LABEL.get(fold(label))


def title_in(entry: Column | Fact | Table, language: Language) -> str:
    """Return title, label or sheet name in a language."""
    return entry.nl if language == "nl" else entry.en
