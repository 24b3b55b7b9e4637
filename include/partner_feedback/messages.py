"""Build one message to a partner: subject, text, and the workbook that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from include import landing
from include.errors import DataError
from include.partner_feedback.annotated_workbook import annotate_workbook
from include.partner_feedback.findings import Finding, Processed
from include.partners.columns import ACTIVITIES, TABLES, title_in
from include.partners.lists import Language
from include.partners.template import write_workbook
from include.periods import local_date
from include.reports.language.catalog import Catalog, catalog, phrase

MAX_ERRORS_IN_TEXT = 3
_SUBJECTS = {
    "accepted": phrase("Report %(period)s of %(partner)s: everything was loaded"),
    "partly": phrase("Report %(period)s of %(partner)s: %(errors)s error(s), the other rows were loaded"),
    "refused": phrase("Report %(period)s of %(partner)s could not be loaded"),
    "nil": phrase("Nil return %(period)s of %(partner)s was noted"),
}
_REMINDER_SUBJECTS = {
    "before": phrase("Reminder: report %(period)s of %(partner)s is due on %(due)s"),
    "due": phrase("Due today: report %(period)s of %(partner)s"),
    "after": phrase("Report %(period)s of %(partner)s is overdue"),
}
# How to correct the errors, by what the partner hands in.
_CORRECT_ERRORS = {
    "workbook": phrase(
        "Attached is your report with a sheet Check and coloured cells. Mend those cells and hand that file in as you"
        " did the last one; leave the numbers of the activities as they are."
    ),
    "csv": phrase(
        "Attached is your report as a workbook with a sheet Check and coloured cells. Mend those lines in your CSV file"
        " (a row above is a line there), or put the mended workbook in the place of that file, under the same name;"
        " leave the numbers of the activities as they are."
    ),
    "json": phrase(
        "Attached is your report as a workbook with a sheet Check and coloured cells. Mend those values in your system:"
        " we ask it for the report again every morning; leave the numbers of the activities as they are."
    ),
}
# What is attached instead of a report that cannot be read.
_FRESH_WORKBOOK = {
    "workbook": phrase("Attached is an empty workbook for this quarter."),
    "csv": phrase(
        "Attached is an empty workbook for this quarter; filled in, it may take the place of your CSV file, under the"
        " same name."
    ),
    "json": phrase(
        "Mend it in your system: we ask it for the report again every morning. The attached empty workbook shows what"
        " values it may have."
    ),
}
# Why a whole report was refused, by the class of the error.
_REFUSALS = {
    "NotAWorkbook": phrase(
        "The file is no plain Excel workbook (.xlsx). Save it as 'Excel workbook (.xlsx)', without a password and"
        " without macros, and hand it in again."
    ),
    "EmptyReply": phrase("There are no activities in it, and the nil return question is not answered with Yes."),
    "PayloadTooLarge": phrase("The file is too large for a report. Copy the rows to the attached workbook."),
    "WrongContract": phrase("This is the workbook of another contract or another quarter. Hand in the right one."),
    "LayoutChanged": phrase(
        "Columns or facts of the header are missing, or there twice. Copy the rows to the attached workbook. What we"
        " missed or saw:"
    ),
    "BlockPage": phrase("We received a web page instead of a workbook. Check where the file is kept."),
    "CheckFailed": phrase("The header cannot be right; see the errors below."),
}
_OTHER_REFUSAL = phrase("The file could not be read. Copy the rows to the attached workbook and hand that in.")
# Errors that name columns and sheets in both languages, so that their own text follows.
_SELF_EXPLAINING = {"LayoutChanged"}
# What came instead of a workbook, by a sign in the text of the error.
_RECEIVED_KINDS = {
    "password": phrase("a workbook with a password"),
    "macros": phrase("a workbook with macros"),
    "old .xls": phrase("an old .xls file under another name"),
    "web page": phrase("a web page"),
    "damaged": phrase("a damaged or incomplete file"),
}


@dataclass(frozen=True, kw_only=True)
class PartnerMessage:
    """A message to a partner: a row of ops.partner_letter without its number."""

    letter_code: str
    letter_kind_code: str
    contract_code: str
    period: str
    batch_id: int | None
    language_code: Language
    subject: str
    plain_text: str
    attachment: bytes | None = None
    attachment_name: str | None = None


def build_answer(
    root: str, report: Processed, partner: str, findings: Sequence[Finding], language: Language
) -> PartnerMessage:
    """Build the answer to a processed report.

    Args:
        root: URL of landing.
        report: the report.
        partner: name of the partner.
        findings: errors first.
        language: of the message.
    """
    errors = [finding for finding in findings if finding.severity == "critical"]
    values = _answer_values(report, partner, findings)
    subject = catalog(language).gettext(_SUBJECTS[_outcome(report, errors)], **values)
    workbook, is_theirs = _workbook(root, report, partner, findings, language, subject)
    return PartnerMessage(
        letter_code=report.letter_code(language),
        letter_kind_code="answer",
        contract_code=report.contract_code,
        period=report.period,
        batch_id=report.batch_id,
        language_code=language,
        subject=subject,
        plain_text=_answer_text(report, values, findings, language, is_theirs=is_theirs),
        attachment=workbook,
        attachment_name=f"{report.contract_code}_{report.period}.xlsx",
    )


def build_reminder(owed: Mapping[str, Any], partner: str, language: Language) -> PartnerMessage:
    """Build the reminder of a report that is not in, from a row of reports_to_ask_for.sql."""
    subject = _REMINDER_SUBJECTS[owed["moment"]]
    values = {
        "partner": partner, "period": owed["period"], "contract": owed["contract_code"],
        "due": f"{owed['due_date']:%d/%m/%Y}",
    }  # fmt: skip
    contract = {"contract_code": owed["contract_code"], "name": partner}
    return PartnerMessage(
        letter_code=f"reminder {owed['contract_code']} {owed['period']} {owed['moment']} {language}",
        letter_kind_code="reminder",
        contract_code=owed["contract_code"],
        period=owed["period"],
        batch_id=None,
        language_code=language,
        subject=catalog(language).gettext(subject, **values),
        plain_text=_reminder_text(owed, values, language),
        attachment=write_workbook(contract, owed["period"], language),
        attachment_name=f"{owed['contract_code']}_{owed['period']}.xlsx",
    )


def _reminder_text(owed: Mapping[str, Any], values: Mapping[str, object], language: Language) -> str:
    translate = catalog(language).gettext
    fresh_workbook = _FRESH_WORKBOOK["workbook"]
    parts = [
        translate("Hello,"),
        translate(
            "The report of %(partner)s on %(period)s (%(contract)s) is not with us yet. It is due on %(due)s. If there"
            " was nothing to report, hand in the workbook with Yes as nil return.",
            **values,
        ),
        translate("What we received could not be read; we wrote to you about it before.")
        if owed["is_quarantined"]
        else "",
        translate(fresh_workbook),
        *_ending(translate, is_sample=owed["is_sample"]),
    ]
    return _paragraphs(parts)


def _answer_text(
    report: Processed, values: Mapping[str, object], findings: Sequence[Finding], language: Language, *, is_theirs: bool
) -> str:
    words = catalog(language)
    translate = words.gettext
    errors = [finding for finding in findings if finding.severity == "critical"]
    is_loaded = report.state == "loaded"
    parts = [
        translate("Hello,"),
        translate("On %(day)s we received version %(version)s of your report on %(period)s (%(contract)s).", **values),
        _loaded_text(words, values) if is_loaded else _refusal_text(words, report),
        _first_errors(words, errors, language),
        _attachment_text(words, report, findings, errors, is_theirs=is_theirs),
        translate("There is nothing more to do.") if is_loaded and not findings else "",
        *_ending(translate, is_sample=report.is_sample),
    ]
    return _paragraphs(parts)


def _ending(translate: Any, *, is_sample: bool) -> list[str]:
    sample = translate("Sample data: this message is about invented figures.") if is_sample else ""
    return [translate("Questions? Answer this mail."), sample]


def _paragraphs(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer_values(report: Processed, partner: str, findings: Sequence[Finding]) -> Mapping[str, object]:
    errors = [finding for finding in findings if finding.severity == "critical"]
    return {
        "partner": partner,
        "contract": report.contract_code,
        "period": report.period,
        "day": f"{local_date(report.received_at):%d/%m/%Y}",
        "version": report.version_number,
        "activities": report.activity_count,
        "companies": report.company_row_count,
        "follow_ups": report.follow_up_row_count,
        "errors": len(errors),
        "rows": len({(finding.row_kind, finding.sheet_row) for finding in errors}),
        "warnings": len(findings) - len(errors),
    }


def _outcome(report: Processed, errors: Sequence[Finding]) -> str:
    if report.state != "loaded":
        return "refused"
    if errors:
        return "partly"
    return "nil" if report.is_nil and not report.activity_count else "accepted"


def _loaded_text(words: Catalog, values: Mapping[str, object]) -> str:
    loaded = phrase("Loaded: %(activities)s activities, %(companies)s companies, %(follow_ups)s rows of follow-up.")
    rejected = phrase("Not loaded: %(rows)s rows. Warnings on rows that were loaded: %(warnings)s.")
    return "\n".join(words.gettext(text, **values) for text in (loaded, rejected))


def _refusal_text(words: Catalog, report: Processed) -> str:
    why = words.gettext(_REFUSALS.get(report.error_class, _OTHER_REFUSAL))
    # The error reads 'source: expected ...; got this. What to do'.
    got = report.error.partition("; got ")[2]
    kinds = [words.gettext(kind) for sign, kind in _RECEIVED_KINDS.items() if sign in got[:80]]
    if report.error_class == "NotAWorkbook" and kinds:
        why += " " + words.gettext("What we received: %(what)s.", what=kinds[0])
    if report.error_class in _SELF_EXPLAINING:
        why += " " + got.partition(". Ask the partner")[0][:600] + "."
    nothing = words.gettext("Nothing of it was loaded; what was loaded before stays.")
    return f"{why}\n{nothing}"


def _first_errors(words: Catalog, errors: Sequence[Finding], language: Language) -> str:
    if not errors:
        return ""
    sheets = {table.row_kind: title_in(table, language) for table in TABLES}
    lines = [
        words.gettext(
            "%(number)s. %(sheet)s, row %(row)s, %(title)s: %(text)s",
            number=number,
            sheet=sheets.get(error.row_kind, title_in(ACTIVITIES, language)),
            row=error.sheet_row,
            title=error.title(language),
            text=error.text(language),
        )
        for number, error in enumerate(errors[:MAX_ERRORS_IN_TEXT], start=1)
    ]
    return "\n".join([words.gettext("The first errors:"), *lines])


def _attachment_text(
    words: Catalog, report: Processed, findings: Sequence[Finding], errors: Sequence[Finding], *, is_theirs: bool
) -> str:
    if not is_theirs:
        return words.gettext(_FRESH_WORKBOOK[report.kind])
    if errors:
        return words.gettext(_CORRECT_ERRORS[report.kind])
    if findings:
        return words.gettext("Attached is your report with our remarks. Only act if something is not right.")
    return ""


def _workbook(
    root: str, report: Processed, partner: str, findings: Sequence[Finding], language: Language, intro: str
) -> tuple[bytes, bool]:
    """Return their report with our remarks, or else a fresh workbook; and which it is."""
    with suppress(DataError, FileNotFoundError):
        if report.payload_id is not None:
            with landing.open(root, report.location) as payload:
                return annotate_workbook(payload, report.scope, partner, findings, language, intro), True
    contract = {"contract_code": report.contract_code, "name": partner}
    return write_workbook(contract, report.period, language), False
