"""What is kept about people: said in every table's comment, kept from those who need it not, and deleted in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from include import landing
from include.periods import clock_from
from include.warehouse import retention
from include.warehouse.roles import LOADER

RULES = Path(__file__).parents[2] / "sql" / "retention"
CLOCK = datetime(2030, 6, 1, tzinfo=UTC)


def test_every_table_says_what_it_holds_about_people(conn: psycopg.Connection) -> None:
    silent = conn.execute(
        """select c.oid::regclass::text from pg_class as c
        where c.relnamespace::regnamespace::text in ('core', 'landing', 'ops') and c.relkind in ('r', 'p')
            and obj_description(c.oid, 'pg_class') !~ 'About people: ?.{4}'"""
    ).fetchall()
    assert silent == []


def test_only_contacts_recipients_and_envelopes_hold_an_address(conn: psycopg.Connection) -> None:
    found = conn.execute(
        """select attrelid::regclass::text from pg_attribute join pg_class on oid = attrelid
        where relkind in ('r', 'p', 'v') and attnum > 0 and attname ~ 'mail|address|phone|birth|first_name|last_name'
            and relnamespace::regnamespace::text in ('asof', 'core', 'landing', 'ops', 'mart', 'staging')"""
    ).fetchall()
    tables = {"core.partner_contact", "core.recipient", "ops.outbox"}
    assert {name for (name,) in found} == tables | {"asof.partner_contact", "asof.recipient"}


def test_no_column_holds_an_enterprise_number_but_as_a_hash(conn: psycopg.Connection, given) -> None:
    found = conn.execute(
        """select attname from pg_attribute join pg_class on oid = attrelid
        where relkind in ('r', 'p', 'v') and attnum > 0 and attname ~ 'enterprise|company_(number|code|id)|vat'
            and relnamespace::regnamespace::text in ('asof', 'core', 'landing', 'ops', 'mart')"""
    ).fetchall()
    assert found == []
    company = {"contract_code": "voka-2022", "report_period": "2026-Q3", "activity_code": "1"}
    given.row("partner_company", company_hash="a" * 64, **company)
    for number in ("0403227515", "0403.227.515", "BE0403227515"):
        with pytest.raises(psycopg.errors.CheckViolation):
            given.row("partner_company", company_hash=number, **company)


def test_an_analyst_sees_no_address(conn: psycopg.Connection) -> None:
    conn.execute("set role analyst")
    for table in ("core.partner_contact", "core.recipient", "asof.partner_contact", "asof.recipient", "ops.outbox",
                  "ops.report_artifact"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"select * from {table}".encode())


def test_no_mart_reads_a_table_of_addresses_but_to_see_that_there_is_a_contact(conn: psycopg.Connection) -> None:
    found = conn.execute(
        """select distinct r.ev_class::regclass::text, d.refobjid::regclass::text
        from pg_depend as d join pg_rewrite as r on r.oid = d.objid
        where d.classid = 'pg_rewrite'::regclass and d.refobjsubid > 0
            and d.refobjid::regclass::text in (
                'core.partner_contact', 'core.recipient', 'asof.partner_contact', 'asof.recipient', 'ops.outbox')
            and r.ev_class::regclass::text not in ('asof.partner_contact', 'asof.recipient')
            and (select attname from pg_attribute where attrelid = d.refobjid and attnum = d.refobjsubid)
                in ('name', 'email')"""
    ).fetchall()
    assert found == []


def test_every_rule_of_the_reference_has_its_statement(conn, loader) -> None:
    loader("reference_retention_rule", "2026-01-10T09:00:00+01:00")
    rules = {code for (code,) in conn.execute("select rule_code from core.retention_rule")}
    assert rules == {path.stem for path in RULES.glob("*.sql")}


@pytest.fixture
def retire(as_role, tmp_path):
    """What housekeeping does at night, as the role that it does it as."""
    return lambda: retention.delete_expired(as_role(LOADER), tmp_path.as_uri(), CLOCK)


@pytest.fixture
def rule(given):
    def write(code: str, days: int) -> None:
        given.row("retention_rule", rule_code=code, keep_days=days, what="what", why="why")

    return write


def contact(given, code: str, **other: str) -> None:
    given.row("partner_contact", contract_code=code, contact_code="reports", name="n", email=f"{code}@example.org",
              language_code="nl", is_active=True, **other)  # fmt: skip


def test_a_contact_goes_two_years_after_it_left_the_list_or_its_contract_ended(given, rule, retire) -> None:
    rule("partner_contact", 730)
    given.contract("ended", start_date="2022-01-01", end_date="2028-05-31")
    given.contract("recent", start_date="2022-01-01", end_date="2028-06-02")
    for code in ("ended-2022", "recent-2022"):
        contact(given, code)
    contact(given, "left-2022", known_to="2028-05-31")
    contact(given, "stays-2022", known_to="2028-06-02 12:00+00")
    assert retire() == {"partner_contact": 2}
    left = given.conn.execute("select contract_code from core.partner_contact order by 1").fetchall()
    assert left == [("recent-2022",), ("stays-2022",)]
    assert retire() == {"partner_contact": 0}


@pytest.fixture
def payload(given, tmp_path):
    """A payload with bytes in landing; returns its id and the place of its bytes."""

    def keep(source_code: str, fetched_at: datetime, content: bytes) -> tuple[int, Path]:
        kept = landing.store(tmp_path.as_uri(), source_code, [content], 1000)
        payload_id = given.payload(source_code, {"at": fetched_at.isoformat()})
        given.conn.execute(
            "update landing.payload set fetched_at = %s, location = %s where payload_id = %s",
            (fetched_at, kept.location, payload_id),
        )
        return payload_id, tmp_path / kept.location

    return keep


def deleted(given) -> set[int]:
    found = given.conn.execute("select payload_id from landing.payload where deleted_at is not null")
    return {payload_id for (payload_id,) in found}


def test_bytes_of_partner_reports_go_after_their_years_and_their_rows_stay(given, rule, payload, retire) -> None:
    rule("partner_payload", 100)
    old, old_file = payload("partner_activity", CLOCK - timedelta(days=101), b"old report")
    _, new_file = payload("partner_activity", CLOCK - timedelta(days=99), b"new report")
    _, other_file = payload("nbb_goods_trade", CLOCK - timedelta(days=900), b"statistics")
    given.report("voka", "2026-Q3")
    assert retire() == {"partner_payload": 1}
    assert deleted(given) == {old}
    assert [file.exists() for file in (old_file, new_file, other_file)] == [False, True, True]
    assert given.conn.execute("select count(*) from core.partner_report").fetchone() == (1,)


def test_bytes_that_another_payload_still_needs_stay(given, rule, payload, retire) -> None:
    rule("partner_payload", 100)
    old, file = payload("partner_activity", CLOCK - timedelta(days=101), b"same bytes")
    payload("partner_activity", CLOCK - timedelta(days=1), b"same bytes")
    assert retire() == {"partner_payload": 1}
    assert (deleted(given), file.exists()) == ({old}, True)


def test_an_old_list_of_contacts_goes_but_never_the_newest(given, rule, payload, retire) -> None:
    rule("contact_payload", 100)
    first, first_file = payload("reference_partner_contact", CLOCK - timedelta(days=300), b"first list")
    _, last_file = payload("reference_partner_contact", CLOCK - timedelta(days=200), b"last list")
    retire()
    assert (deleted(given), first_file.exists(), last_file.exists()) == ({first}, False, True)


def test_a_rule_that_was_killed_half_way_is_finished_the_next_night(given, rule, payload, retire) -> None:
    rule("partner_payload", 100)
    old, file = payload("partner_activity", CLOCK - timedelta(days=101), b"old report")
    file.unlink()
    assert retire() == {"partner_payload": 1}
    assert deleted(given) == {old}


def test_rejected_rows_of_partners_go_and_those_of_statistics_stay(given, rule, retire) -> None:
    rule("rejected_row", 100)
    for source, days in (("partner_activity", 101), ("partner_activity", 99), ("nbb_goods_trade", 900)):
        batch = given.batch(source, (CLOCK - timedelta(days=days)).isoformat(), n=str(days))
        given.conn.execute(
            """insert into ops.rejected_row (batch_id, row_id, reason_code, column_name, value, reason, fix, raw)
            values (%s, 1, 'r', 'c', 'v', 'because', 'so', '{}')""",
            (batch,),
        )
    assert retire() == {"rejected_row": 1}
    assert given.conn.execute("select count(*) from ops.rejected_row").fetchone() == (2,)


@pytest.mark.parametrize(("clock", "is_kept"), [("2028-12-30", True), ("2029-01-02", False)])
def test_a_list_that_still_names_a_contact_of_long_ago_does_not_bring_it_back(
    loader, conn, clock: str, is_kept: bool
) -> None:
    for table in ("contract", "retention_rule"):
        loader(f"reference_{table}", "2026-01-10T09:00:00+01:00")
    assert conn.execute("select max(end_date)::text from core.contract").fetchone() == ("2026-12-31",)
    loader("reference_partner_contact", f"{clock}T09:00:00+01:00")
    assert (conn.execute("select count(*) from core.partner_contact").fetchone() > (0,)) is is_kept


def test_a_letter_goes_two_years_after_its_run_with_its_envelopes(given, rule, retire) -> None:
    rule("partner_letter", 730)
    for code, days in (("old", 731), ("new", 729)):
        given.conn.execute(
            """with letter as (
                insert into ops.partner_letter (letter_code, letter_kind_code, contract_code, period, language_code,
                    subject, plain_text, clock) values (%(code)s, 'answer', 'voka-2022', '2026-Q3', 'nl', 's', 't',
                    %(clock)s) returning letter_id)
            insert into ops.outbox (letter_id, recipient_code, email, name, audience_code, language_code, message_id)
            select letter_id, 'reports', 'voka@example.org', 'Voka', 'partner', 'nl', %(code)s from letter""",
            {"code": code, "clock": CLOCK - timedelta(days=days)},
        )
    assert retire() == {"partner_letter": 1}
    assert given.conn.execute("select letter_code from ops.partner_letter").fetchall() == [("new",)]
    assert given.conn.execute("select message_id from ops.outbox").fetchall() == [("new",)]
    assert retire() == {"partner_letter": 0}


def test_an_envelope_of_a_report_goes_three_years_after_it_and_the_report_stays(given, rule, retire) -> None:
    rule("report_envelope", 1095)
    for code, days in (("old", 1096), ("new", 1094)):
        given.conn.execute(
            """with run as (
                insert into ops.report_run (report_code, period, as_of) values (%(code)s, '2026-Q3', %(as_of)s)
                returning report_run_id)
            insert into ops.outbox (report_run_id, recipient_code, email, name, audience_code, language_code,
                message_id)
            select report_run_id, 'one', 'one@example.org', 'One', 'management', 'nl', %(code)s from run""",
            {"code": code, "as_of": CLOCK - timedelta(days=days)},
        )
    assert retire() == {"report_envelope": 1}
    assert given.conn.execute("select message_id from ops.outbox").fetchall() == [("new",)]
    assert given.conn.execute("select count(*) from ops.report_run").fetchone() == (2,)


def test_a_recipient_goes_three_years_after_it_left_the_list(given, rule, retire) -> None:
    rule("recipient", 1095)
    for code, known_to in (("left", "2027-05-31"), ("recent", "2027-06-05"), ("stays", "infinity")):
        given.row("recipient", known_to=known_to, recipient_code=code, name="n", email=f"{code}@example.org",
                  language_code="nl", audience_code="management", is_active=True)  # fmt: skip
    assert retire() == {"recipient": 1}
    left = given.conn.execute("select recipient_code from core.recipient order by 1").fetchall()
    assert left == [("recent",), ("stays",)]


def test_who_retires_letters_and_envelopes_reads_none_of_them(as_role) -> None:
    for column in ("ops.outbox (email)", "ops.outbox (name)", "ops.outbox (message_id)", "ops.partner_letter (subject)",
                   "ops.partner_letter (plain_text)", "ops.partner_letter (attachment)"):  # fmt: skip
        table, name = column.removesuffix(")").split(" (")
        with psycopg.connect(as_role(LOADER)) as loader, pytest.raises(psycopg.errors.InsufficientPrivilege):
            loader.execute(f"select {name} from {table}")


def test_nothing_of_the_sample_world_is_old_enough_on_its_own_day(loader) -> None:
    """Every rule of the reference, by the role that the DAG runs it as."""
    loader("reference_retention_rule", "2026-01-10T09:00:00+01:00")
    loader("reference_partner_contact", "2026-01-10T09:00:00+01:00")
    told = retention.delete_expired(loader.loader_dsn, loader.root, clock_from("2026-10-15T09:00:00+02:00"))
    assert told == {path.stem: 0 for path in RULES.glob("*.sql")}
