"""Embargoes, release times and revisions: what is shown when."""

from __future__ import annotations

EMBARGO = "2026-10-20 12:00+02"


def seen(given, moment: str, mart: str = "mart.observation") -> list[tuple[object, ...]]:
    given.as_of(moment)
    return given.conn.execute(f"select value from {mart} order by 1").fetchall()


def test_an_embargoed_value_is_loaded_and_invisible_until_its_embargo_ends(given) -> None:
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 5, embargo_until=EMBARGO)
    assert seen(given, "2026-10-20 11:59:59+02") == []
    assert seen(given, EMBARGO) == [(5,)]
    assert given.conn.execute("select count(*) from core.observation").fetchone() == (1,)


def test_no_mart_shows_an_embargoed_value(given) -> None:
    given.reference("country", "product_domain", "core_domain", "kpi", "objective")
    given.trade("DE", "2026-01", 98765, embargo_until=EMBARGO)
    marts = given.conn.execute(
        "select relname from pg_class where relnamespace = 'mart'::regnamespace and relkind = 'v'"
    ).fetchall()
    given.as_of("2026-10-15")
    shown = [
        name for (name,) in marts
        if given.conn.execute(f"select 1 from mart.{name} as m where m::text ~ '(^|[,(])98765([,)]|$)'").fetchone()
    ]  # fmt: skip
    assert shown == []
    given.as_of(EMBARGO)
    assert given.conn.execute("select value_eur from mart.goods_trade").fetchall() == [(98765,)]


def test_an_embargo_that_ends_later_does_not_bring_back_the_earlier_value(given) -> None:
    """The source replaced the value; until the new one is free, nothing is known to be right."""
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 4, known_to="2026-10-01")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 5, known_from="2026-10-01", embargo_until=EMBARGO)
    assert seen(given, "2026-09-30") == [(4,)]
    assert seen(given, "2026-10-15") == []


def test_a_status_that_changes_alone_is_no_revision_and_a_value_that_changes_under_one_status_is(given) -> None:
    given._series("FIT:FDI_ANNUAL", "jobs.A", "A", "_Z", "FIT_ANNOUNCED", INDICATOR="jobs", FREQ="A")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2020", 1, known_to="2026-01-01", status_code="P")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2020", 1, known_from="2026-01-01", status_code="A")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 1, known_to="2026-01-01", status_code="A")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 2, known_from="2026-01-01", status_code="A")
    given.as_of("2026-02-01")
    assert given.conn.execute("select period, first_value, latest_value from mart.revision").fetchall() == [
        ("2021", 1, 2)
    ]


def test_a_value_that_goes_missing_and_comes_back_changed_is_a_revision(given) -> None:
    given._series("FIT:FDI_ANNUAL", "jobs.A", "A", "_Z", "FIT_ANNOUNCED", INDICATOR="jobs", FREQ="A")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 1, known_to="2026-01-01")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", None, known_from="2026-01-01", known_to="2026-02-01")
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 2, known_from="2026-02-01")
    given.as_of("2026-03-01")
    assert given.conn.execute("select version_count, latest_value from mart.revision").fetchall() == [(3, 2)]


def test_the_sources_own_release_time_stands_beside_ours(given) -> None:
    given.observation("FIT:FDI_ANNUAL", "jobs.A", "2021", 5, released_at="2022-01-17 08:00+01", known_from="2022-01-18")
    given.as_of("2022-02-01")
    assert given.conn.execute(
        "select released_at::date::text, known_from::date::text from mart.observation"
    ).fetchall() == [("2022-01-17", "2022-01-18")]
