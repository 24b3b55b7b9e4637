"""The page at /stop/: one click on a signed link stops the report (RFC 8058)."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)
Message = MutableMapping[str, Any]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@cache
def application() -> FastAPI:
    """Make the application: GET asks for confirmation, POST stops the report."""
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/", response_class=HTMLResponse, response_model=None)(ask)
    app.post("/", response_class=HTMLResponse, response_model=None)(stop)
    return app


async def on_first_request(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Serve with the application, made at the first request."""
    await application()(scope, receive, send)


def ask(mail: str = "", sign: str = "") -> Any:
    """Ask for confirmation: a program that opens links by itself must stop nothing."""
    return _page(200, "ask") if _is_ours(mail, sign) else _page(403, "forged")


def stop(mail: str = "", sign: str = "") -> Any:
    """Stop the report for the reader of the mail."""
    import psycopg
    from accelerates_connections import reports

    from include.reports.delivery import unsubscribe

    if not _is_ours(mail, sign):
        return _page(403, "forged")
    try:
        found = unsubscribe.unsubscribe(reports(), mail)
    except psycopg.Error as error:
        log.warning("stop: expected the warehouse to answer; got %s. The reader was asked to try again.", error)
        return _page(503, "away")
    return _page(200, "done") if found else _page(404, "forged")


def _is_ours(mail: str, sign: str) -> bool:
    from include.reports.delivery.settings import from_environment
    from include.reports.delivery.unsubscribe import is_signed

    return is_signed(mail, sign, from_environment(os.environ))


def _page(status: int, outcome: str) -> Any:
    from fastapi.responses import HTMLResponse

    from include.reports.web.error_pages import unsubscribe_page

    return HTMLResponse(unsubscribe_page(outcome), status, HEADERS)


class UnsubscribePlugin(AirflowPlugin):  # type: ignore[misc]
    """Plugin of the page at /stop/."""

    name = "accelerates_unsubscribe_page"
    fastapi_apps = [{"app": on_first_request, "url_prefix": "/stop", "name": "Stop the KPI report"}]  # noqa: RUF012
