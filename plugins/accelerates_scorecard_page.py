"""The scorecard page at /kpi/, in Airflow's menu under Browse, for signed-in users."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)
Message = MutableMapping[str, Any]
HEADERS = {
    # Nothing is fetched and nothing runs: a name in the figures that looks like a script stays a name.
    "Content-Security-Policy":
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'self';"
        " base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}  # fmt: skip


@cache
def application() -> FastAPI:
    """Make the web application.

    It asks for a user itself, because Airflow does not protect the pages of plugins.
    """
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends, FastAPI
    from fastapi.responses import HTMLResponse
    from starlette.exceptions import HTTPException

    app = FastAPI(dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None)
    for address, show in (("/", scorecard), ("/evidence", evidence), ("/payload", payload)):
        app.get(address, response_class=HTMLResponse, response_model=None)(show)
    app.add_exception_handler(HTTPException, respond_to_error)  # type: ignore[arg-type]
    return app


async def on_first_request(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Serve with the application, made at the first request.

    All processes of Airflow import this file; one serves pages.
    """
    await application()(scope, receive, send)


async def respond_to_error(request: Request, error: HTTPException) -> Any:
    """Respond to an error with JSON, to a signed-out browser with the way to the login."""
    from fastapi.exception_handlers import http_exception_handler
    from fastapi.responses import HTMLResponse

    from include.reports.web.error_pages import signed_out_page

    if error.status_code in (401, 403) and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(signed_out_page(_login_url(request)), error.status_code, HEADERS)
    return await http_exception_handler(request, error)


def _login_url(request: Request) -> str:
    """Return Airflow's login that leads back to this page, never to a given address."""
    from airflow.api_fastapi.app import API_ROOT_PATH

    place = request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/")
    back = f"{API_ROOT_PATH}kpi/{quote(place)}"
    if request.url.query:
        back += f"?{request.url.query}"
    return f"{API_ROOT_PATH}api/v2/auth/login?{urlencode({'next': back})}"


def scorecard(language: str = "nl", as_of: str | None = None) -> Any:
    """Show the scorecard in nl or en, as of a moment (ISO 8601) or of the newest report."""
    from include.reports.delivery.settings import from_environment
    from include.reports.web.html_page import render_scorecard_page

    contact = from_environment(os.environ).reply_to
    return _respond(language, as_of, lambda moment: render_scorecard_page(_warehouse(), language, moment, contact))


def evidence(kpi: str, period: str, language: str = "nl", as_of: str | None = None) -> Any:
    """Show the rows behind a period of a KPI."""
    from include.reports.web.evidence import render_evidence_page

    return _respond(language, as_of, lambda moment: render_evidence_page(_warehouse(), kpi, period, language, moment))


def payload(sha256: str, language: str = "nl", as_of: str | None = None) -> Any:
    """Show the payload with a hash."""
    from include.reports.web.evidence import render_payload_page

    return _respond(language, as_of, lambda moment: render_payload_page(_warehouse(), sha256, language, moment))


def _respond(language: str, as_of: str | None, page: Callable[[datetime | None], str]) -> Any:
    """Respond with the page, an error in the query, or that the warehouse is away."""
    import psycopg
    from fastapi import HTTPException
    from fastapi.responses import HTMLResponse

    from include.periods import parse_as_of
    from include.reports.language.catalog import LANGUAGES
    from include.reports.web.error_pages import warehouse_away_page
    from include.reports.web.evidence import NotKnown

    if language not in LANGUAGES:
        raise HTTPException(422, f"language: expected {' or '.join(LANGUAGES)}; got {language!r}. Choose one of them.")
    try:
        moment = parse_as_of(as_of) if as_of else None
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    try:
        return HTMLResponse(page(moment), 200, HEADERS)
    except NotKnown as error:
        raise HTTPException(404, str(error)) from error
    except psycopg.Error as error:
        log.warning("scorecard: expected an answer of the warehouse; got %s. Bring up what WAREHOUSE_URL names.", error)
        return HTMLResponse(warehouse_away_page(language), 503, HEADERS)


def _warehouse() -> str:
    import psycopg

    if not os.environ.get("WAREHOUSE_URL"):
        # Without an address the driver connects to any database that is nearest.
        raise psycopg.OperationalError("no value for WAREHOUSE_URL")
    return os.environ["WAREHOUSE_URL"]


class ScorecardPlugin(AirflowPlugin):  # type: ignore[misc]
    """Plugin of the page at /kpi/, and its place in the menu."""

    name = "accelerates_scorecard_page"
    fastapi_apps = [{"app": on_first_request, "url_prefix": "/kpi", "name": "KPI scorecard"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "KPI scorecard",
            # Relative, so that it also holds where Airflow lives below a path.
            "href": "kpi/",
            "destination": "nav",
            "url_route": "kpi_scorecard",
            "category": "browse",
        }
    ]
