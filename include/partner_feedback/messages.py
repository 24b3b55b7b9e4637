"""One letter from what is known: subject, text, and the workbook that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from include import landing
from include.errors import DataError
from include.partner_feedback.annotated_workbook import annotated
from include.partner_feedback.findings import Finding, Processed
from include.partner_feedback.texts import PHRASES, REFUSALS, SEEN, TELLING
from include.partners.columns import ACTIVITIES, TABLES, titled
from include.partners.lists import Language
from include.partners.template import write_workbook
from include.periods import local_date

FIRST_ERRORS = 3


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is kept in ops.partner_letter, before it has a number."""

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


def answer(root: str, report: Processed, partner: str, findings: Sequence[Finding], language: Language) -> Letter:
    """The answer to a processed report.

    Args:
        root: URL of landing.
        report: the report.
        partner: name of the partner.
        findings: errors first.
        language: of the letter.
    """
    errors = [finding for finding in findings if finding.severity == "critical"]
    known = _known(report, partner, findings)
    subject = PHRASES[language][_outcome(report, errors)].format(**known)
    workbook, is_theirs = _workbook(root, report, partner, findings, language, subject)
    return Letter(
        letter_code=report.letter_code(language),
        letter_kind_code="answer",
        contract_code=report.contract_code,
        period=report.period,
        batch_id=report.batch_id,
        language_code=language,
        subject=subject,
        plain_text=_text(report, known, findings, language, is_theirs=is_theirs),
        attachment=workbook,
        attachment_name=f"{report.contract_code}_{report.period}.xlsx",
    )


def _text(
    report: Processed, known: Mapping[str, object], findings: Sequence[Finding], language: Language, *, is_theirs: bool
) -> str:
    say = PHRASES[language]
    errors = [finding for finding in findings if finding.severity == "critical"]
    is_loaded = report.state == "loaded"
    look = (say["mend" + report.kind] if errors else say["look"]) if findings else ""
    body = [
        say["greeting"],
        say["received"].format(**known),
        _loaded(say, known) if is_loaded else _refused(say, report, language),
        _first(say, errors, language),
        look if is_theirs else say["fresh" + report.kind],
        say["thanks"] if is_loaded and not findings else "",
        say["closing"],
        say["sample"] if report.is_sample else "",
    ]
    return "\n\n".join(part for part in body if part) + "\n"


def _known(report: Processed, partner: str, findings: Sequence[Finding]) -> Mapping[str, object]:
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


def _loaded(say: Mapping[str, str], known: Mapping[str, object]) -> str:
    return "\n".join(say[key].format(**known) for key in ("counts", "counts_rejected"))


def _refused(say: Mapping[str, str], report: Processed, language: Language) -> str:
    why = REFUSALS[language].get(report.error_class, REFUSALS[language][""])
    seen = [words[language] for sign, words in SEEN.items() if sign in report.error.partition("; got ")[2][:80]]
    if report.error_class == "NotAWorkbook" and seen:
        why += f" {say['seen'].format(what=seen[0])}"
    if report.error_class in TELLING:
        # The error reads 'source: expected ...; got what was seen. What to do'.
        why += " " + report.error.partition("; got ")[2].partition(". Ask the partner")[0][:600] + "."
    return f"{why}\n{say['nothing']}"


def _first(say: Mapping[str, str], errors: Sequence[Finding], language: Language) -> str:
    if not errors:
        return ""
    names = {table.row_kind: titled(table, language) for table in TABLES}
    told = [
        say["row"].format(
            number=number,
            sheet=names.get(error.row_kind, titled(ACTIVITIES, language)),
            row=error.sheet_row,
            title=error.title(language),
            text=error.text(language),
        )
        for number, error in enumerate(errors[:FIRST_ERRORS], start=1)
    ]
    return "\n".join([say["first_errors"], *told])


def _workbook(
    root: str, report: Processed, partner: str, findings: Sequence[Finding], language: Language, intro: str
) -> tuple[bytes, bool]:
    """Their report with our remarks, or a fresh workbook when theirs cannot be read; and which it is."""
    with suppress(DataError, FileNotFoundError):
        if report.payload_id is not None:
            with landing.opened(root, report.location) as payload:
                return annotated(payload, report.scope, partner, findings, language, intro), True
    contract = {"contract_code": report.contract_code, "name": partner}
    return write_workbook(contract, report.period, language), False
