"""Divide totals exactly, and draw random numbers that are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def allot(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a total into whole shares by weights, adding up exactly (largest remainder).

    Args:
        total: the number to divide; may be negative.
        weights: whole and not negative, at least one above zero.
    """
    whole = sum(weights)
    sign, amount = (-1, -total) if total < 0 else (1, total)
    shares = [amount * weight // whole for weight in weights]
    short = amount - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[:short]:
        shares[i] += 1
    return [sign * share for share in shares]


def dice(*words: object) -> Callable[[int, int], int]:
    """Make dice seeded by words: roll(low, high) gives a whole number, both ends included.

    Only Random.random() is used: Python promises the same sequence on every version for it alone.
    """
    draw = Random("/".join(str(word) for word in words)).random

    def roll(low: int, high: int) -> int:
        return low + int(draw() * (high - low + 1))

    return roll


def shuffle(items: Sequence[T], *words: object) -> list[T]:
    """Order the items as the words decide."""
    roll = dice(*words)
    order = sorted((roll(0, 10**12), i) for i in range(len(items)))
    return [items[i] for _, i in order]


def pick(roll: Callable[[int, int], int], weights: dict[str, int]) -> str:
    """Draw a key with the odds of its weight."""
    tickets = [key for key, weight in weights.items() for _ in range(weight)]
    return tickets[roll(0, len(tickets) - 1)]
