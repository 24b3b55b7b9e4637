"""Structure messages, SDMX-JSON and SDMX-ML, as CSV blocks of their code lists.

Columns: AGENCY, CODELIST, VERSION, CODE, NAME, PARENT; names in English where there are several. The messages also say
when the data changed last, which probes look for.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from include.errors import NoResults, PayloadTooLarge, UnsafeXml
from include.sdmx.documents import layout_changed, read_json, read_text, source_code, write_csv

HEADER = ("AGENCY", "CODELIST", "VERSION", "CODE", "NAME", "PARENT")
# Patterns for a Probe: NBB's availability constraint is made anew with every load; Eurostat annotates its updates.
NBB_CHANGED = r'"validFrom"\s*:\s*"([^"]+)"'
EUROSTAT_CHANGED = r"<c:AnnotationTitle>([^<]*)</c:AnnotationTitle>\s*<c:AnnotationType>UPDATE_(?:DATA|STRUCTURE)<"
# The 20,000 products of NBB's code list, with names in four languages, stay below this.
MAX_STRUCTURE_BYTES = 16 << 20
# An element takes some 300 bytes of memory, however short its text; that list has 250,000 tags.
MAX_STRUCTURE_MARKS = 400_000
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
Row = tuple[str, str, str, str, str, str]


def code_list_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read the codes of every code list in a structure message as CSV blocks, header first.

    Raises:
        NoResults: a message without a code.
        UnsafeXml: XML that declares a document type or entities.
        LayoutChanged: neither kind of structure message.
        PayloadTooLarge: see documents.read_text().
    """
    text = read_text(payload, scope, MAX_STRUCTURE_BYTES)
    is_xml = text.lstrip().startswith(b"<")
    _refuse_many(text, b"<" if is_xml else b"{[,", scope)
    rows = list(_of_xml(text, scope) if is_xml else _of_json(text, scope))
    if not rows:
        raise NoResults(
            source=source_code(scope),
            expected="at least one code list with a code",
            got="a structure message without one",
            todo="Ask with references=all, or references=codelist; compare the dataflow's name with the source's list.",
        )
    yield from write_csv(HEADER, rows)


def _refuse_many(text: bytes, marks: bytes, scope: Mapping[str, str]) -> None:
    """Refuse a message of many elements before each becomes an object."""
    count = sum(text.count(mark) for mark in marks)
    if count > MAX_STRUCTURE_MARKS:
        raise PayloadTooLarge(
            source=source_code(scope),
            expected=f"a structure message of at most {MAX_STRUCTURE_MARKS:,} elements",
            got=f"{count:,}",
            todo="Ask for one code list, not for all that a dataflow refers to.",
        )


def _of_json(text: bytes, scope: Mapping[str, str]) -> Iterator[Row]:
    message = read_json(io.BytesIO(text), scope, MAX_STRUCTURE_BYTES)
    try:
        data = message.get("data") or message
        for listed in data.get("codelists") or data.get("codeLists") or []:
            own = (str(listed["agencyID"]), str(listed["id"]), str(listed["version"]))
            for code in listed.get("codes") or []:
                yield (*own, str(code["id"]), _english(code), str(code.get("parent") or ""))
    except (KeyError, TypeError, AttributeError) as error:
        raise layout_changed(scope, "an SDMX-JSON structure message", f"{type(error).__name__}: {error}") from error


def _english(code: Mapping[str, Any]) -> str:
    names = code.get("names") or {}
    return str(names.get("en") or code.get("name") or next(iter(names.values()), ""))


def _of_xml(text: bytes, scope: Mapping[str, str]) -> Iterator[Row]:
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnsafeXml(
            source=source_code(scope),
            expected="XML without a document type",
            got=type(error).__name__,
            todo="Do not open it; ask the source, and look at who answers its address.",
        ) from error
    except (ParseError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise layout_changed(scope, "an SDMX-ML structure message", str(error)) from error
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
