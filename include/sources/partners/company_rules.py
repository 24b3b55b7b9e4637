"""Row rules of a partner's report itself, its companies and its follow-ups."""

from __future__ import annotations

from include.sources.partners.activity_rules import CHOOSE, WRITE_DATE, WRITE_NUMBER, listed, number, rule

BANDS = "none, up_to_20, up_to_40, up_to_60, up_to_80, over_80, all"
_NUMBER_FIX = "Write the ten digits of the enterprise number, 0123.456.749; the last two are a check on the others."
_ACTIVITY_FIX = "Write the number that the activity has in its table."

COMPANY_RULES = (
    rule("company", "company_activity_is_known", "activity_code", "not t.is_of_this_report",
         "no activity of this report has this number", _ACTIVITY_FIX),
    rule("company", "company_number_is_valid", "company_number", "t.company_hash = ''",
         "this is no enterprise number", _NUMBER_FIX),
    rule("company", "company_is_listed_once", "company_number", "t.company_hash <> '' and t.code_count > 1",
         "the company is there twice for this activity", "Remove one of the two rows."),
    listed("company", "is_sme", "true, false", may_be_empty=True),
    listed("company", "is_first_time_exporter", "true, false", may_be_empty=True),
)  # fmt: skip

FOLLOW_UP_RULES = (
    rule("follow_up", "follow_up_activity_is_given", "activity_code", "t.activity_code is null",
         "the number of the activity is missing", _ACTIVITY_FIX),
    rule("follow_up", "months_are_6_or_12", "months_after", "t.months_after is null or t.months_after not in (6, 12)",
         "follow-up is asked for after 6 and after 12 months", CHOOSE),
    rule("follow_up", "follow_up_number_is_valid", "company_number",
         "coalesce(t.company_number, '') <> '' and t.company_hash = ''", "this is no enterprise number", _NUMBER_FIX),
    rule("follow_up", "follow_up_is_told_once", "activity_code", "t.code_count > 1",
         "the same activity, moment and company is there twice", "Remove one of the two rows, or add them up."),
    number("follow_up", "deals_count"),
    number("follow_up", "value_amount"),
    rule("follow_up", "currency_is_a_code", "currency_code", "t.currency_code !~ '^[A-Z]{3}$'",
         "the currency is no code of three letters", "Write EUR, USD, CNY."),
    listed("follow_up", "is_new_market", "true, false", may_be_empty=True),
    listed("follow_up", "confirmed_code", "yes, no, no_answer"),
    listed("follow_up", "without_help_code", BANDS, may_be_empty=True),
    rule("follow_up", "satisfaction_is_0_to_10", "satisfaction_score",
         "coalesce(raw.satisfaction_score, '') <> '' and coalesce(t.satisfaction_score, -1) not between 0 and 10",
         "the score is no whole number from 0 to 10", "Write a whole number from 0 to 10."),
)  # fmt: skip

REPORT_RULES = (
    rule("report", "version_is_number", "version_number", "t.version_number is null or t.version_number < 1",
         "the version of the report is no whole number", "Write 1, and 2 for the first correction."),
    rule("report", "version_is_newest", "version_number",
         "t.version_number < (select max(r.version_number) from core.partner_report as r"
         " where r.contract_code = t.contract_code and r.period = t.report_period and r.known_to = 'infinity')",
         "a newer version of this report has been loaded already",
         "Raise the version number when this is a correction; else there is nothing to do."),
    rule("report", "currency_is_euro", "currency_code", "t.currency_code <> 'EUR'",
         "the amounts of the activities are not in EUR", "Convert the amounts to EUR and write EUR in the header."),
    rule("report", "submitted_is_date", "submitted_date",
         "coalesce(raw.submitted_date, '') <> '' and t.submitted_date is null", "the cell holds no date", WRITE_DATE),
    rule("report", "stated_budget_is_number", "stated_budget_used_eur",
         "coalesce(raw.stated_budget_used_eur, '') <> '' and coalesce(t.stated_budget_used_eur, -1) < 0",
         "the cell holds no number of zero or more", WRITE_NUMBER),
    rule("report", "language_is_listed", "language_code", "t.language_code not in ('nl', 'en')",
         "the word is not in the list", CHOOSE),
)  # fmt: skip
