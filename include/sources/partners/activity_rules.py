"""Row rules of a partner's activities; a row that breaks one is rejected with a fix.

A row of kind `report` that is rejected takes the whole report with it: the suite wants exactly one. Reasons and fixes
are English here; the catalogue of `include.reports.language` has them in Dutch for the answer to the partner.
"""

from __future__ import annotations

from include.sources.source import RowRule

COUNTS = (
    "participants_count", "companies_count", "first_time_exporters_count", "b2b_meetings_count", "leads_count",
    "smes_count",
)  # fmt: skip
AMOUNTS = ("cost_eur", "budget_used_eur", "own_part_eur", "public_part_eur")
SHARES = ("core_domain_share", "core_domain_2_share", "core_domain_3_share")
# Several times the largest trade mission; all partners together have EUR 1 million a year.
LIMITS = {
    "participants_count": 5_000,
    "companies_count": 2_000,
    "first_time_exporters_count": 1_000,
    "b2b_meetings_count": 5_000,
    "leads_count": 2_000,
    "cost_eur": 1_000_000,
}
CLOSED_LISTS = {
    "activity_type_code": (
        "seminar, webinar, outward_mission, inward_mission, group_stand, matchmaking, peer_learning, training,"
        " study_visit, publication, promotion, investor_visit"
    ),
    "status_code": "planned, held, cancelled, postponed",
    "mode_code": "onsite, online, hybrid",
}
COUNTRIES = "select c.country_code from core.country as c where c.known_to = 'infinity' and not c.is_aggregate"
DOMAINS = "select d.core_domain_code from core.core_domain as d where d.known_to = 'infinity'"
PARTNERS = "select p.partner_code from core.partner as p where p.known_to = 'infinity' union all select 'fit'"
CHOOSE = "Choose a word from the drop-down of the cell."
WRITE_DATE = "Fill in a date cell, or write the day as 2026-04-03."
WRITE_NUMBER = "Write digits only, 1250 or 1250.50."


def rule(kind: str, code: str, column: str, fails_when: str, reason: str, fix: str) -> RowRule:
    """Build a rule on the rows of one kind."""
    predicate = f"t.row_kind = '{kind}' and ({fails_when})"
    return RowRule(code=code, column=column, fails_when=predicate, reason=reason, fix=fix)


def listed(kind: str, column: str, words: str, *, may_be_empty: bool = False) -> RowRule:
    """Build the rule that a cell holds a word of a closed list, or may be empty."""
    quoted = words.replace(", ", "', '")
    fails = f"t.{column} not in ('{quoted}')" + ("" if may_be_empty else f" or t.{column} is null")
    return rule(kind, f"{column}_is_listed", column, fails, "the word is not in the list", CHOOSE)


def number(kind: str, column: str) -> RowRule:
    """Build the rule that a cell is empty or holds a number of zero or more."""
    fails = f"coalesce(raw.{column}, '') <> '' and (t.{column} is null or t.{column} < 0)"
    return rule(kind, f"{column}_is_number", column, fails, "the cell holds no number of zero or more", WRITE_NUMBER)


def _size(column: str, limit: int) -> RowRule:
    fix = "Check the number: amounts are in EUR. If it is right, ask the agency to load it."
    reason = f"more than {limit:,} in one activity"
    return rule("activity", f"{column}_is_plausible", column, f"t.{column} > {limit}", reason, fix)


def _no_share(column: str) -> str:
    return f"coalesce(raw.{column}, '') <> '' and coalesce(core.to_numeric(raw.{column}), -1) not between 0 and 1"


def _share(column: str) -> RowRule:
    reason, fix = "the cell holds no part from 0 to 100 %", "Write 60 % or 0.6."
    return rule("activity", f"{column}_is_share", column, _no_share(column), reason, fix)


# A share that is no number breaks a rule of its own; then the sum is not checked.
_ANY_NO_SHARE = " or ".join(map(_no_share, SHARES))


def _activity(code: str, column: str, fails_when: str, reason: str, fix: str) -> RowRule:
    return rule("activity", code, column, fails_when, reason, fix)


