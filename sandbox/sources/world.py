"""Route a request to the source that answers it: a path and a moment in, a reply out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sandbox.sources import ecb, eurostat, fit, nbb, oecd
from sandbox.sources.partner_reports import Workbooks
from sandbox.sources.reply import Reply, not_found


def answer_request(path: str, query: Mapping[str, str], at: datetime, workbooks: Workbooks) -> Reply:
    """Answer a request as of a moment.

    Args:
        path: '/nbb/rest/...', '/eurostat/...', '/ecb/...', '/oecd/...', '/fit/...' or '/partners/...'.
        query: the query's parameters.
        at: nothing that was published later is in the reply.
        workbooks: the partners' feeds.
    """
    if path.startswith("/nbb/rest/"):
        return nbb.answer_nbb(path.removeprefix("/nbb/rest/"), query, at)
    if path.startswith("/fit/"):
        return fit.answer_fit(path.removeprefix("/fit/"), at)
    if path.startswith("/eurostat/"):
        return eurostat.answer_eurostat(path.removeprefix("/eurostat/"), query, at)
    if path.startswith("/ecb/"):
        return ecb.answer_ecb(path.removeprefix("/ecb/"), query, at)
    if path.startswith("/oecd/"):
        return oecd.answer_oecd(path.removeprefix("/oecd/"), query, at)
    if path.startswith("/partners/"):
        return workbooks.answer_partners(path.removeprefix("/partners/"), at)
    return not_found("Not Found")
