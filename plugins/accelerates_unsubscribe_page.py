"""Where one click stops the report: no login (RFC 8058), but only with a link that we signed."""

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
ASK = ("Wilt u dit rapport niet meer krijgen?", "Do you want to stop getting this report?")
DONE = ("U krijgt dit rapport niet meer.", "You will not get this report any more.")
FORGED = ("Deze link is niet van ons, of niet heel.", "This link is not ours, or not whole. Answer the mail instead.")
AWAY = ("Het lukt nu niet. Probeer het straks opnieuw.", "It cannot be done now. Try again later, or answer the mail.")


@cache
def application() -> FastAPI:
    """An application of two answers: a question to people, and the deed to whoever posts."""
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/", response_class=HTMLResponse, response_model=None)(ask)
    app.post("/", response_class=HTMLResponse, response_model=None)(stop)
    return app


async def on_first_request(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The application, made when it is first asked."""
    await application()(scope, receive, send)


def ask(mail: str = "", sign: str = "") -> Any:
    """Ask whether it is meant: programs that look at links before people do must stop nothing."""
    return _answer(200, ASK, button=True) if _is_ours(mail, sign) else _answer(403, FORGED)


def stop(mail: str = "", sign: str = "") -> Any:
    """Stop the report for whoever got the mail."""
    import psycopg
    from accelerates_connections import reports

    from include.reports.delivery import unsubscribe

    if not _is_ours(mail, sign):
        return _answer(403, FORGED)
    try:
        found = unsubscribe.unsubscribe(reports(), mail)
    except psycopg.Error as error:
        log.warning("stop: expected the warehouse to answer; got %s. The reader was asked to try again.", error)
        return _answer(503, AWAY)
    return _answer(200, DONE) if found else _answer(404, FORGED)


def _is_ours(mail: str, sign: str) -> bool:
    from include.reports.delivery.settings import from_environment
    from include.reports.delivery.unsubscribe import is_signed

    return is_signed(mail, sign, from_environment(os.environ))


def _answer(status: int, lines: tuple[str, str], *, button: bool = False) -> Any:
    from fastapi.responses import HTMLResponse

    from include.reports.delivery.unsubscribe import page

    return HTMLResponse(page(*lines, button=button), status, HEADERS)


class StopPlugin(AirflowPlugin):  # type: ignore[misc]
    """The page at /stop/."""

    name = "accelerates_unsubscribe_page"
    fastapi_apps = [{"app": on_first_request, "url_prefix": "/stop", "name": "Stop the KPI report"}]  # noqa: RUF012
