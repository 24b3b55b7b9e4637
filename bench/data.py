"""Monthly trade as Comext publishes it, in SDMX-CSV: the same rows for the same arguments, on every machine.

One row per series and month, series by series, 84 months each. A re-publication is the same file with some values
changed: 1 % of them scattered over all months, or a fifth of those of the last three months.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Literal

import numpy as np

FLOW = "DS-059341"
DATASET = f"ESTAT:{FLOW}"
MONTHS = tuple(f"{year}-{month:02d}" for year in range(2019, 2026) for month in range(1, 13))
HEADER = "DATAFLOW,LAST UPDATE,FREQ,REPORTER,PARTNER,PRODUCT,FLOW,INDICATORS,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
REPORTERS = ("BE", "EU27_2020")
FLOWS = ("1", "2")
PARTNERS = tuple(a + b for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXY")
Change = Literal["none", "scattered", "recent"]
SERIES_PER_BLOCK = 1000
RELEASES = {"none": "16/10/26 11:00:00", "scattered": "17/11/26 11:00:00", "recent": "17/12/26 11:00:00"}


def series_count(rows: int) -> int:
    """Count the series that hold this many observations, whole series only."""
    return max(1, rows // len(MONTHS))


def values(block: int, series: int, change: Change) -> np.ndarray:
    """Make the values of a block of series in euro: a line per series, a column per month."""
    base = np.random.default_rng(block).lognormal(12, 2.5, (series, len(MONTHS))).astype(np.int64)
    chance = np.random.default_rng(1_000_000 + block).random((series, len(MONTHS)))
    if change == "scattered":
        return base + (chance < 0.01)
    if change == "recent":
        chance[:, :-3] = 1
        return base + (chance < 0.2)
    return base


def key_of(number: int) -> str:
    """Write the dimensions of a series after FREQ as CSV: reporter, partner, product, flow, indicator."""
    number, flow = divmod(number, len(FLOWS))
    number, reporter = divmod(number, len(REPORTERS))
    product, partner = divmod(number, len(PARTNERS))
    return f"{REPORTERS[reporter]},{PARTNERS[partner]},{product + 1:04d},{FLOWS[flow]},VALUE_IN_EUROS"


def write(folder: Path, rows: int, change: Change = "none") -> tuple[Path, Path]:
    """Write a publication of about `rows` observations; returns it as plain text and as gzip."""
    plain, packed = (folder / f"{change}-{rows}.csv{suffix}" for suffix in ("", ".gz"))
    count, start = series_count(rows), f"{DATASET}(1.0),{RELEASES[change]},M,"
    with (
        plain.open("w", encoding="ascii") as text,
        gzip.open(packed, "wt", compresslevel=1, encoding="ascii") as zipped,
    ):
        text.write(HEADER)
        zipped.write(HEADER)
        for block, first in enumerate(range(0, count, SERIES_PER_BLOCK)):
            size = min(SERIES_PER_BLOCK, count - first)
            lines = []
            for offset, line in enumerate(values(block, size, change).tolist()):
                head = f"{start}{key_of(first + offset)},"
                lines += [f"{head}{month},{value},\n" for month, value in zip(MONTHS, line, strict=True)]
            for file in (text, zipped):
                file.write("".join(lines))
    return plain, packed
