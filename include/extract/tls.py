"""Trust in a server: over HTTPS the public authorities, or those that a connection names; no other host sees a key.

A connection's extra may say `"verify": "/path/authorities.pem"`, for a server whose authority is private.
There is no way to ask without looking at the certificate: whoever answers would be handed the token.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import requests

from include.errors import SourceRefused
from include.sources.endpoint import Endpoint

_REASON = re.compile(r"certificate verify failed: ([^(\]]+)")


class Session(requests.Session):
    """Questions to one host: sent elsewhere, it takes none of the connection's own headers along, a key among them."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self.own = endpoint.headers

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Called before a redirection is followed; requests itself takes away Authorization only."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        is_elsewhere = self.should_strip_auth(response.request.url, prepared_request.url)  # type: ignore[no-untyped-call]
        if is_elsewhere:
            for name in self.own:
                prepared_request.headers.pop(name, None)


def authorities(source_code: str, endpoint: Endpoint) -> str | bool:
    """What requests takes as `verify`: a file of certificates, or True for the public authorities.

    Raises: SourceRefused when the connection names no file that holds certificates.
    """
    named = endpoint.options.get("verify", True)
    if named is True:
        return True
    problem = "checking switched off"
    if isinstance(named, str):
        try:
            ssl.create_default_context(cafile=named)
            return named
        except OSError as error:
            # A file that holds no certificate is an ssl.SSLError, and so an OSError too.
            problem = f"{named!r}, which is no such file ({type(error).__name__})"
    raise SourceRefused(
        source=source_code,
        expected="`verify` in the connection's extra to name a PEM file of authorities",
        got=problem,
        todo="Put the authority's certificate on this machine and its path in `verify`, or leave `verify` out.",
    )


def untrusted(source_code: str, endpoint: Endpoint, host: str, error: Exception) -> SourceRefused | None:
    """What a failed handshake means, when the certificate was the reason; None when it was something else."""
    found = _REASON.search(str(error))
    if found is None:
        return None
    named = endpoint.options.get("verify")
    by = f"an authority in {Path(named).name}" if isinstance(named, str) else "a public authority"
    return SourceRefused(
        source=source_code,
        expected=f"{host} to show a certificate of {by}",
        got=found[1].strip().rstrip("."),
        todo="Ask the server's owner, by telephone, for the certificate of their authority; name it as `verify` in the"
        " connection's extra. Nothing was sent.",
    )
