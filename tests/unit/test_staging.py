"""The header of a payload is read, and judged, before the database is asked for anything."""

from __future__ import annotations

from typing import Any, cast

import psycopg
import pytest
from psycopg import sql

from include.errors import EmptyReply, LayoutChanged
from include.load import staging
from include.register import source_of

SOURCE = source_of("fit_fdi_annual")
HEADER = b"year,indicator,value,unit,published_on,source"


class Unasked:
    """A connection that no statement may reach."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the database was asked to {name}")


def copy(*blocks: bytes) -> int:
    return staging.copy(cast("psycopg.Connection", Unasked()), SOURCE, 1, iter(blocks))


@pytest.mark.parametrize("blocks", [[], [b""], [b"\n"], [b"", b"", b"\r\n"], [b"   \n2025,projects\n"]])
def test_without_a_header_there_is_nothing(blocks: list[bytes]) -> None:
    with pytest.raises(EmptyReply, match="no bytes"):
        copy(*blocks)


@pytest.mark.parametrize(
    ("header", "got"),
    [
        (b"year,indicator,value,unit,published_on", r"missing \['source'\], unexpected \[\]"),
        (HEADER + b",note", r"missing \[\], unexpected \['note'\]"),
        (HEADER.replace(b"unit", b"units"), r"missing \['unit'\], unexpected \['units'\]"),
        (HEADER.replace(b"unit", b"year"), r"missing \['unit'\]"),
        (HEADER + b",year", r"missing \[\], unexpected \[\]"),
        (HEADER.replace(b",", b";"), "missing"),
        (b"Year" + HEADER[4:], r"missing \['year'\], unexpected \['Year'\]"),
        (b"\xff\xfe" + HEADER, "unexpected"),
        (b"x" * (staging.MAX_HEADER_BYTES + 10), "unexpected"),
    ],
    ids=["fewer", "more", "renamed", "twice, one missing", "twice", "semicolons", "capital", "not utf-8", "no end"],
)
def test_other_columns_are_another_layout(header: bytes, got: str) -> None:
    with pytest.raises(LayoutChanged, match=got):
        copy(header + b"\n2025,projects,1,NUMBER,2026-01-20,FIT\n")


@pytest.mark.parametrize(
    "header",
    [
        b"source,published_on,unit,value,indicator,year\n",
        HEADER + b"\r\n",
        b'"year","indicator","value","unit","published_on","source"\n',
        HEADER,
    ],
    ids=["another order", "windows lines", "quoted", "no end of line"],
)
def test_the_same_columns_pass_in_any_order_and_quoting(header: bytes) -> None:
    with pytest.raises(AssertionError, match="asked to execute"):
        copy(header)


def test_a_header_may_come_in_pieces() -> None:
    with pytest.raises(AssertionError, match="asked to execute"):
        copy(*(bytes([byte]) for byte in HEADER + b"\n"))


def test_the_scope_becomes_literals_and_never_sql() -> None:
    scope = {"contract_code": "o'neill'; drop table x --", "period": "2026-Q3", "source": "partner_activity"}
    said = staging.scope_predicate("contract_code = {contract_code} and period = {period}", scope, sql.Identifier("b1"))
    assert said == "contract_code = 'o''neill''; drop table x --' and period = '2026-Q3'"
    assert staging.scope_predicate(None, scope, sql.Identifier("b1")) is None
