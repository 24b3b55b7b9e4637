"""One cell: Belgian and English ways of writing a number or a date come out alike, the unreadable stays as it stood."""

from datetime import datetime, time

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from include.partners.cells import normalise
from include.partners.columns import COLUMNS

BY_KIND = {column.kind: column for column in COLUMNS if column.kind != "code"}
TYPE = next(column for column in COLUMNS if column.name == "activity_type_code")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (4250, "4250"),
        (4250.0, "4250"),
        (4250.5, "4250.5"),
        (0.1 + 0.2, "0.3"),
        (-12, "-12"),
        (1e15, "1000000000000000"),
        ("4250", "4250"),
        ("4.250,00", "4250.00"),
        ("4,250.00", "4250.00"),
        ("4.250", "4250"),
        ("4,250", "4250"),
        ("1.234.567,8", "1234567.8"),
        ("1,234,567.89", "1234567.89"),
        ("4 250,00", "4250.00"),
        ("4\u202f250,00", "4250.00"),
        ("4\xa0250", "4250"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("€ 4.250,00", "4250.00"),
        ("4250 EUR", "4250"),
        ("4.250,-", "4250"),
        ("007", "7"),
        ("", ""),
        (None, ""),
    ],
)
def test_an_amount_is_read_in_belgian_and_english_style(written: object, read: str) -> None:
    assert normalise(written, BY_KIND["amount"], WINDOWS_EPOCH) == read


@pytest.mark.parametrize(
    "text",
    [
        "veel",
        "4.250.00",
        "4,250,00",
        "0.250",
        "1.2345",
        "12.34,5",
        "$ 4250",
        "4250 + 10",
        "=1+1",
        "+32",
        "1e3",
        "€",
        "-",
        "1O",
    ],
)
def test_an_amount_that_cannot_be_read_stays_as_it_stood(text: str) -> None:
    assert normalise(text, BY_KIND["amount"], WINDOWS_EPOCH) == text


@pytest.mark.parametrize(
    ("written", "read"), [(40, "40"), ("1.250", "1250"), ("40 firms", "40 firms"), ("€ 40", "€ 40"), (True, "true")]
)
def test_a_count_knows_no_currency(written: object, read: str) -> None:
    assert normalise(written, BY_KIND["count"], WINDOWS_EPOCH) == read


@pytest.mark.parametrize(
    "written",
    [
        datetime(2026, 10, 15),
        datetime(2026, 10, 15, 14, 30),
        46310,
        46310.0,
        "2026-10-15",
        "15/10/2026",
        "15-10-2026",
        "15.10.2026",
        "10/15/2026",
        "15 oktober 2026",
        "15 October 2026",
        "15 okt. 2026",
        "15th Oct 2026",
        "October 15, 2026",
        " 15   OKTOBER 2026 ",
    ],
)
def test_a_date_is_read_however_it_is_written(written: object) -> None:
    assert normalise(written, BY_KIND["date"], WINDOWS_EPOCH) == "2026-10-15"


def test_a_day_count_of_an_old_mac_starts_in_1904() -> None:
    assert normalise(46310 - 1462, BY_KIND["date"], MAC_EPOCH) == "2026-10-15"


@pytest.mark.parametrize(
    "text", ["03/04/2026", "31/02/2026", "15/10/26", "oktober 2026", "Q3", "15 brumaire 2026", "15/15/2026", "=TODAY()"]
)
def test_a_date_that_is_ambiguous_or_none_stays_as_it_stood(text: str) -> None:
    assert normalise(text, BY_KIND["date"], WINDOWS_EPOCH) == text


@pytest.mark.parametrize(
    ("number", "text"), [(2026, "2026"), (20261015, "20261015"), (0.5, "0.5"), (-3, "-3"), (60, "60")]
)
def test_a_number_far_from_our_years_is_no_date(number: float, text: str) -> None:
    assert normalise(number, BY_KIND["date"], WINDOWS_EPOCH) == text


def test_the_same_day_and_month_is_not_ambiguous() -> None:
    assert normalise("04/04/2026", BY_KIND["date"], WINDOWS_EPOCH) == "2026-04-04"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("CN, vn", "CN;VN"),
        ("cn;VN / in", "CN;VN;IN"),
        ("CN\nVN", "CN;VN"),
        ("CN,CN,", "CN"),
        (None, ""),
        ("China", "CHINA"),
    ],
)
def test_markets_become_one_list_of_codes(written: object, read: str) -> None:
    assert normalise(written, BY_KIND["markets"], WINDOWS_EPOCH) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=1+1", "=1+1"),
        ("+32", "+32"),
        ("@x", "@x"),
        ("\tlijn één\r\n lijn twee ", "lijn één lijn twee"),
        ("\\.", "\\."),
        ("مؤتمر 🚀 דו", "مؤتمر 🚀 דו"),
        (7, "7"),
        (7.0, "7"),
        (datetime(2026, 1, 1), "2026-01-01"),
        (time(9, 30), "09:30:00"),
        (float("inf"), "inf"),
    ],
)
def test_text_stays_text_on_one_line(written: object, read: str) -> None:
    assert normalise(written, BY_KIND["text"], WINDOWS_EPOCH) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("Buitenlandse missie", "outward_mission"), ("OUTWARD  mission", "outward_mission"), ("Feest", "Feest")],
)
def test_a_word_of_a_closed_list_becomes_its_code(written: str, read: str) -> None:
    assert normalise(written, TYPE, WINDOWS_EPOCH) == read
