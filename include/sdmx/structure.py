"""Structure messages, SDMX-JSON and SDMX-ML, as CSV blocks of their code lists; and when the data changed last.

Columns: AGENCY, CODELIST, VERSION, CODE, NAME, PARENT; names in English where there are several.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from include.errors import NoResults, PayloadTooLarge, UnsafeXml
from include.sdmx.documents import changed, csv_of, json_of, source_of, text_of

HEADER = ("AGENCY", "CODELIST", "VERSION", "CODE", "NAME", "PARENT")
# For a Probe's pattern: NBB's availability constraint is made anew with every load of data, Eurostat says it itself.
NBB_CHANGED = r'"validFrom"\s*:\s*"([^"]+)"'
EUROSTAT_CHANGED = r"<c:AnnotationTitle>([^<]*)</c:AnnotationTitle>\s*<c:AnnotationType>UPDATE_(?:DATA|STRUCTURE)<"
# The 20,000 products of NBB's code list, with names in four languages, stay below this.
STRUCTURE_BYTES = 16 << 20
# An element takes some 300 bytes of memory, however short it is written; that list has 250,000 tags.
STRUCTURE_MARKS = 400_000
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
Row = tuple[str, str, str, str, str, str]


def code_list_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """The codes of every code list in a structure message as CSV blocks, header first.

    Raises:
        NoResults: a message without a code.
        UnsafeXml: XML that declares a document type or entities.
        LayoutChanged: neither kind of structure message.
        PayloadTooLarge: see documents.text_of().
    """
    text = text_of(payload, scope, STRUCTURE_BYTES)
    is_xml = text.lstrip().startswith(b"<")
    _refuse_many(text, b"<" if is_xml else b"{[,", scope)
    rows = list(_of_xml(text, scope) if is_xml else _of_json(text, scope))
    if not rows:
        raise NoResults(
            source=source_of(scope),
            expected="at least one code list with a code",
            got="a structure message without one",
            todo="Ask with references=all, or references=codelist; compare the dataflow's name with the source's list.",
        )
    yield from csv_of(HEADER, rows)


def _refuse_many(text: bytes, marks: bytes, scope: Mapping[str, str]) -> None:
    """Refuse a message of many elements before each becomes an object."""
    count = sum(text.count(mark) for mark in marks)
    if count > STRUCTURE_MARKS:
        raise PayloadTooLarge(
            source=source_of(scope),
            expected=f"a structure message of at most {STRUCTURE_MARKS:,} elements",
            got=f"{count:,}",
            todo="Ask for one code list, not for all that a dataflow refers to.",
        )


def _of_json(text: bytes, scope: Mapping[str, str]) -> Iterator[Row]:
    message = json_of(io.BytesIO(text), scope, STRUCTURE_BYTES)
    try:
        data = message.get("data") or message
        for listed in data.get("codelists") or data.get("codeLists") or []:
            own = (str(listed["agencyID"]), str(listed["id"]), str(listed["version"]))
            for code in listed.get("codes") or []:
                yield (*own, str(code["id"]), _english(code), str(code.get("parent") or ""))
    except (KeyError, TypeError, AttributeError) as error:
        raise changed(scope, "an SDMX-JSON structure message", f"{type(error).__name__}: {error}") from error


def _english(code: Mapping[str, Any]) -> str:
    names = code.get("names") or {}
    return str(names.get("en") or code.get("name") or next(iter(names.values()), ""))


def _of_xml(text: bytes, scope: Mapping[str, str]) -> Iterator[Row]:
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnsafeXml(
            source=source_of(scope),
            expected="XML without a document type",
            got=type(error).__name__,
            todo="Do not open it; ask the source, and look at who answers its address.",
        ) from error
    except (ParseError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise changed(scope, "an SDMX-ML structure message", str(error)) from error
    for listed in root.iter():
        if _name(listed) == "Codelist":
            own = (listed.get("agencyID", ""), listed.get("id", ""), listed.get("version", ""))
            yield from ((*own, *_code(code)) for code in listed if _name(code) == "Code")


def _code(code: Element) -> tuple[str, str, str]:
    names = {name.get(_LANGUAGE, ""): name.text or "" for name in code if _name(name) == "Name"}
    parents = [part.get("id", "") for above in code if _name(above) == "Parent" for part in above]
    return code.get("id", ""), names.get("en") or next(iter(names.values()), ""), next(iter(parents), "")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
