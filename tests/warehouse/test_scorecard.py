"""The status rule, boundary by boundary, on given KPI values."""

import pytest

AS_OF = "2026-10-15 09:00+02"
KPI = {
    "kpi_code": "k", "objective_code": "exports", "position": 1, "name_nl": "k", "name_en": "k", "definition_nl": "k",
    "definition_en": "k", "unit_code": "NUMBER", "decimals": 0, "freq_code": "Q", "measure_code": "flow",
    "direction_code": "up", "concept_code": "_Z", "source_code": "s", "source_name": "s", "source_url": "s",
    "max_age_days": 120, "needs_partner_reports": False, "owner": "o", "kind_code": "result", "is_headline": True,
    "formula_nl": "f", "formula_en": "f", "freeze_rule": "r", "view_name": "v", "core_domain_code": "_Z",
    "evidence_rows": "market", "evidence_value": "_Z", "evidence_months": 1,
}  # fmt: skip


@pytest.fixture
def kpi(conn, given):
    """Puts a KPI of given figures on the scorecard: values by quarter, baseline and target of a year, plan at Q3."""
    conn.execute(
        """create table public.given_value (
               period text, value numeric, known_from timestamptz default '2026-01-01',
               known_to timestamptz default 'infinity', is_provisional boolean default false
           )"""
    )
    conn.execute(
        """create or replace view mart.kpi_value as
           select 'k'::text as kpi_code, period, core.period_start(period) as period_start_date,
                  core.period_end(period) as period_end_date, value, is_provisional, known_from
           from public.given_value
           where known_from <= (select core.as_of()) and known_to > (select core.as_of())"""
    )
    given.reference("objective", "status_threshold")
    given.as_of(AS_OF)

    def put(value, plan=None, baseline=None, target=10**9, share=1, **changes):
        given.row("kpi", **(KPI | changes))
        quarters = {"2026-Q1": 0, "2026-Q2": 0, "2026-Q3": value} if not isinstance(value, dict) else value
        with conn.cursor() as cursor:
            cursor.executemany("insert into public.given_value (period, value) values (%s, %s)", list(quarters.items()))
        if baseline is not None:
            given.row("kpi_target", kpi_code="k", baseline_year=2021, baseline_value=baseline, target_year=2026,
                      target_value=target, provenance="illustrative", note="")  # fmt: skip
        if plan is not None:
            given.row("kpi_plan", kpi_code="k", period="2026-Q3", planned_value=plan, cumulative_share=share,
                      provenance="illustrative")  # fmt: skip

    return put


def verdict(conn):
    return conn.execute("select status_code, status_reason from mart.scorecard").fetchone()


def column(conn, name):
    return conn.execute(f"select {name} from mart.scorecard").fetchone()[0]


# Baseline 100, plan 200: a value of 195 has made 95 % of the progress that was due.
def test_more_is_better(conn, kpi, subtests):
    for value, status in [
        (201, "on_track"),
        (195, "on_track"),
        ("194.999", "slightly_behind"),
        (160, "slightly_behind"),
        ("159.999", "well_behind"),
        (100, "well_behind"),
        ("99.999", "moving_away"),
        (0, "moving_away"),
        (-5, "moving_away"),
    ]:
        with subtests.test(value=value, status=status), conn.transaction(force_rollback=True):
            kpi(value, plan=200, baseline=100)
            assert verdict(conn) == (status, None)


def test_less_is_better(conn, kpi, subtests):
    for value, status in [
        (99, "on_track"),
        (105, "on_track"),
        ("105.001", "slightly_behind"),
        (140, "slightly_behind"),
        ("140.001", "well_behind"),
        (200, "well_behind"),
        ("200.001", "moving_away"),
    ]:
        with subtests.test(value=value, status=status), conn.transaction(force_rollback=True):
            kpi(value, plan=100, baseline=200, target=-1, direction_code="down")
            assert verdict(conn) == (status, None)


def test_as_near_to_plan_as_possible(conn, kpi, subtests):
    for value, status in [
        (1000, "on_track"),
        (1050, "on_track"),
        (950, "on_track"),
        ("1050.01", "slightly_behind"),
        ("949.99", "slightly_behind"),
        (1150, "slightly_behind"),
        (850, "slightly_behind"),
        ("1150.01", "well_behind"),
        ("849.99", "well_behind"),
        (0, "well_behind"),
    ]:
        with subtests.test(value=value, status=status), conn.transaction(force_rollback=True):
            kpi(value, plan=1000, baseline=1000, target=1000, direction_code="band")
            assert verdict(conn) == (status, None)


def test_a_band_has_no_progress_but_a_gap_to_its_plan(conn, kpi):
    kpi(612, plan=600, baseline=1000, target=1000, direction_code="band")
    assert (column(conn, "progress_share"), float(column(conn, "plan_gap_share"))) == (None, 0.02)


