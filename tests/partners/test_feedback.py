"""The way back: what became of a report is mailed once, with a workbook that comes back clean when it is mended."""

from __future__ import annotations

import io
import json
import re
import smtplib
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from upath import UPath

from include.errors import WarehouseError
from include.partner_feedback import notifications
from include.partners.columns import COLUMNS
from include.periods import clock_from
from include.reports.delivery.settings import MailSettings
from tests.partners.conftest import GOOD

SETTINGS = MailSettings()
NOW = clock_from("2026-10-15T09:00:00+02:00")
SLIPS: dict[str, object] = {"market_codes": ["XQ"], "mode_code": "Zoom", "participants_count": "4O"}

FACTS_OF = {"contract_code": "agoria-2022", "partner": "Agoria", "period": "2026-Q3", "template_version": "2026.2"}
SLIP = GOOD | {"market_codes": "XQ", "companies_count": 0, "smes_count": 0, "first_time_exporters_count": 0}
CSV_WITH_SLIP = "".join(
    ";".join(map(str, line)) + "\n"
    for line in (*FACTS_OF.items(), [c.name for c in COLUMNS], [SLIP.get(c.name, "") for c in COLUMNS])
).encode()
# Above what one report leaves behind, for fifty more of 100 companies each; 18 MB in November 2026.
MOST_MB = 60
JSON_WITH_SLIP = json.dumps(FACTS_OF | {"total": 1, "activities": [SLIP]}, default=str).encode()


