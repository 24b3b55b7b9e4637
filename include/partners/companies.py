"""Enterprise numbers, and the keyed hash that is all the platform keeps of them.

The number of a one-person business is a number of that person, and no number tells which it is. So every one is
stored as HMAC-SHA-256 with a key that is not in the warehouse: a company counts once whoever reports it, and nobody
can go from the hash to the number without the key. Changing the key makes every company a new one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from stdnum.be import vat

from include.errors import WarehouseError

VARIABLE = "ACCELERATES_HASH_KEY"
MIN_KEY = 32


def is_number(number: str) -> bool:
    """Whether ten digits are an enterprise number: 97 minus the first eight modulo 97 are the last two."""
    return len(number) == 10 and vat.is_valid(number)


def sealed(number: str, key: bytes) -> tuple[str, str]:
    """Hash and shown form of what stood in the cell: of a number its hash, of anything else no hash.

    Shown are its last two characters only, for the message to whoever wrote it.
    """
    if not number:
        return "", ""
    shown = f"…{number[-2:]}"
    return (hmac.new(key, number.encode(), hashlib.sha256).hexdigest() if is_number(number) else ""), shown


def key_from(environment: Mapping[str, str] = os.environ) -> bytes:
    """The key of this installation.

    Raises: WarehouseError when it is missing or too short.
    """
    key = environment.get(VARIABLE, "")
    if len(key) < MIN_KEY:
        raise WarehouseError(
            source="partner_activity",
            expected=f"a key of at least {MIN_KEY} characters in {VARIABLE}",
            got=f"{len(key)} characters",
            todo="Set it from the secret store and never change it; `openssl rand -hex 32` makes a new one.",
        )
    return key.encode()
