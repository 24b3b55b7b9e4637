"""Hash enterprise numbers; the platform stores nothing else of them.

The number of a one-person business is personal data, and a number does not show whose it is. So every number is stored
as HMAC-SHA-256 with a key that is not in the warehouse: a company counts once whoever reports it, and nobody can get
from the hash to the number without the key. With another key every company becomes a new one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from stdnum.be import vat

from include.errors import WarehouseError

KEY_VARIABLE = "ACCELERATES_HASH_KEY"
MIN_KEY_LENGTH = 32


def is_company_number(number: str) -> bool:
    """Check ten digits: the last two are 97 minus the first eight modulo 97."""
    return len(number) == 10 and vat.is_valid(number)


def hash_company_number(number: str, key: bytes) -> tuple[str, str]:
    """Return hash and masked form of a cell; a text that is no enterprise number has no hash.

    The masked form shows the last two characters, for the message to the partner.
    """
    if not number:
        return "", ""
    masked = f"…{number[-2:]}"
    return (hmac.new(key, number.encode(), hashlib.sha256).hexdigest() if is_company_number(number) else ""), masked


def load_hash_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """Load the key of this installation.

    Raises: WarehouseError when it is missing or too short.
    """
    key = environment.get(KEY_VARIABLE, "")
    if len(key) < MIN_KEY_LENGTH:
        raise WarehouseError(
            source="partner_activity",
            expected=f"a key of at least {MIN_KEY_LENGTH} characters in {KEY_VARIABLE}",
            got=f"{len(key)} characters",
            todo="Set it from the secret store and never change it; `openssl rand -hex 32` makes a new one.",
        )
    return key.encode()