def test_the_whole_year_s_target_met_before_the_year_is_over_is_reached(conn, kpi, subtests):
    for value, status in [(400, "reached"), (401, "reached"), ("399.99", "on_track")]:
        with subtests.test(value=value, status=status), conn.transaction(force_rollback=True):
            kpi(value, plan=300, baseline=100, target=400)
            assert verdict(conn) == (status, None)


def test_a_target_met_is_reached_even_when_the_plan_equals_the_baseline(conn, kpi):
    kpi(400, plan=100, baseline=100, target=400)
    assert verdict(conn) == ("reached", None)


def test_a_flow_that_should_stay_low_has_not_reached_its_target_before_the_year_is_over(conn, kpi):
    kpi(50, plan=100, baseline=200, target=120, direction_code="down")
    assert verdict(conn) == ("on_track", None)


def test_a_level_that_should_fall_has_reached_its_target_at_once(conn, kpi):
    kpi(120, plan=100, baseline=200, target=120, direction_code="down", measure_code="level")
    assert verdict(conn) == ("reached", None)


def test_no_value_is_no_data_and_never_zero(conn, kpi):
    kpi({"2026-Q1": None, "2026-Q2": None, "2026-Q3": None}, plan=200, baseline=100)
    assert (*verdict(conn), column(conn, "value")) == ("no_verdict", "no_data", None)


def test_zero_is_a_value(conn, kpi):
    kpi(0, plan=200, baseline=-100)
    assert (*verdict(conn), column(conn, "value")) == ("well_behind", None, 0)


def test_a_kpi_that_nothing_was_ever_received_for_is_on_the_scorecard_without_a_figure(conn, kpi):
    kpi({}, plan=200, baseline=100)
    assert conn.execute("select value, period, status_code, status_reason from mart.scorecard").fetchall() == [
        (None, None, "no_verdict", "no_data")
    ]


def test_a_sum_with_a_missing_quarter_is_no_figure(conn, kpi):
    kpi({"2026-Q1": 60, "2026-Q3": 80}, plan=200, baseline=100)
    assert (*verdict(conn), column(conn, "value")) == ("no_verdict", "no_data", None)


@pytest.mark.parametrize(("days", "answer"), [(15, ("on_track", None)), (14, ("no_verdict", "stale"))])
def test_a_figure_is_stale_one_day_after_its_allowed_age(conn, kpi, days, answer):
    kpi(200, plan=200, baseline=100, max_age_days=days)
    assert verdict(conn) == answer


@pytest.mark.parametrize(
    ("received", "answer"), [(4, ("on_track", None)), (3, ("no_verdict", "partners_missing")), (5, ("on_track", None))]
)
def test_below_eighty_percent_of_the_reports_there_is_no_verdict(conn, given, kpi, received, answer):
    for number in range(5):
        given.contract(f"p{number}", start_date="2026-07-01")
        if number < received:
            given.report(f"p{number}", "2026-Q3", is_nil=number == 0)
    kpi(200, plan=200, baseline=100, needs_partner_reports=True)
    assert verdict(conn) == answer
    assert (column(conn, "reports_received_count"), column(conn, "reports_due_count")) == (received, 5)


@pytest.mark.parametrize("period", ["2026-Q1", "2026-Q3"])
def test_a_figure_with_a_provisional_part_is_judged_as_any_other_and_says_so(conn, kpi, period):
    kpi(195, plan=200, baseline=100)
    assert (verdict(conn), column(conn, "is_provisional")) == (("on_track", None), False)
    conn.execute("update public.given_value set is_provisional = true where period = %s", (period,))
    assert (verdict(conn), column(conn, "is_provisional")) == (("on_track", None), True)


def test_missing_reports_do_not_matter_to_other_kpis(conn, given, kpi):
    given.contract("p", start_date="2026-07-01")
    kpi(200, plan=200, baseline=100)
    assert (*verdict(conn), column(conn, "reports_due_count")) == ("on_track", None, None)


def test_without_a_plan_there_is_no_verdict(conn, kpi):
    kpi(200, baseline=100)
    assert verdict(conn) == ("no_verdict", "no_plan")


def test_without_a_baseline_there_is_no_verdict(conn, kpi):
    kpi(200, plan=200)
    assert verdict(conn) == ("no_verdict", "no_plan")


def test_without_the_numbers_of_the_rule_there_is_no_verdict(conn, kpi):
    conn.execute("delete from core.status_threshold where threshold_code = 'slightly_behind'")
    kpi(200, plan=200, baseline=100)
    assert verdict(conn) == ("no_verdict", "no_plan")


