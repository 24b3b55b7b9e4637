"""Object storage (s3://) as a folder: whose keys are shown, how long it is waited for, and what its refusals mean.

The connection's login is the access key and its password the secret key; `endpoint_url` in the extra names a store that
is not Amazon's, `anon` a bucket that is open to all. Without keys the machine's own would be tried, and those are for
our landing, not for partners.
"""

from __future__ import annotations

from collections.abc import Mapping

SECONDS = 30.0
SCHEMES = ("s3:", "s3a:")
NO_KEYS = "a connection without access key (login) and secret key (password)"


def options(given: Mapping[str, object]) -> dict[str, object]:
    """What s3fs is told, from what the connection says.

    Raises: PermissionError when there are no keys.
    """
    told = dict(given)
    key, secret, url = (told.pop(name, None) for name in ("username", "password", "endpoint_url"))
    told.pop("port", None)
    if not (key and secret):
        raise PermissionError(NO_KEYS)
    waits = {"connect_timeout": SECONDS, "read_timeout": SECONDS, "retries": {"max_attempts": 2}}
    return {
        **told,
        "key": key,
        "secret": secret,
        "client_kwargs": {"endpoint_url": url} if url else {},
        "config_kwargs": waits,
        # A file that came a minute ago is there; a key of another partner is never taken from a cache.
        "use_listings_cache": False,
        "skip_instance_cache": True,
    }


def refusals() -> tuple[type[Exception], ...]:
    """Errors after which no retry helps: the client's own, before it asked."""
    from botocore.exceptions import NoCredentialsError, ParamValidationError

    return NoCredentialsError, ParamValidationError


def outages() -> tuple[type[Exception], ...]:
    """Errors that may be over at the next try; s3fs says the rest in the words of a disk."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError
