"""Highlights: which figures the report speaks of first, and the sentences that say them.

Sentences state facts: no praise, no blame, no causes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.reports.language.catalog import phrase
from include.reports.language.labels import Kpi, Words

MAX_SUBJECT_LENGTH = 70

ON_PLAN = ("reached", "on_track")
FAR_OFF_PLAN = ("well_behind", "moving_away")
MAX_ATTENTION = 3
# A smaller gap is printed as 0,0%.
MIN_VISIBLE_SHARE = 0.0005


def with_verdict(kpis: Sequence[Kpi]) -> list[Kpi]:
    """Pick the KPIs that have a verdict; the headline counts these."""
    return [kpi for kpi in kpis if kpi["status_code"] != "no_verdict"]


def pick_worst(kpis: Sequence[Kpi]) -> Kpi | None:
    """Pick the KPI furthest off plan: those far behind come before those slightly behind."""
    off = [kpi for kpi in with_verdict(kpis) if kpi["status_code"] not in ON_PLAN and _is_off(kpi)]
    return max(off, key=lambda kpi: (kpi["status_code"] in FAR_OFF_PLAN, abs(kpi["plan_gap_share"])), default=None)


def pick_best(kpis: Sequence[Kpi]) -> Kpi | None:
    """Pick the KPI furthest ahead of plan, if any is visibly ahead."""
    on_plan = (kpi for kpi in kpis if kpi["status_code"] in ON_PLAN and kpi["direction_code"] == "up")
    ahead = [kpi for kpi in on_plan if (kpi["plan_gap_share"] or 0) >= MIN_VISIBLE_SHARE]
    return max(ahead, key=lambda kpi: kpi["plan_gap_share"], default=None)


def pick_money(kpis: Sequence[Kpi], mentioned: Sequence[Kpi | None]) -> Kpi | None:
    """Pick an amount that is not mentioned yet: the budget, else the first of the scorecard."""
    amounts = [kpi for kpi in kpis if kpi["unit_code"] == "EUR" and kpi["value"] is not None and kpi not in mentioned]
    return min(amounts, key=lambda kpi: kpi["direction_code"] != "band", default=None)


def pick_attention(kpis: Sequence[Kpi]) -> list[Kpi]:
    """Pick what a director asks about, at most three: far off plan, no verdict, off budget."""
    found: list[Kpi] = []
    for kpi in _by_urgency(kpis):
        if kpi not in found:
            found.append(kpi)
    return found[:MAX_ATTENTION]


def _is_off(kpi: Kpi) -> bool:
    gap = kpi["plan_gap_share"]
    return gap is not None and (gap < 0 or kpi["direction_code"] != "up")


def _by_urgency(kpis: Sequence[Kpi]) -> Iterator[Kpi]:
    by_gap = sorted(kpis, key=lambda kpi: -abs(kpi["plan_gap_share"] or 0))
    yield from (kpi for kpi in by_gap if kpi["status_code"] in FAR_OFF_PLAN and kpi["direction_code"] != "band")
    yield from (kpi for kpi in kpis if kpi["status_code"] == "no_verdict")
    yield from (
        kpi for kpi in by_gap if kpi["direction_code"] == "band" and kpi["status_code"] not in (*ON_PLAN, "no_verdict")
    )
    yield from (kpi for kpi in by_gap if kpi["status_code"] == "slightly_behind")


def write_headline(words: Words, kpis: Sequence[Kpi]) -> str:
    """Write the headline, '2 van de 9 indicatoren op schema; banen 21% onder plan'."""
    return _verdict(words, kpis, pick_worst(kpis))


def write_subject(words: Words, kpis: Sequence[Kpi], period: str, *, is_correction: bool = False) -> str:
    """Write the subject line; the worst KPI is left off if 70 characters are too few."""
    start = words.catalog.gettext("KPI report %(quarter)s", quarter=words.formats.quarter(period, short=True))
    if is_correction:
        start = words.catalog.gettext("Correction: %(report)s", report=start)
    full, short = (f"{start}: {_verdict(words, kpis, worst, brief=True)}" for worst in (pick_worst(kpis), None))
    return full if len(full) <= MAX_SUBJECT_LENGTH else short


def write_summary(words: Words, kpis: Sequence[Kpi]) -> list[str]:
    """Write at most three sentences: furthest ahead, furthest behind, money."""
    best, worst = pick_best(kpis), pick_worst(kpis)
    money = pick_money(kpis, [best, worst])
    sentences = []
    if best:
        sentences.append(
            _standing_sentence(words, best, phrase("Furthest ahead of plan: %(name)s, at %(value)s (%(gap)s)."))
        )
    if worst:
        below = phrase("Furthest below plan: %(name)s, at %(value)s (%(gap)s).")
        above = phrase("Furthest over plan: %(name)s, at %(value)s (%(gap)s).")
        sentences.append(_standing_sentence(words, worst, below if worst["plan_gap_share"] < 0 else above))
    if money and money["direction_code"] == "band" and money["target_value"]:
        sentences.append(_budget_sentence(words, money))
    elif money and money["plan_gap_share"] is not None:
        sentences.append(_standing_sentence(words, money, phrase("%(Name)s: %(value)s (%(gap)s).")))
    return sentences


def write_attention(words: Words, kpis: Sequence[Kpi], partners: dict[str, Any]) -> list[str]:
    """Write at most three items of figure, plan and consequence; then missing reports."""
    items = [_attention_item(words, kpi) for kpi in pick_attention(kpis)]
    if partners["missing_count"] and len(items) < MAX_ATTENTION:
        items.append(write_missing_partners(words, partners))
    return items


def write_missing_partners(words: Words, partners: dict[str, Any]) -> str:
    """Write who has not reported, or only how many when the audience may not see names."""
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
    count = len(with_verdict(kpis))
    if not count:
        text = phrase("no verdict yet") if brief else phrase("No indicator has a verdict yet")
        return words.catalog.gettext(text)
    on_plan = sum(kpi["status_code"] in ON_PLAN for kpi in kpis)
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
    return f"{start}{',' if brief else ';'} {worst['short_name']} {words.gap(worst['plan_gap_share'], 0)}"


def _standing_sentence(words: Words, kpi: Kpi, text: str) -> str:
    name = kpi["short_name"]
    return words.catalog.gettext(
        text,
        name=name,
        Name=name[:1].upper() + name[1:],
        value=words.amount(kpi, kpi["value"]),
        gap=words.gap(kpi["plan_gap_share"]),
    )


def _budget_sentence(words: Words, kpi: Kpi) -> str:
    return words.catalog.gettext(
        "Of the budget, %(value)s has been used: %(share)s of %(target)s for %(year)s.",
        value=words.amount(kpi, kpi["value"]),
        share=words.formats.share(kpi["value"] / kpi["target_value"], 0),
        target=words.amount(kpi, kpi["target_value"]),
        year=kpi["target_year"],
    )


def _attention_item(words: Words, kpi: Kpi) -> str:
    if kpi["status_code"] == "no_verdict":
        reason = words.reason(kpi) or ""
        return words.catalog.gettext("%(name)s: no verdict yet. %(reason)s", name=kpi["name"], reason=reason).strip()
    fact = words.catalog.gettext(
        "%(name)s: %(value)s, against %(planned)s planned by now.",
        name=kpi["name"],
        value=words.amount(kpi, kpi["value"]),
        planned=words.amount(kpi, kpi["planned_value"]),
    )
    return f"{fact} {_consequence(words, kpi)}".strip()


def _consequence(words: Words, kpi: Kpi) -> str:
    """Project the end of the target year, as if the share of the plan reached stays the same."""
    counts = kpi["measure_code"] == "flow" and kpi["planned_value"] and kpi["target_value"]
    if not counts or kpi["value"] < 0 or kpi["target_year"] != kpi["period_year"]:
        return ""
    projected = kpi["value"] * kpi["target_value"] / kpi["planned_value"]
    values = {"year": kpi["target_year"], "target": words.amount(kpi, kpi["target_value"])}
    if kpi["direction_code"] != "band":
        text = phrase("At this pace %(year)s ends at %(amount)s; the target is %(target)s.")
        return words.catalog.gettext(text, amount=words.amount(kpi, projected), **values)
    text = (
        phrase("At this pace %(amount)s of the %(target)s is left at the end of %(year)s.")
        if projected <= kpi["target_value"]
        else phrase("At this pace %(year)s ends %(amount)s above the %(target)s.")
    )
    return words.catalog.gettext(text, amount=words.amount(kpi, abs(kpi["target_value"] - projected)), **values)
