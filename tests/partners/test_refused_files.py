"""A file that is refused before any of it is read still gives a letter, in the partner's language, with what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.extract import extraction
from include.partner_feedback import notifications
from include.partners import archive
from include.periods import clock_from
from include.register import source_of
from include.sources.source import Endpoint
from tests.partners.test_bad_workbooks import OLE, repacked
from tests.partners.test_feedback import NOW, SETTINGS, attachment_of, text_of, write_and_send
from tests.partners.test_feeds import TOKEN, http_server

FILES: dict[str, tuple[bytes, tuple[str, str], tuple[str, str]]] = {
    "too large": (
        b"PK" + bytes(archive.MAX_BYTES),
        ("te groot voor een rapport", "too large for a report"),
        ("Kopieer de rijen naar de werkmap in bijlage", "Copy the rows to the attached workbook"),
    ),
    "zip bomb": (
        repacked({"xl/media/a.xml": bytes(60_000_000)}),
        ("te groot voor een rapport", "too large for a report"),
        ("Kopieer de rijen naar de werkmap in bijlage", "Copy the rows to the attached workbook"),
    ),
    "password": (
        OLE + bytes(2_000) + "EncryptedPackage".encode("utf-16-le"),
        ("een werkmap met een wachtwoord", "a workbook with a password"),
        ("zonder wachtwoord en zonder macro's", "without a password and without macros"),
    ),
    "old format": (
        OLE + bytes(600),
        ("een oud .xls-bestand onder een andere naam", "an old .xls file under another name"),
        ("Bewaar het als 'Excel-werkmap (.xlsx)'", "Save it as 'Excel workbook (.xlsx)'"),
    ),
    "macros": (
        repacked({"xl/vbaProject.bin": b"x"}),
        ("een werkmap met macro's", "a workbook with macros"),
        ("zonder wachtwoord en zonder macro's", "without a password and without macros"),
    ),
}


@pytest.mark.parametrize(("content", "seen", "todo"), FILES.values(), ids=FILES)
def test_it_is_told_in_both_languages_what_came_and_what_to_do(
    inbox: Any, content: bytes, seen: tuple[str, str], todo: tuple[str, str]
) -> None:
    inbox.load(content)
    inbox.load(content + b"\n", contract="bva-2022")
    mails = write_and_send(inbox)
    assert [mail["Content-Language"] for mail in mails] == ["nl", "en"]
    for mail, what, advice in zip(mails, seen, todo, strict=True):
        text = text_of(mail).replace("\n", " ")
        assert what in text
        assert advice in text
        assert attachment_of(mail).startswith(b"PK")
    assert inbox.ask("select state, count(*) from ops.outbox group by state") == [("sent", 2)]


def test_what_was_too_large_even_to_keep_is_answered_once(inbox: Any) -> None:
    source = replace(source_of("partner_activity"), max_bytes=1_000)
    given = {
        "contract_code": "agoria-2022", "feed_path": "agoria", "start_date": "2026-07-01", "end_date": "2026-12-31",
    }  # fmt: skip
    with http_server(lambda *_: (200, b"PK" + bytes(5_000)), media_type=source.media_types[0]) as host:
        endpoint = Endpoint(host=host, headers={"Authorization": f"Bearer {TOKEN}"})
        for clock in (NOW, clock_from("2026-10-16T09:00:00+02:00")):
            assert extraction.extract(inbox.dsn, inbox.root, source, endpoint, clock, given, "test") == []
    assert inbox.ask("select count(*) from landing.payload where source_code = 'partner_activity'") == [(0,)]
    (mail,) = write_and_send(inbox)
    assert mail["Subject"] == "Rapport 2026-Q3 van Agoria kon niet geladen worden"
    assert "te groot voor een rapport" in text_of(mail)
    assert attachment_of(mail).startswith(b"PK")
    notifications.write_answers(inbox.dsn, inbox.root, clock_from("2026-10-16T09:00:00+02:00"), SETTINGS)
    assert inbox.ask("select count(*) from ops.partner_letter") == [(1,)]