RULES = (
    _activity("code_is_given", "activity_code", "coalesce(trim(raw.activity_code), '') = ''",
              "the activity has no number", "Give each activity a number of its own and keep it in later reports."),
    _activity("code_is_unique", "activity_code", "t.code_count > 1",
              "two rows have the same activity number", "Give each activity a number of its own."),
    _activity("title_is_given", "title", "coalesce(trim(raw.title), '') = ''", "the title is empty", "Write a title."),
    _activity("start_is_date", "start_date", "t.start_date is null", "the cell holds no date", WRITE_DATE),
    _activity("end_is_date", "end_date", "t.end_date is null", "the cell holds no date", WRITE_DATE),
    _activity("end_follows_start", "end_date", "t.end_date < t.start_date",
              "the end lies before the start", "Check both dates."),
    _activity("held_is_past", "start_date",
              "t.status_code = 'held' and t.start_date > core.period_end(t.report_period)",
              "an activity that was held begins after the quarter of the report",
              "Check the date, or report it as planned."),
    *(listed("activity", column, words) for column, words in CLOSED_LISTS.items()),
    *(number("activity", column) for column in COUNTS + AMOUNTS),
    *(_size(column, limit) for column, limit in LIMITS.items()),
    *(_share(column) for column in SHARES),
    _activity("domain_is_known", "core_domain_code",
              f"exists (select from unnest(array[coalesce(nullif(trim(raw.core_domain_code), ''), 'unassigned'),"
              f" nullif(trim(raw.core_domain_2_code), ''), nullif(trim(raw.core_domain_3_code), '')]) as w (code)"
              f" where w.code not in ({DOMAINS}))",
              "the core domain is not in the list", "Choose a core domain from the drop-down of the cell."),
    _activity("shares_add_up", "core_domain_share",
              f"abs(coalesce(t.core_domain_share, 0) - 1) > 0.005 and not ({_ANY_NO_SHARE})",
              "the shares of the core domains do not add up to 100 %",
              "Give each core domain its share; together they are 100 %."),
    _activity("market_is_known", "market_codes",
              f"exists (select from unnest(t.market_codes) as m (code) where m.code not in ({COUNTRIES}))",
              "a market is no country code", "Write two-letter ISO codes: VN, IN, CN."),
    _activity("country_is_known", "country_code", f"t.country_code not in ({COUNTRIES})",
              "the country is no country code", "Write a two-letter ISO code: BE, VN."),
    _activity("co_organiser_is_known", "co_organiser_codes",
              f"exists (select from unnest(t.co_organiser_codes) as o (code) where o.code not in ({PARTNERS}))",
              "a co-organiser is no code of a partner", "Write the codes of partners, or fit for the agency."),
    _activity("held_has_participants", "participants_count",
              "t.status_code = 'held' and coalesce(t.participants_count, 0) < 1 and t.activity_type_code not in"
              " ('publication', 'promotion')"
              " and (coalesce(raw.participants_count, '') = '' or t.participants_count is not null)",
              "an activity that was held has no participants", "Fill in the participants, or mend the status."),
    _activity("companies_within_participants", "companies_count", "t.companies_count > t.participants_count",
              "more companies than participants", "Check both counts."),
    _activity("smes_within_companies", "smes_count", "t.smes_count > t.companies_count",
              "more SMEs than companies", "Check both counts."),
    _activity("first_timers_within_companies", "first_time_exporters_count",
              "t.first_time_exporters_count > t.companies_count",
              "more first-time exporters than companies", "Check both counts."),
    _activity("leads_within_meetings", "leads_count",
              "t.leads_count > t.b2b_meetings_count * (select l.value from core.report_limit as l"
              " where l.limit_code = 'leads_per_meeting' and l.known_to = 'infinity')",
              "more leads than so many meetings can give", "Check the leads and the B2B meetings."),
    _activity("budget_within_cost", "budget_used_eur", "t.budget_used_eur > t.cost_eur",
              "more budget used than the activity cost", "Check both amounts."),
    _activity("parts_within_cost", "own_part_eur",
              "t.budget_used_eur <= t.cost_eur and"
              " coalesce(t.budget_used_eur, 0) + coalesce(t.own_part_eur, 0) + coalesce(t.public_part_eur, 0)"
              " > t.cost_eur",
              "the parts of the cost add up to more than the cost", "Check the cost and its parts."),
    _activity("budget_within_agreed", "budget_used_eur",
              "t.budget_used_eur > (select max(b.agreed_eur) from core.contract_budget as b"
              " where b.contract_code = t.contract_code and b.year = left(t.report_period, 4)::integer"
              " and b.known_to = 'infinity')",
              "more budget used than was agreed for the whole year", "Check the amount; it is in EUR."),
    _activity("cancelled_has_no_outcome", "status_code",
              "t.status_code = 'cancelled' and coalesce(t.participants_count, 0) + coalesce(t.leads_count, 0)"
              " + coalesce(t.companies_count, 0) + coalesce(t.b2b_meetings_count, 0) > 0",
              "a cancelled activity has participants or leads", "Mend the status, or empty the counts."),
)  # fmt: skip