class Post:
    """Stands where the mail server would be handed a message; keeps what it was handed."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def __call__(self, message: bytes, sender: str, recipient: str) -> None:
        mail = message_from_bytes(message, policy=default)
        assert isinstance(mail, EmailMessage)
        assert sender == SETTINGS.bounce_address
        assert mail["To"].addresses[0].addr_spec == recipient
        self.mails.append(mail)


def write_and_send(inbox: Any) -> list[EmailMessage]:
    post = Post()
    notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS)
    notifications.send_messages(inbox.reporter, post, SETTINGS)
    return post.mails


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def attachment_of(mail: EmailMessage) -> bytes:
    (part,) = mail.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return content


def test_a_report_is_answered_once_in_the_language_of_its_contact(inbox: Any) -> None:
    inbox.load(inbox.workbook())
    inbox.load(inbox.workbook(contract="bva-2022", language="en"), contract="bva-2022")
    mails = {str(mail["To"]): mail for mail in write_and_send(inbox)}
    assert set(mails) == {"Agoria <agoria@example.org>", "Belgian-Vietnamese Alliance <bva@example.org>"}
    dutch, english = mails.values()
    assert dutch["Subject"] == "Rapport 2026-Q3 van Agoria: alles is geladen"
    assert english["Subject"] == "Report 2026-Q3 of Belgian-Vietnamese Alliance: everything was loaded"
    assert "Geladen: 1 activiteiten, 2 bedrijven, 0 rijen opvolging." in text_of(dutch)
    assert (dutch["Content-Language"], english["Content-Language"]) == ("nl", "en")
    assert write_and_send(inbox) == []


@pytest.mark.parametrize(("valid_from", "name"), [("2026-10-15", "Agoria Plus"), ("2026-10-16", "Agoria")])
def test_a_partner_is_called_by_the_name_that_it_bears_on_the_day(
    inbox: Any, conn: psycopg.Connection, valid_from: str, name: str
) -> None:
    conn.execute(
        """insert into core.partner_name (partner_code, language_code, name, valid_from, valid_to, is_official, note,
            known_from, payload_id)
        select 'agoria', 'nl', 'Agoria Plus', %s, '9999-12-31', true, '', '2020-01-01', min(payload_id)
        from landing.payload""",
        (valid_from,),
    )
    inbox.load(inbox.workbook(SLIPS))
    (mail,) = write_and_send(inbox)
    assert str(mail["Subject"]).strip().startswith(f"Rapport 2026-Q3 van {name}: ")
    header = openpyxl.load_workbook(io.BytesIO(attachment_of(mail)))["Rapport"]
    assert name in {cell.value for row in header.iter_rows(max_row=12) for cell in row}


def test_the_first_three_errors_stand_in_the_body_with_value_and_fix(inbox: Any) -> None:
    more = {"activity_code": "A2", "title": "", "activity_type_code": "Seminaar"}
    inbox.load(inbox.workbook(SLIPS, more, companies=()))
    (mail,) = write_and_send(inbox)
    assert mail["Subject"] == "Rapport 2026-Q3 van Agoria: 5 fout(en), de andere rijen zijn geladen"
    text = text_of(mail).replace("\n", " ")
    assert "Niet geladen: 2 rijen." in text
    assert "'XQ': een doelmarkt is geen landcode. Schrijf landcodes van twee letters" in text
    assert text.count("Rapport, rij 15,") == 3
    assert "4. Rapport" not in text


def test_a_word_close_to_one_of_the_list_is_suggested(inbox: Any) -> None:
    inbox.load(inbox.workbook({"activity_type_code": "Seminaar"}))
    assert "Bedoelt u 'Seminarie'?" in text_of(write_and_send(inbox)[0]).replace("\n", " ")


def test_the_workbook_shows_each_error_on_a_sheet_a_cell_and_in_a_column(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS | {"start_date": date(2026, 6, 30)}, {"activity_code": "A2"}))
    book = openpyxl.load_workbook(io.BytesIO(attachment_of(write_and_send(inbox)[0])))
    check, report = book["Controle"], book["Rapport"]
    assert book.worksheets[0] is check
    assert "1 fout" not in str(check["A1"].value)
    cells = [row[0] for row in check.iter_rows(min_row=4, values_only=True) if row[0]]
    noted = {cell.coordinate for row in report.iter_rows() for cell in row if cell.comment}
    assert set(cells) == noted
    assert noted == {"G15", "H15", "J15", "K16"}, "three errors, and a warning on A2; a row not loaded gets no warning"
    title_row = next(row for row in report.iter_rows() if row[0].value == "Nummer")
    assert title_row[len(title_row) - 1].value == "Controle"
    last = report.cell(title_row[0].row + 1, len(title_row)).value
    assert last.count("\n") == 2
    assert "market_is_known" in last
    assert report["H15"].fill.fgColor.rgb == "FFF8C4C0"


def test_the_annotated_workbook_comes_back_as_it_was_and_clean_once_mended(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS, follow_ups=[inbox.FOLLOW_UP]), clock="2026-10-14T09:00:00+02:00")
    (mail,) = write_and_send(inbox)
    returned = attachment_of(mail)
    again = inbox.stage(returned, clock="2026-10-15T09:00:00+02:00")
    assert again == {"market_is_known", "mode_code_is_listed", "participants_count_is_number"}
    book = openpyxl.load_workbook(io.BytesIO(returned))
    sheet = book["Rapport"]
    titles = {cell.value: cell.column for cell in sheet[14]}
    for title, value in (("Doelmarkten (ISO)", "VN"), ("Vorm", "Ter plaatse"), ("Deelnemers", 40)):
        sheet.cell(15, titles[title]).value = value
    target = io.BytesIO()
    book.save(target)
    inbox.load(target.getvalue(), clock="2026-10-15T10:00:00+02:00")
    assert inbox.ask(
        "select version_number, rejected_row_count from core.partner_report where known_to = 'infinity'"
    ) == [(2, 0)]
    assert inbox.ask("select count(*) from core.partner_company where known_to = 'infinity'") == [(2,)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("text/csv", "in de plaats van dat bestand"), ("application/json", "in uw systeem")],
)
def test_who_hands_in_no_workbook_is_told_how_to_mend_it_all_the_same(inbox: Any, kind: str, said: str) -> None:
    content = CSV_WITH_SLIP if kind == "text/csv" else JSON_WITH_SLIP
    inbox.load(content, kind=kind, clock="2026-10-14T09:00:00+02:00")
    (mail,) = write_and_send(inbox)
    text = text_of(mail).replace("\n", " ")
    assert said in text
    assert "dien dat bestand in" not in text
    assert "'XQ': een doelmarkt is geen landcode" in text


def test_the_answer_to_a_csv_file_may_take_its_place(inbox: Any) -> None:
    inbox.load(CSV_WITH_SLIP, kind="text/csv", clock="2026-10-14T09:00:00+02:00")
    book = openpyxl.load_workbook(io.BytesIO(attachment_of(write_and_send(inbox)[0])))
    titles = {cell.value: cell.column for cell in book["Rapport"][14]}
    book["Rapport"].cell(15, titles["Doelmarkten (ISO)"]).value = "VN"
    target = io.BytesIO()
    book.save(target)
    inbox.load(target.getvalue(), kind="text/csv")
    assert inbox.ask(
        "select version_number, activity_count, rejected_row_count from core.partner_report where known_to = 'infinity'"
    ) == [(2, 1, 0)]


def test_a_partners_own_columns_come_back_with_their_values(inbox: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(inbox.workbook(SLIPS)))
    sheet = book["Rapport"]
    sheet.cell(14, sheet.max_column + 1).value = "Onze nota"
    sheet.cell(15, sheet.max_column).value = "=geheim & zo"
    sheet.cell(15, sheet.max_column).data_type = "s"
    target = io.BytesIO()
    book.save(target)
    inbox.load(target.getvalue())
    returned = openpyxl.load_workbook(io.BytesIO(attachment_of(write_and_send(inbox)[0])))["Rapport"]
    titles = [cell.value for cell in returned[14]]
    cell = returned.cell(15, titles.index("Onze nota") + 1)
    assert (cell.value, cell.data_type) == ("=geheim & zo", "s")
    assert "geheim" not in str(inbox.ask("select to_jsonb(t)::text from core.partner_activity as t"))


@pytest.mark.parametrize("start", ["=1+1", '=HYPERLINK("http://x")', "+32", "-x", "@SUM(A1)", "\t=1+1", "مؤتمر", "🚀"])
def test_no_formula_is_ever_written_back(inbox: Any, start: str) -> None:
    inbox.load(inbox.workbook(SLIPS | {"title": start, "activity_code": start, "place": start}, companies=()))
    mail = write_and_send(inbox)[0]
    book = openpyxl.load_workbook(io.BytesIO(attachment_of(mail)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert start.strip() in {cell.value for cell in cells}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html>Log in</html>", "webpagina"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "een oud .xls-bestand"),
        (b"PK\x03\x04", "Excel-werkmap"),
    ],
)
def test_what_cannot_be_read_is_answered_with_why_and_a_fresh_workbook(inbox: Any, body: bytes, said: str) -> None:
    inbox.load(body)
    (mail,) = write_and_send(inbox)
    assert mail["Subject"] == "Rapport 2026-Q3 van Agoria kon niet geladen worden"
    text = text_of(mail).replace("\n", " ")
    assert said in text
    assert "wat eerder geladen was, blijft staan" in text
    assert openpyxl.load_workbook(io.BytesIO(attachment_of(mail)))["Rapport"]["D2"].value == "agoria-2022"


def test_a_missing_column_is_named_to_the_partner(inbox: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(inbox.workbook()))
    book["Rapport"].cell(14, 4).value = "Iets anders"
    target = io.BytesIO()
    book.save(target)
    inbox.load(target.getvalue())
    assert "'Titel' / 'Title'" in text_of(write_and_send(inbox)[0]).replace("\n", " ")


def test_the_annotated_file_of_another_partner_is_refused_and_loads_nothing(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS, contract="voka-2022"), contract="voka-2022")
    voka = attachment_of(write_and_send(inbox)[0])
    inbox.load(voka, contract="agoria-2022")
    (mail,) = write_and_send(inbox)
    assert "een ander contract" in text_of(mail)
    assert "voka" not in text_of(mail).lower(), "a partner hears nothing of another"
    book = openpyxl.load_workbook(io.BytesIO(attachment_of(mail)))
    assert "Voka" not in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def test_reports_of_long_ago_are_loaded_without_a_mail(inbox: Any) -> None:
    inbox.load(inbox.workbook(), clock="2026-07-01T09:00:00+02:00")
    assert write_and_send(inbox) == []


@pytest.mark.parametrize(("earlier", "answers"), [(None, 0), ("2026-10-14T09:00:00+02:00", 1)])
def test_a_file_saved_long_ago_is_answered_when_it_was_not_there_the_day_before(
    inbox: Any, conn: psycopg.Connection, earlier: str | None, answers: int
) -> None:
    inbox.load(inbox.workbook())
    conn.execute("update landing.payload set released_at = '2026-03-01' where source_code = 'partner_activity'")
    for clock in filter(None, (earlier, inbox.CLOCK)):
        conn.execute(
            """insert into ops.request (source_code, scope, clock, outcome, known_from)
            select source_code, scope, %s, 'absent', %s from landing.payload where source_code = 'partner_activity'""",
            (clock, clock),
        )
    assert len(write_and_send(inbox)) == answers


def test_an_answer_that_cannot_be_written_stops_no_other(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS))
    inbox.load(inbox.workbook(SLIPS, contract="voka-2022"), contract="voka-2022")
    ((location,),) = inbox.ask("select location from landing.payload where scope ->> 'contract_code' = 'agoria-2022'")
    file = UPath(inbox.root) / location
    kept = file.read_bytes()
    file.unlink()
    file.mkdir()
    with pytest.raises(WarehouseError, match=r"none to agoria-2022 2026-Q3"):
        notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS)
    told = "select contract_code from ops.partner_letter order by 1"
    assert inbox.ask(told) == [("voka-2022",)]
    file.rmdir()
    file.write_bytes(kept)
    assert notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS) == 1
    assert inbox.ask(told) == [("agoria-2022",), ("voka-2022",)]


def test_the_workbook_is_kept_until_it_is_sent_and_no_longer(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS))
    notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS)
    kept = "select count(*), count(attachment) from ops.partner_letter"

    def busy(*_: object) -> None:
        raise smtplib.SMTPResponseException(451, "later")

    assert notifications.send_messages(inbox.reporter, busy, SETTINGS).counts == {"deferred": 1}
    assert inbox.ask(kept) == [(1, 1)]
    with psycopg.connect(inbox.dsn) as conn:
        conn.execute("update ops.outbox set next_attempt_at = clock_timestamp()")
    assert notifications.send_messages(inbox.reporter, Post(), SETTINGS).counts == {"sent": 1}
    assert inbox.ask(kept) == [(1, 0)]


def test_a_letter_is_the_same_mail_however_often_it_is_made(inbox: Any) -> None:
    inbox.load(inbox.workbook(SLIPS))
    notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS)
    from psycopg.rows import dict_row

    with psycopg.connect(inbox.dsn, row_factory=dict_row) as conn:
        row = conn.execute("select * from ops.outbox").fetchone()
        assert row is not None
        first, second = (notifications.build_partner_mail(conn, row, SETTINGS) for _ in range(2))
    assert first == second


DAYS = [
    ("2026-09-30", []),
    ("2026-10-01", ["before"]),
    ("2026-10-14", ["before"]),
    ("2026-10-15", ["due"]),
    ("2026-10-28", ["due"]),
    ("2026-10-29", ["after"]),
    ("2026-11-26", ["after"]),
    ("2026-11-27", []),
]


@pytest.mark.parametrize(("day", "wanted"), DAYS)
def test_a_missing_report_is_asked_for_before_on_and_after_its_due_date(
    inbox: Any, day: str, wanted: list[str]
) -> None:
    notifications.write_reminders(inbox.reporter, clock_from(f"{day}T09:00:00+02:00"), SETTINGS)
    told = inbox.ask("select contract_code, split_part(letter_code, ' ', 4) from ops.partner_letter order by 1")
    assert told == [(f"{code}-2022", moment) for code in ("agoria", "bva", "voka") for moment in wanted]


def test_each_reminder_goes_out_once_and_none_for_a_report_that_is_in(inbox: Any) -> None:
    inbox.load(inbox.workbook(), clock="2026-10-02T09:00:00+02:00")
    counts = []
    for day in ("2026-10-01", "2026-10-02", "2026-10-15", "2026-10-15", "2026-10-16", "2026-10-29", "2026-11-05"):
        counts.append(notifications.write_reminders(inbox.reporter, clock_from(f"{day}T09:00:00+02:00"), SETTINGS))
    assert counts == [2, 0, 2, 0, 0, 2, 0]
    post = Post()
    notifications.send_messages(inbox.reporter, post, SETTINGS)
    notifications.send_messages(inbox.reporter, post, SETTINGS)
    assert len(post.mails) == 6
    assert {str(mail["To"]) for mail in post.mails} == {
        "Voka <voka@example.org>",
        "Belgian-Vietnamese Alliance <bva@example.org>",
    }


def test_fifty_reports_at_once_are_loaded_and_answered_in_bounded_memory(inbox: Any) -> None:
    contracts, quarters = ("agoria-2022", "bva-2022", "voka-2022"), (1, 2, 3, 4)
    asked = [
        (contract, f"{year}-Q{quarter}") for year in range(2022, 2027) for quarter in quarters for contract in contracts
    ]
    listed = [inbox.COMPANIES[0] | {"company_number": f"0{n}{97 - n % 97:02d}"} for n in range(4_000_000, 4_000_100)]
    planned = {"status_code": "planned", "companies_count": 100, "participants_count": 100}

    def body(number: int, contract: str, period: str) -> bytes:
        if number == 7:
            return b"PK\x03\x04 no workbook"
        return inbox.workbook(planned, contract=contract, period=period, companies=listed)

    batches = [
        inbox.hand_in(body(number, contract, period), contract=contract, period=period)
        for number, (contract, period) in enumerate(asked[:51])
    ]
    assert through(inbox, batches[:1]) == 1, "what is imported for the first is not the cost of the others"
    before = resident_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    assert through(inbox, batches[1:]) == 50
    states = inbox.ask("select state, count(*) from ops.batch group by 1 order by 1")
    assert states == [("loaded", 50), ("quarantined", 1)]
    assert inbox.ask("select count(*), sum(company_row_count) from core.partner_report") == [(50, 5000)]
    rise = resident_mb("VmHWM") - before
    assert rise < MOST_MB, f"{rise} MB"


def through(inbox: Any, batches: list[int]) -> int:
    """Stage, check, merge and answer, as one run does; returns the number of answers."""
    from include.pipeline import load_steps

    load_steps.merge(inbox.dsn, load_steps.check(inbox.dsn, load_steps.stage(inbox.dsn, inbox.root, batches)))
    return notifications.write_answers(inbox.reporter, inbox.root, NOW, SETTINGS)


def resident_mb(which: str) -> int:
    found = re.search(rf"{which}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) // 1024