@pytest.mark.parametrize("value", [99, 100, 101])
def test_a_plan_equal_to_the_baseline_has_no_distance_to_judge(conn, kpi, value):
    kpi(value, plan=100, baseline=100)
    assert verdict(conn) == ("no_verdict", "no_distance")


def test_a_band_around_a_plan_of_zero_has_no_distance_to_judge(conn, kpi):
    kpi(5, plan=0, baseline=0, direction_code="band")
    assert verdict(conn) == ("no_verdict", "no_distance")


def test_a_baseline_of_zero_is_a_baseline(conn, kpi):
    kpi(95, plan=100, baseline=0)
    assert verdict(conn) == ("on_track", None)


def test_the_baseline_of_a_year_is_scaled_to_the_same_part_of_the_year(conn, kpi):
    # A year's baseline of 100 held against three quarters would say "moving away".
    kpi(80, plan=85, baseline=100, share="0.7")
    assert (float(column(conn, "baseline_value")), *verdict(conn)) == (70.0, "slightly_behind", None)


def test_a_flow_adds_up_since_january_and_compares_with_the_same_quarters_of_last_year(conn, kpi):
    years = {
        f"{year}-Q{quarter}": quarter * factor for year, factor in ((2025, 10), (2026, 11)) for quarter in (1, 2, 3)
    }
    kpi(years | {"2025-Q4": 500}, plan=66, baseline=0)
    row = conn.execute(
        "select period, period_start_date::text, period_end_date::text, value, last_year_value from mart.scorecard"
    ).fetchone()
    assert row == ("2026-Q3", "2026-01-01", "2026-09-30", 66, 60)
    assert round(float(column(conn, "last_year_change_share")), 10) == 0.1


def test_a_level_stands_by_itself(conn, kpi):
    kpi({"2025-Q3": 5, "2026-Q2": 6, "2026-Q3": 7}, plan=7, baseline=5, measure_code="level")
    row = conn.execute(
        "select period, period_start_date::text, value, last_year_value, status_code from mart.scorecard"
    ).fetchone()
    assert row == ("2026-Q3", "2026-07-01", 7, 5, "on_track")


def test_a_status_follows_the_thresholds_in_the_reference(conn, given, kpi):
    kpi(180, plan=200, baseline=100)
    assert verdict(conn) == ("slightly_behind", None)
    conn.execute("update core.status_threshold set known_to = '2026-06-01' where threshold_code = 'on_track'")
    given.row("status_threshold", threshold_code="on_track", value="0.8", note="", known_from="2026-06-01")
    assert verdict(conn) == ("on_track", None)


def test_a_figure_that_was_other_three_months_ago_says_what_it_was(conn, kpi):
    kpi({"2026-Q1": 50}, plan=50, baseline=0, max_age_days=400)
    conn.execute("update public.given_value set known_to = '2026-09-01'")
    conn.execute("insert into public.given_value values ('2026-Q1', 55, '2026-09-01')")
    assert conn.execute("select value, revised_from_value from mart.scorecard").fetchone() == (55, 50)


def test_a_figure_that_was_the_same_or_not_known_three_months_ago_is_not_revised(conn, kpi):
    kpi({"2026-Q1": 50}, plan=50, baseline=0, max_age_days=400)
    assert column(conn, "revised_from_value") is None
    conn.execute("update public.given_value set known_from = '2026-09-01'")
    assert column(conn, "revised_from_value") is None


@pytest.mark.parametrize("moment", [AS_OF, ""])
def test_asking_for_an_earlier_moment_leaves_the_setting_as_it_was(conn, given, kpi, moment):
    kpi(200, plan=200, baseline=100)
    given.as_of(moment)
    with conn.transaction():
        before = conn.execute("select core.as_of()").fetchone()
        conn.execute("select * from mart.scorecard").fetchall()
        assert conn.execute("select core.as_of()").fetchone() == before


def test_a_past_scorecard_is_given_back_whatever_was_learned_since(conn, given, kpi):
    kpi(195, plan=200, baseline=100)
    before = conn.execute("select * from mart.scorecard").fetchall()
    later = "2026-10-15 09:00:01+02"
    conn.execute("update public.given_value set known_to = %s where period = '2026-Q3'", (later,))
    conn.execute("insert into public.given_value values ('2026-Q3', 10, %s)", (later,))
    conn.execute("update core.kpi_target set known_to = %s", (later,))
    given.row("kpi_target", kpi_code="k", baseline_year=2021, baseline_value=1, target_year=2026, target_value=2,
              provenance="illustrative", note="", known_from=later)  # fmt: skip
    assert conn.execute("select * from mart.scorecard").fetchall() == before
    given.as_of("2026-10-16")
    assert verdict(conn) == ("reached", None)


