"""The sentences of the report, made from its figures: facts, no praise, no blame, no causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from include.reports.content import highlights
from include.reports.content.highlights import Kpi
from include.reports.language.catalog import phrase
from include.reports.language.labels import Words

SUBJECT_LIMIT = 70


def headline(words: Words, kpis: Sequence[Kpi]) -> str:
    """'2 van de 9 indicatoren op schema; banen 21% onder plan'."""
    return _verdict(words, kpis, highlights.worst(kpis))


def subject(words: Words, kpis: Sequence[Kpi], period: str, *, is_correction: bool = False) -> str:
    """The subject line; the verdict comes first, and what does not fit in 70 characters is left off."""
    start = words.catalog.gettext("KPI report %(quarter)s", quarter=words.formats.quarter(period, short=True))
    if is_correction:
        start = words.catalog.gettext("Correction: %(report)s", report=start)
    full, short = (f"{start}: {_verdict(words, kpis, worst, brief=True)}" for worst in (highlights.worst(kpis), None))
    return full if len(full) <= SUBJECT_LIMIT else short


def summary(words: Words, kpis: Sequence[Kpi]) -> list[str]:
    """At most three sentences: furthest ahead, furthest behind, money."""
    best, worst = highlights.best(kpis), highlights.worst(kpis)
    money = highlights.money(kpis, [best, worst])
    sentences = []
    if best:
        sentences.append(_standing(words, best, phrase("Furthest ahead of plan: %(name)s, at %(value)s (%(gap)s).")))
    if worst:
        below = phrase("Furthest below plan: %(name)s, at %(value)s (%(gap)s).")
        above = phrase("Furthest over plan: %(name)s, at %(value)s (%(gap)s).")
        sentences.append(_standing(words, worst, below if worst["gap"] < 0 else above))
    if money and money["direction"] == "band" and money["target"]:
        sentences.append(_budget(words, money))
    elif money and money["gap"] is not None:
        sentences.append(_standing(words, money, phrase("%(Name)s: %(value)s (%(gap)s).")))
    return sentences


def attention(words: Words, kpis: Sequence[Kpi], partners: dict[str, Any]) -> list[str]:
    """At most three items: figure, plan and consequence; then reports that are not in."""
    items = [_item(words, kpi) for kpi in highlights.attention(kpis)]
    if partners["missing_count"] and len(items) < highlights.ATTENTION_LIMIT:
        items.append(missing(words, partners))
    return items


def missing(words: Words, partners: dict[str, Any]) -> str:
    """Who has not reported, or how many when names are not for this audience."""
    names = partners["missing"]
    if not names:
        return words.catalog.ngettext(
            "%(count)s partner has not reported yet.",
            "%(count)s partners have not reported yet.",
            partners["missing_count"],
        )
    return words.catalog.ngettext(
        "%(count)s partner has not reported yet: %(names)s.",
        "%(count)s partners have not reported yet: %(names)s.",
        len(names),
        names=words.names(names),
    )


def _verdict(words: Words, kpis: Sequence[Kpi], worst: Kpi | None, *, brief: bool = False) -> str:
    count = len(highlights.judged(kpis))
    if not count:
        text = phrase("no verdict yet") if brief else phrase("No indicator has a verdict yet")
        return words.catalog.gettext(text)
    on_plan = sum(kpi["status"] in highlights.ON_PLAN for kpi in kpis)
    if brief:
        start = words.catalog.gettext("%(on_plan)s of %(total)s on track", on_plan=on_plan, total=count)
    else:
        start = words.catalog.ngettext(
            "%(on_plan)s of the %(count)s indicator on track",
            "%(on_plan)s of the %(count)s indicators on track",
            count,
            on_plan=on_plan,
        )
    if worst is None:
        return start
    return f"{start}{',' if brief else ';'} {worst['short_name']} {words.gap(worst['gap'], 0)}"


def _standing(words: Words, kpi: Kpi, text: str) -> str:
    name = kpi["short_name"]
    return words.catalog.gettext(
        text,
        name=name,
        Name=name[:1].upper() + name[1:],
        value=words.amount(kpi, kpi["value"]),
        gap=words.gap(kpi["gap"]),
    )


def _budget(words: Words, kpi: Kpi) -> str:
    return words.catalog.gettext(
        "Of the budget, %(value)s has been used: %(share)s of %(target)s for %(year)s.",
        value=words.amount(kpi, kpi["value"]),
        share=words.formats.share(kpi["value"] / kpi["target"], 0),
        target=words.amount(kpi, kpi["target"]),
        year=kpi["target_year"],
    )


def _item(words: Words, kpi: Kpi) -> str:
    if kpi["status"] == "no_verdict":
        reason = words.reason(kpi) or ""
        return words.catalog.gettext("%(name)s: no verdict yet. %(reason)s", name=kpi["name"], reason=reason).strip()
    fact = words.catalog.gettext(
        "%(name)s: %(value)s, against %(planned)s planned by now.",
        name=kpi["name"],
        value=words.amount(kpi, kpi["value"]),
        planned=words.amount(kpi, kpi["planned"]),
    )
    return f"{fact} {_consequence(words, kpi)}".strip()


def _consequence(words: Words, kpi: Kpi) -> str:
    """Where the target year ends when the part of the plan that is reached stays the same."""
    counts = kpi["measure"] == "flow" and kpi["planned"] and kpi["target"]
    if not counts or kpi["value"] < 0 or kpi["target_year"] != kpi["year"]:
        return ""
    projected = kpi["value"] * kpi["target"] / kpi["planned"]
    values = {"year": kpi["target_year"], "target": words.amount(kpi, kpi["target"])}
    if kpi["direction"] != "band":
        text = phrase("At this pace %(year)s ends at %(amount)s; the target is %(target)s.")
        return words.catalog.gettext(text, amount=words.amount(kpi, projected), **values)
    text = (
        phrase("At this pace %(amount)s of the %(target)s is left at the end of %(year)s.")
        if projected <= kpi["target"]
        else phrase("At this pace %(year)s ends %(amount)s above the %(target)s.")
    )
    return words.catalog.gettext(text, amount=words.amount(kpi, abs(kpi["target"] - projected)), **values)
