"""Labels in a language: an amount, a distance to plan, a status, a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from include.reports.language.catalog import Catalog, catalog, phrase
from include.reports.language.formats import Formats

Kpi = dict[str, Any]

MAX_NAMES = 3


_STATUSES = {
    "reached": phrase("Target reached"),
    "on_track": phrase("On track"),
    "slightly_behind": phrase("Slightly behind"),
    "well_behind": phrase("Well behind"),
    "moving_away": phrase("Moving away"),
    "no_verdict": phrase("No verdict yet"),
}

# A budget is not behind: it is under or over.
_BAND = {
    ("slightly_behind", False): phrase("Slightly under plan"),
    ("slightly_behind", True): phrase("Slightly over plan"),
    ("well_behind", False): phrase("Far under plan"),
    ("well_behind", True): phrase("Far over plan"),
}


@dataclass(frozen=True)
class Words:
    """A language: its catalogue, its formats, and the labels made with both."""

    catalog: Catalog
    formats: Formats

    def amount(self, kpi: Kpi, value: float | None) -> str:
        """Write a value of a KPI on the scale of its row; a missing one as words, never as 0."""
        if value is None:
            return self.catalog.gettext("no figure")
        peers = [kpi[name] for name in ("value", "planned_value", "last_year_value", "target_value")]
        return self.formats.amount(value, kpi["unit_code"], kpi["decimals"], peers)

    def status(self, code: str, direction: str, gap: float | None) -> str:
        """Write a status, 'Op schema', given the direction of its KPI and its distance to plan."""
        word = _STATUSES[code]
        if direction == "band":
            word = _BAND.get((code, (gap or 0) > 0), word)
        return self.catalog.gettext(word)

    def gap(self, share: float, decimals: int = 1) -> str:
        """Write a distance to plan, '21,2% onder plan'."""
        size = self.formats.share(abs(share), decimals)
        if size == self.formats.share(0, decimals):
            return self.catalog.gettext("equal to plan")
        text = phrase("%(share)s below plan") if share < 0 else phrase("%(share)s above plan")
        return self.catalog.gettext(text, share=size)

    def change(self, share: float) -> str:
        """Write a change since last year, '2,0% hoger dan een jaar eerder'."""
        size = self.formats.share(abs(share))
        if size == self.formats.share(0):
            return self.catalog.gettext("the same as a year earlier")
        if share < 0:
            return self.catalog.gettext("%(share)s lower than a year earlier", share=size)
        return self.catalog.gettext("%(share)s higher than a year earlier", share=size)

    def names(self, names: Sequence[str]) -> str:
        """Write the first names and how many others."""
        rest = len(names) - MAX_NAMES
        if rest <= 1:
            return ", ".join(names)
        shown = ", ".join(names[:MAX_NAMES])
        return self.catalog.gettext("%(names)s and %(count)s others", names=shown, count=rest)

    def reason(self, kpi: Kpi) -> str | None:
        """Write why a KPI has no verdict, as a sentence."""
        text = {
            "no_data": phrase("There is no figure for this period."),
            "stale": phrase("The latest figure is older than agreed."),
            "partners_missing": phrase("%(received)s of the %(due)s partner reports are in: too few for a verdict."),
            "no_plan": phrase("There is no plan for this period."),
            "no_distance": phrase("The plan equals the baseline, so progress cannot be counted."),
        }.get(kpi["status_reason"] or "")
        return (
            self.catalog.gettext(text, received=kpi["reports_received_count"], due=kpi["reports_due_count"])
            if text
            else None
        )


def load_words(language: str) -> Words:
    """Load a language, 'nl' or 'en'."""
    return Words(catalog(language), Formats(language))
