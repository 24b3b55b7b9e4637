"""The reference tables of the partner network, and the checks of each.

What is odd about it:
- The contract owes the reports, not the organisation: a merger changes relations and names, never the contracts.
- A date that nobody published is the day by which it was so, with is_date_exact false.
- Codes of one table in another are not checked here: tables are loaded side by side, and a new partner and its contract
  may come in one run. mart.network_gap shows what is left hanging.
"""

from __future__ import annotations

# The budget of all partners together, each year: press release of the agency, 25 November 2021.
AGREED_EUR_PER_YEAR = 1_000_000

# Table -> its key and the other columns, in the order of the file; a type after a colon, text without.
TABLES: dict[str, tuple[str, str]] = {
    "partner": ("partner_code", "name name_en partner_type_code theme"),
    "partner_name": (
        "partner_code language_code name",
        "valid_from:date valid_to:date is_official:boolean note",
    ),
    "partner_relation": (
        "partner_code relation_code related_partner_code",
        "valid_from:date is_date_exact:boolean note",
    ),
    "partner_theme": ("partner_code theme_kind_code theme", ""),
    "partner_contact": ("contract_code contact_code", "name email language_code is_active:boolean"),
    "contract": (
        "contract_code",
        "partner_code start_date:date end_date:date core_domain_code language_code owes_reports:boolean"
        " report_due_days:integer",
    ),
    "contract_budget": ("contract_code year:integer", "agreed_eur:numeric provenance"),
    "contract_domain": ("contract_code core_domain_code", "weight_share:numeric provenance"),
    "core_domain_plan": ("core_domain_code period", "planned_activities_count:integer provenance"),
    "contract_feed": ("contract_code", "feed_kind_code conn_id feed_path format_code"),
    "retention_rule": ("rule_code", "keep_days:integer what why"),
}


def _known_words(column: str, *words: str) -> tuple[str, str]:
    """Build the check that a column holds known words only."""
    quoted = "', '".join(words)
    return (f"{column} is a known word", f"select 1 from {{batch}} where {column} not in ('{quoted}')")


_PROVENANCE = _known_words("provenance", "published", "illustrative")

TABLE_CHECKS: dict[str, tuple[tuple[str, str], ...]] = {
    "partner_name": (
        _known_words("language_code", "nl", "en", "fr"),
        ("names end after they start", "select 1 from {batch} where valid_to < valid_from"),
        (
            "a partner has one official name at a time in a language",
            "select a.name from {batch} as a join {batch} as b using (partner_code, language_code)"
            " where a.is_official = 'true' and b.is_official = 'true' and a.row_id <> b.row_id"
            " and a.valid_from <= b.valid_to and b.valid_from <= a.valid_to",
        ),
        (
            "one name is not that of two partners at the same time",
            "select a.name from {batch} as a join {batch} as b on lower(a.name) = lower(b.name)"
            " where a.partner_code <> b.partner_code and a.valid_from <= b.valid_to and b.valid_from <= a.valid_to",
        ),
    ),
    "partner_relation": (
        _known_words("relation_code", "merged_into", "part_moved_to", "reports_through"),
        ("nobody is related to itself", "select 1 from {batch} where partner_code = related_partner_code"),
        (
            "a partner merges into one other",
            "select partner_code from {batch} where relation_code = 'merged_into' group by 1 having count(*) > 1",
        ),
    ),
    "partner_theme": (
        _known_words("theme_kind_code", "theme", "market", "region"),
        (
            "a market is an ISO code",
            "select 1 from {batch} where theme_kind_code = 'market' and theme !~ '^[A-Z][A-Z]$'",
        ),
    ),
    "partner_contact": (
        _known_words("language_code", "nl", "en"),
        ("addresses are addresses", "select 1 from {batch} where email !~ '^[^@[:space:]]+@[^@[:space:]]+$'"),
    ),
    "contract": (
        _known_words("language_code", "nl", "en"),
        ("terms end after they start", "select 1 from {batch} where end_date <= start_date"),
        (
            "terms of a partner do not overlap",
            "select a.contract_code from {batch} as a join {batch} as b using (partner_code)"
            " where a.row_id <> b.row_id and a.start_date <= b.end_date and b.start_date <= a.end_date",
        ),
        ("a report is due within a year", "select 1 from {batch} where report_due_days::integer not between 1 and 365"),
    ),
    "contract_budget": (
        _PROVENANCE,
        ("no budget is below zero", "select 1 from {batch} where agreed_eur::numeric < 0"),
        (
            f"the budgets of a year add up to EUR {AGREED_EUR_PER_YEAR:,}",
            f"select year from {{batch}} group by 1 having sum(agreed_eur::numeric) <> {AGREED_EUR_PER_YEAR}",
        ),
    ),
    "contract_domain": (
        _PROVENANCE,
        ("weights lie above 0 and up to 1",
         "select 1 from {batch} where weight_share::numeric <= 0 or weight_share::numeric > 1"),
        (
            "weights of a contract add up to 1",
            "select contract_code from {batch} group by 1 having abs(sum(weight_share::numeric) - 1) > 0.0001",
        ),
    ),
    "core_domain_plan": (
        _PROVENANCE,
        ("periods are quarters", "select 1 from {batch} where period !~ '^[12][0-9][0-9][0-9]-Q[1-4]$'"),
        ("nothing is planned below zero", "select 1 from {batch} where planned_activities_count::integer < 0"),
        (
            "a plan adds up over the year",
            "select 1 from {batch} as a join {batch} as b using (core_domain_code)"
            " where left(a.period, 4) = left(b.period, 4) and a.period < b.period"
            " and a.planned_activities_count::integer > b.planned_activities_count::integer",
        ),
    ),
    "contract_feed": (
        _known_words("feed_kind_code", "http_file", "http_json", "folder"),
        (
            "a kind of feed brings its own formats",
            "select 1 from {batch} where (feed_kind_code = 'http_json') <> (format_code = 'json')"
            " or format_code not in ('xlsx', 'csv', 'json')",
        ),
        ("a path stays below its host", "select 1 from {batch} where feed_path ~ '(^|/)[.][.](/|$)|^/|://|[?#]'"),
        ("no secret stands in a path", "select 1 from {batch} where feed_path ~* 'token|password|secret|key='"),
    ),
    "retention_rule": (
        _known_words("rule_code", "partner_contact", "contact_payload", "partner_letter", "partner_payload",
                 "recipient", "rejected_row", "report_envelope"),
        ("something is kept at least a month", "select 1 from {batch} where keep_days::integer < 30"),
    ),
}  # fmt: skip
