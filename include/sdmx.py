"""SDMX over REST: building the question, and unwrapping an SDMX-CSV answer.

SDMX-CSV goes to the database as it came; all that is taken off here is gzip and the byte order mark.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, cast

from include.errors import TruncatedReply

CSV_1_0 = "application/vnd.sdmx.data+csv;version=1.0.0"
BLOCK_BYTES = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"


def data_path(agency: str, flow: str, version: str, key: Sequence[str]) -> str:
    """Path of a data query, SDMX REST 2.1 (comma form): data/BE2,DF_X,1.0/VL..I.

    Args:
        agency: maintenance agency, 'BE2'.
        flow: dataflow.
        version: its version.
        key: one entry per dimension in the source's order; '' for all values, 'X+I' for several.
    """
    return f"data/{agency},{flow},{version}/{'.'.join(key)}"


def data_scope(agency: str, flow: str, key: Sequence[str], start_period: str, end_period: str) -> dict[str, str]:
    """What an answer to a data query speaks for, as the targets of a dataflow understand it."""
    return {
        "dataset": f"{agency}:{flow}",
        "key": ".".join(key),
        "start_period": start_period,
        "end_period": end_period,
    }


def data_params(start_period: str, end_period: str) -> dict[str, str]:
    """Query parameters that slice by period and ask for flat observations."""
    return {"startPeriod": start_period, "endPeriod": end_period, "dimensionAtObservation": "AllDimensions"}


def csv_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """The CSV text of a payload in blocks: unzipped if need be, without a byte order mark.

    Raises:
        TruncatedReply: the gzip stream ends before its end.
    """
    head = payload.read(len(BYTE_ORDER_MARK))
    payload.seek(0)
    stream = cast("BinaryIO", gzip.GzipFile(fileobj=payload)) if head.startswith(GZIP_MAGIC) else payload
    try:
        first = stream.read(BLOCK_BYTES)
        yield first.removeprefix(BYTE_ORDER_MARK)
        while block := stream.read(BLOCK_BYTES):
            yield block
    except (EOFError, zlib.error) as error:
        raise TruncatedReply(
            source=scope.get("source", "sdmx"),
            expected="a whole gzip stream",
            got=f"one that breaks off ({error})",
            todo="Run the DAG again; if it comes back, ask for fewer periods.",
        ) from error