def test_figures_from_a_day_on_are_those_of_all_days(world) -> None:
    """Of periods whose year and twelve months begin no sooner, which is all that the scorecard asks of the past."""
    figures = "select kpi_code, period, ytd_value from mart.kpi_progress_at(core.as_of()"
    every = set(world.execute(f"{figures})").fetchall())
    since = set(world.execute(f"{figures}, '2025-08-01')").fetchall())
    assert {code for code, period, _ in since if period == "2026-07"} >= {
        "exports_eur",
        "market_spread",
        "eu_export_share",
    }
    assert {row for row in every ^ since if row[1] >= "2026-07" or "Q" in row[1]} == set()
    assert {code for code, _, _ in every - since} >= {"exports_eur", "exports_food_eur"}


def test_the_latest_figure_is_that_of_all_days(world, subtests: pytest.Subtests) -> None:
    """It is looked for where the newest exports need it, less a quarter; a monthly figure further behind, in all."""
    for newest, union_until, is_recent in [
        ("2026-07", "2026-07", True),
        ("2026-07", "2026-04", True),
        ("2026-07", "2026-03", False),
        ("2026-01", "2026-01", True),
    ]:
        with (
            subtests.test(newest=newest, union_until=union_until, is_recent=is_recent),
            world.transaction(force_rollback=True),
        ):
            later = "delete from core.observation where dataset_code = %s and period > %s"
            for last in (("BE2:DF_EXTTRADEVLNAT_Overview", newest), ("ESTAT:DS-059341", union_until)):
                world.execute(later, last)
            world.execute("delete from core.kpi where kpi_code = 'unassigned_share'")  # every product has a domain here
            plan = [
                row for (row,) in world.execute("explain (analyze, costs off) select * from mart.scorecard").fetchall()
            ]
            assert is_recent == any("kpi_progress_at_1 (never executed)" in line for line in plan)
            shown = """select kpi_code, period, value, last_year_value from mart.scorecard
                where period is not null order by 1"""
            every = """select distinct on (kpi_code) kpi_code, period, ytd_value, last_year_value from mart.kpi_progress
                where value is not null order by kpi_code, core.period_end(period) desc"""
            figures = world.execute(shown).fetchall()
            assert len(figures) > 20
            assert figures == world.execute(every).fetchall()


def test_what_was_said_three_months_before_is_that_of_all_days(world) -> None:
    """Last year and this year are revised after it; only what the figure of this year is made of moves it."""
    world.execute(
        """with old as (
            update core.observation set known_to = '2026-09-01'
            where dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview' and period in ('2025-02', '2025-10', '2026-02')
            returning *
        )
        insert into core.observation
            (series_id, dataset_code, period, period_start_date, value, status_code, known_from, payload_id)
        select series_id, dataset_code, period, period_start_date, value + 7, status_code, known_to, payload_id
        from old"""
    )
    revised = "select kpi_code, period, revised_from_value from mart.scorecard where revised_from_value is not null"
    shown = {(code, period): value for code, period, value in world.execute(revised).fetchall()}
    world.execute("select set_config('warehouse.as_of', (core.as_of() - interval '3 months')::text, false)")
    figures = "select kpi_code, period, ytd_value from mart.kpi_progress"
    then = {(code, period): value for code, period, value in world.execute(figures).fetchall()}
    assert shown == {key: then[key] for key in shown}
    assert {code for code, _ in shown} >= {"exports_eur", "market_spread", "eu_export_share"}


@pytest.mark.parametrize(("measure", "before"), [("flow", 50), ("level", 50)])
def test_last_year_is_the_year_before_and_not_the_better_of_two(conn, kpi, measure, before):
    kpi({"2024-Q1": 80, "2025-Q1": before, "2026-Q1": 60}, measure_code=measure)
    figures = "select period, last_year_value from mart.kpi_progress order by period"
    assert conn.execute(figures).fetchall() == [("2024-Q1", None), ("2025-Q1", 80), ("2026-Q1", before)]
    conn.execute("delete from public.given_value where period = '2025-Q1'")
    assert conn.execute(figures).fetchall() == [("2024-Q1", None), ("2026-Q1", None)]


@pytest.mark.parametrize(("received", "answer"), [(4, ("no_verdict", "partners_missing")), (5, ("on_track", None))])
def test_without_a_least_share_of_the_reports_all_of_them_must_be_in(conn, given, kpi, received, answer):
    conn.execute("delete from core.status_threshold where threshold_code = 'reported_share'")
    for number in range(5):
        given.contract(f"p{number}", start_date="2026-07-01")
        if number < received:
            given.report(f"p{number}", "2026-Q3")
    kpi(200, plan=200, baseline=100, needs_partner_reports=True)
    assert verdict(conn) == answer
