"""Notes of the report: cut-off day, status rule, marks, missing partners.

The HTML and the text get the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from include.reports.content import highlights
from include.reports.language.catalog import phrase
from include.reports.language.labels import Kpi, Words

# The status rule as sentences, each with the codes of core.status_threshold whose values it prints.
_RULES = {
    ("on_track", "slightly_behind"): phrase(
        "The status compares the progress since the baseline with the planned progress: from %(on_track)s "
        "on track, from %(slightly_behind)s slightly behind, less is well behind, below the baseline is moving away."
    ),
    ("band_on_track", "band_slightly"): phrase(
        "Budget: within %(band_on_track)s of plan is on track, within %(band_slightly)s slightly over or under."
    ),
    ("reported_share",): phrase(
        "No verdict without a recent figure, or when fewer than %(reported_share)s of the partners have reported."
    ),
}


def write_vintage(model: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> str:
    """Write cut-off day, report id and version, and what is missing."""
    report, partners = model["report"], model["partners"]
    translate, plural = words.catalog.gettext, words.catalog.ngettext
    cutoff = words.formats.moment(datetime.fromisoformat(report["as_of"]))
    parts = [
        translate("Figures as known on %(day)s.", day=cutoff),
        translate("Report %(code)s, version %(version)s.", code=report["code"], version=report["version"]),
    ]
    parts += _marked(kpis, words)
    unjudged = len(kpis) - len(highlights.with_verdict(kpis))
    if unjudged:
        parts.append(
            plural("%(count)s indicator has no verdict yet.", "%(count)s indicators have no verdict yet.", unjudged)
        )
    if partners["missing_count"]:
        parts.append(highlights.write_missing_partners(words, {**partners, "missing": []}))
    return " ".join(parts)


def write_target(kpi: Kpi, words: Words) -> str | None:
    """Write the target, and that it is illustrative unless it was published."""
    if kpi["target_value"] is None:
        return None
    values = {"year": kpi["target_year"], "amount": words.amount(kpi, kpi["target_value"])}
    if kpi["target_provenance"] == "published":
        return words.catalog.gettext("Target for %(year)s: %(amount)s (published).", **values)
    return words.catalog.gettext("Target for %(year)s: %(amount)s (illustrative target, not official).", **values)


def write_partner_notes(model: Mapping[str, Any], words: Words) -> list[str]:
    """Write whose reports are missing, in quarantine or only partly accepted."""
    state, plural = model["partners"], words.catalog.ngettext
    notes = []
    if state["missing"]:
        day = words.formats.day(date.fromisoformat(state["due_date"]))
        text = phrase("Not reported yet (due on %(day)s): %(names)s.")
        notes.append(words.catalog.gettext(text, day=day, names=", ".join(state["missing"])))
    elif state["missing_count"]:
        notes.append(highlights.write_missing_partners(words, state))
    if state["quarantined_count"]:
        notes.append(_unreadable(state, words))
    if state["rejected_row_count"]:
        notes.append(
            plural(
                "%(count)s row in the reports was rejected and does not count.",
                "%(count)s rows in the reports were rejected and do not count.",
                state["rejected_row_count"],
            )
        )
    return notes


def write_about(model: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> list[str]:
    """Explain the marks, the status rule with its thresholds, and where targets come from."""
    translate = words.catalog.gettext
    limits = {name: words.formats.share(value, 0) for name, value in model["thresholds"].items()}
    notes = [translate("(p) provisional: may still change. (r) revised in the last three months.")]
    for codes, text in _RULES.items():
        if limits.keys() >= set(codes):
            notes.append(translate(text, **{code: limits[code] for code in codes}))
    if any(kpi["target_provenance"] != "published" for kpi in kpis):
        notes.append(
            translate("The strategy publishes no targets in figures: illustrative ones are ours and unofficial.")
        )
    return notes


def write_attached(files: Mapping[str, bytes] | None, words: Words) -> str | None:
    """Write which files are attached, and that the PDF is not when it could not be made."""
    if files is None:
        return None
    if any(name.endswith(".pdf") for name in files):
        return words.catalog.gettext("Attached: the figures as a workbook (XLSX) and the report to print (PDF).")
    text = phrase("Attached: the figures as a workbook (XLSX). There is no PDF: it could not be made this time.")
    return words.catalog.gettext(text)


def _marked(kpis: Sequence[Kpi], words: Words) -> list[str]:
    """Write how many figures are provisional or revised."""
    plural = words.catalog.ngettext
    provisional = sum(bool(kpi["is_provisional"]) for kpi in kpis if kpi["value"] is not None)
    revised = sum(kpi["revised_from_value"] is not None for kpi in kpis if kpi["value"] is not None)
    parts = []
    if provisional:
        parts.append(
            plural("%(count)s figure is provisional (p).", "%(count)s figures are provisional (p).", provisional)
        )
    if revised:
        parts.append(plural("%(count)s figure is revised (r).", "%(count)s figures are revised (r).", revised))
    return parts


def _unreadable(state: Mapping[str, Any], words: Words) -> str:
    if state["quarantined"]:
        names = ", ".join(state["quarantined"])
        return words.catalog.gettext("Received but not readable: %(names)s.", names=names)
    return words.catalog.ngettext(
        "%(count)s report was received but is not readable.",
        "%(count)s reports were received but are not readable.",
        state["quarantined_count"],
    )
