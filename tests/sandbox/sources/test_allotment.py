"""Exact division and steady dice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.sources.allotment import allot, dice, pick, shuffle

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=50).filter(any)


@given(st.integers(-(10**12), 10**12), WEIGHTS)
def test_shares_add_up_and_are_within_one_of_their_part(total: int, weights: list[int]) -> None:
    shares = allot(total, weights)
    assert sum(shares) == total
    assert all(abs(s * sum(weights) - total * w) < sum(weights) for s, w in zip(shares, weights, strict=True))


def test_dice_fall_the_same_everywhere() -> None:
    roll = dice("flanders", 2026)
    assert [roll(1, 6) for _ in range(8)] == [1, 2, 4, 2, 2, 4, 3, 4]


@given(st.lists(st.integers(), max_size=30), st.text(max_size=5))
def test_shuffling_keeps_every_item(items: list[int], word: str) -> None:
    assert sorted(shuffle(items, word)) == sorted(items)


def test_picking_follows_the_weights() -> None:
    roll = dice("pick")
    picked = [pick(roll, {"often": 9, "seldom": 1, "never": 0}) for _ in range(1000)]
    assert 850 < picked.count("often") < 950
    assert "never" not in picked
