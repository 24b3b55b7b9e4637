"""The words of a language for single things: an amount, a distance, a status, a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.reports.content.highlights import Kpi
from include.reports.language.catalog import Catalog, phrase
from include.reports.language.formats import Formats

_NAMES_LIMIT = 3


# Status -> its word.
STATUS = {
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
    """A language's words and its ways of writing."""

    catalog: Catalog
    formats: Formats

    def amount(self, kpi: Kpi, value: float | None) -> str:
        """A value of a KPI, on the scale of its row; never 0 for what is missing."""
        if value is None:
            return self.catalog.gettext("no figure")
        peers = [kpi[name] for name in ("value", "planned", "last_year", "target")]
        return self.formats.amount(value, kpi["unit"], kpi["decimals"], peers)

    def status(self, code: str, direction: str, gap: float | None) -> str:
        """'Op schema', of a status, the direction of its KPI and its distance to plan."""
        word = STATUS[code]
        if direction == "band":
            word = _BAND.get((code, (gap or 0) > 0), word)
        return self.catalog.gettext(word)

    def gap(self, share: float, decimals: int = 1) -> str:
        """'21,2% onder plan'."""
        size = self.formats.share(abs(share), decimals)
        if size == self.formats.share(0, decimals):
            return self.catalog.gettext("equal to plan")
        text = phrase("%(share)s below plan") if share < 0 else phrase("%(share)s above plan")
        return self.catalog.gettext(text, share=size)

    def change(self, share: float) -> str:
        """'2,0% hoger dan een jaar eerder'."""
        size = self.formats.share(abs(share))
        if size == self.formats.share(0):
            return self.catalog.gettext("the same as a year earlier")
        if share < 0:
            return self.catalog.gettext("%(share)s lower than a year earlier", share=size)
        return self.catalog.gettext("%(share)s higher than a year earlier", share=size)

    def names(self, names: Sequence[str]) -> str:
        """Some names and how many others."""
        rest = len(names) - _NAMES_LIMIT
        if rest <= 1:
            return ", ".join(names)
        shown = ", ".join(names[:_NAMES_LIMIT])
        return self.catalog.gettext("%(names)s and %(count)s others", names=shown, count=rest)

    def reason(self, kpi: Kpi) -> str | None:
        """Why a KPI has no verdict, as a sentence."""
        text = {
            "no_data": phrase("There is no figure for this period."),
            "stale": phrase("The latest figure is older than agreed."),
            "partners_missing": phrase("%(received)s of the %(due)s partner reports are in: too few for a verdict."),
            "no_plan": phrase("There is no plan for this period."),
            "no_distance": phrase("The plan equals the baseline, so progress cannot be counted."),
        }.get(kpi["reason"] or "")
        return self.catalog.gettext(text, received=kpi["received"], due=kpi["due"]) if text else None
