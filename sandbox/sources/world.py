"""The sample world as one function: a path and a moment in, a reply out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sandbox.sources import ecb, eurostat, fdi, nbb, oecd
from sandbox.sources.partner_reports import Workbooks
from sandbox.sources.replying import Reply, missing


def answer(path: str, query: Mapping[str, str], at: datetime, workbooks: Workbooks) -> Reply:
    """What the world says at a moment.

    Args:
        path: '/nbb/rest/...', '/eurostat/...', '/ecb/...', '/oecd/...', '/fit/...' or '/partners/...'.
        query: the query's parameters.
        at: nothing that was published later is told.
        workbooks: the partners' feeds.
    """
    if path.startswith("/nbb/rest/"):
        return nbb.answer(path.removeprefix("/nbb/rest/"), query, at)
    if path.startswith("/fit/"):
        return fdi.answer(path.removeprefix("/fit/"), at)
    if path.startswith("/eurostat/"):
        return eurostat.answer(path.removeprefix("/eurostat/"), query, at)
    if path.startswith("/ecb/"):
        return ecb.answer(path.removeprefix("/ecb/"), query, at)
    if path.startswith("/oecd/"):
        return oecd.answer(path.removeprefix("/oecd/"), query, at)
    if path.startswith("/partners/"):
        return workbooks.answer(path.removeprefix("/partners/"), at)
    return missing("Not Found")
