"""Which figures the report speaks of first: rules, without words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Kpi = dict[str, Any]
ON_PLAN = ("reached", "on_track")
_FAR = ("well_behind", "moving_away")
ATTENTION_LIMIT = 3
# A smaller gap is printed as 0,0%.
VISIBLE_SHARE = 0.0005


def judged(kpis: Sequence[Kpi]) -> list[Kpi]:
    """The KPIs that have a verdict; they are the denominator of the headline."""
    return [kpi for kpi in kpis if kpi["status"] != "no_verdict"]


def worst(kpis: Sequence[Kpi]) -> Kpi | None:
    """The KPI off plan that is furthest from it: those far behind before those slightly behind."""
    off = [kpi for kpi in judged(kpis) if kpi["status"] not in ON_PLAN and _is_off(kpi)]
    return max(off, key=lambda kpi: (kpi["status"] in _FAR, abs(kpi["gap"])), default=None)


def best(kpis: Sequence[Kpi]) -> Kpi | None:
    """The KPI on plan that is furthest ahead of it, if any is visibly ahead."""
    on_plan = (kpi for kpi in kpis if kpi["status"] in ON_PLAN and kpi["direction"] == "up")
    ahead = [kpi for kpi in on_plan if (kpi["gap"] or 0) >= VISIBLE_SHARE]
    return max(ahead, key=lambda kpi: kpi["gap"], default=None)


def money(kpis: Sequence[Kpi], mentioned: Sequence[Kpi | None]) -> Kpi | None:
    """An amount not mentioned yet: the budget, else the first of the scorecard."""
    amounts = [kpi for kpi in kpis if kpi["unit"] == "EUR" and kpi["value"] is not None and kpi not in mentioned]
    return min(amounts, key=lambda kpi: kpi["direction"] != "band", default=None)


def attention(kpis: Sequence[Kpi]) -> list[Kpi]:
    """What a director would ask about, at most three: far from plan by size, then no verdict, then off budget."""
    found: list[Kpi] = []
    for kpi in _by_urgency(kpis):
        if kpi not in found:
            found.append(kpi)
    return found[:ATTENTION_LIMIT]


def _is_off(kpi: Kpi) -> bool:
    gap = kpi["gap"]
    return gap is not None and (gap < 0 or kpi["direction"] != "up")


def _by_urgency(kpis: Sequence[Kpi]) -> Iterator[Kpi]:
    by_gap = sorted(kpis, key=lambda kpi: -abs(kpi["gap"] or 0))
    yield from (kpi for kpi in by_gap if kpi["status"] in _FAR and kpi["direction"] != "band")
    yield from (kpi for kpi in kpis if kpi["status"] == "no_verdict")
    yield from (kpi for kpi in by_gap if kpi["direction"] == "band" and kpi["status"] not in (*ON_PLAN, "no_verdict"))
    yield from (kpi for kpi in by_gap if kpi["status"] == "slightly_behind")
