"""Quarterly KPIs: only quarters that have ended and that were read after their end."""

TODAY = "2026-10-15 09:00+02"


def values(conn, kpi):
    figures = "select period, value from mart.kpi_value where kpi_code = %s order by period"
    return conn.execute(figures, (kpi,)).fetchall()


def test_the_running_quarter_of_the_register_is_not_shown(conn, given):
    given.project("a", "2026-08-01", known_from=TODAY)
    given.project("b", "2026-10-02", known_from=TODAY)
    given.as_of(TODAY)
    assert values(conn, "fdi_projects") == [("2026-Q3", 1)]


def test_a_quarter_shows_once_its_last_day_is_over_in_brussels(conn, given):
    given.project("a", "2026-08-01", known_from="2026-09-30 21:59+00")
    assert values(conn, "fdi_projects") == []
    given.merged("fit_fdi_project", "core.fdi_project", "2026-09-30 22:00+00", inserted=0)
    assert values(conn, "fdi_projects") == [("2026-Q3", 1)]


def test_a_quarter_that_the_register_was_not_read_for_has_no_figure(conn, given):
    given.project("a", "2025-11-01", known_from="2026-01-20")
    given.project("b", "2026-01-10", known_from="2026-01-20")
    given.as_of("2026-05-01")
    assert values(conn, "fdi_projects") == [("2025-Q4", 1)]


def test_a_quarter_without_projects_between_others_is_zero(conn, given):
    given.project("a", "2026-02-01", known_from=TODAY)
    given.project("b", "2026-08-01", known_from=TODAY, jobs_count=7, capex_eur=3)
    assert values(conn, "fdi_projects") == [("2026-Q1", 1), ("2026-Q2", 0), ("2026-Q3", 1)]
    assert values(conn, "fdi_jobs") == [("2026-Q1", 10), ("2026-Q2", 0), ("2026-Q3", 7)]
    assert values(conn, "fdi_capex") == [("2026-Q1", 1_000_000), ("2026-Q2", 0), ("2026-Q3", 3)]


def test_a_project_announced_in_january_for_last_year_counts_in_its_last_quarter(conn, given):
    given.project("a", "2026-01-05", year=2025, known_from="2026-01-20")
    assert conn.execute("select quarter from mart.fdi_project").fetchall() == [("2025-Q4",)]
    assert values(conn, "fdi_projects") == [("2025-Q4", 1)]


def test_a_project_of_a_domain_that_nobody_knows_is_unassigned_and_counted(conn, given):
    given.row("core_domain", core_domain_code="food", position=1, name_nl="Voeding", name_en="Food")
    for code, domain in (("known", "food"), ("unknown", "fod"), ("none", "unassigned")):
        given.project(code, "2026-07-10", core_domain_code=domain, known_from=TODAY)
    given.as_of(TODAY)
    rows = conn.execute("select project_code, core_domain_code from mart.fdi_project order by 1").fetchall()
    assert rows == [("known", "food"), ("none", "unassigned"), ("unknown", "unassigned")]
    assert values(conn, "fdi_projects") == [("2026-Q3", 3)]


def test_a_withdrawn_project_is_gone_but_still_there_in_the_past(conn, given):
    given.project("a", "2025-11-01", known_from="2026-01-20", known_to="2026-10-15")
    given.project("b", "2025-12-01", known_from="2026-01-20")
    assert values(conn, "fdi_projects")[0] == ("2025-Q4", 1)
    given.as_of("2026-03-01")
    assert values(conn, "fdi_projects") == [("2025-Q4", 2)]


def test_only_held_activities_count_by_the_quarter_of_their_first_day(conn, given):
    given.contract("flega")
    given.report("flega", "2026-Q1")
    given.report("flega", "2026-Q2")
    given.activity("flega", "1", "2026-03-31", report_period="2026-Q2")
    given.activity("flega", "2", "2026-04-01")
    for number, status in enumerate(("planned", "cancelled", "postponed"), start=3):
        given.activity("flega", str(number), "2026-04-01", status_code=status, budget_used_eur=None)
    given.as_of(TODAY)
    assert values(conn, "activities") == [("2026-Q1", 1), ("2026-Q2", 1)]
    assert values(conn, "companies_reached") == [("2026-Q1", 10), ("2026-Q2", 10)]
    assert values(conn, "budget_used") == [("2026-Q1", 0), ("2026-Q2", 1000)]


def test_a_nil_return_is_a_zero_and_no_report_is_no_figure(conn, given):
    given.contract("flega")
    given.report("flega", "2026-Q2", is_nil=True, activity_count=0)
    given.as_of(TODAY)
    assert values(conn, "activities") == [("2026-Q2", 0)]


def test_a_report_for_a_quarter_that_has_not_ended_is_not_shown(conn, given):
    given.contract("flega")
    given.report("flega", "2026-Q4")
    given.activity("flega", "1", "2026-10-02")
    given.as_of(TODAY)
    assert values(conn, "activities") == []


def test_each_contract_owes_a_report_for_each_ended_quarter_of_its_term(conn, given):
    given.contract("flega", start_date="2026-02-01", end_date="2026-08-31")
    given.as_of(TODAY)
    assert conn.execute("select period, state, due_date::text from mart.partner_report order by 1").fetchall() == [
        ("2026-Q1", "missing", "2026-04-15"),
        ("2026-Q2", "missing", "2026-07-15"),
        ("2026-Q3", "missing", "2026-10-15"),
    ]
    given.as_of("2026-06-30 23:59+02")
    assert conn.execute("select count(*) from mart.partner_report").fetchone() == (1,)
    given.as_of("2026-07-01 00:00+02")
    assert conn.execute("select count(*) from mart.partner_report").fetchone() == (2,)


def test_received_nil_quarantined_and_missing_are_told_apart(conn, given):
    for partner in ("agoria", "flega", "sim", "vil", "voka"):
        given.contract(partner, start_date="2026-07-01")
    given.report("agoria", "2026-Q3")
    given.report("flega", "2026-Q3", is_nil=True, activity_count=0)
    given.batch("partner_activity", TODAY, "quarantined", contract_code="sim-2022", period="2026-Q3")
    given.batch("partner_activity", TODAY, "quarantined", contract_code="agoria-2022", period="2026-Q3")
    given.batch("partner_activity", TODAY, "quarantined", contract_code="vil-2022", period="2026-Q2")
    given.as_of(TODAY)
    assert dict(conn.execute("select partner_code, state from mart.partner_report").fetchall()) == {
        "agoria": "received", "flega": "nil", "sim": "quarantined", "vil": "missing", "voka": "missing"
    }  # fmt: skip
    given.as_of("2026-10-15 08:59+02")
    assert dict(conn.execute("select partner_code, state from mart.partner_report").fetchall())["sim"] == "missing"


def test_a_core_domain_counts_since_january_and_its_reports_by_quarter(conn, given):
    given.reference("core_domain")
    given.contract("fevia")
    given.contract("agoria", core_domain_code="engineering-technology")
    given.report("fevia", "2026-Q1")
    given.report("fevia", "2026-Q2", is_nil=True, activity_count=0)
    given.activity("fevia", "1", "2026-02-01")
    given.activity("agoria", "1", "2026-05-01")
    given.activity("agoria", "2", "2026-05-01", status_code="planned")
    given.as_of("2026-07-02")
    rows = conn.execute(
        """select period, activities_count, companies_count, reports_received_count, reports_due_count
           from mart.core_domain_progress where core_domain_code = %s order by period"""
    , ("food",)).fetchall()  # fmt: skip
    assert rows == [("2026-Q1", 1, 10, 1, 1), ("2026-Q2", 2, 20, 1, 1)]
    assert conn.execute("select count(*) from mart.core_domain_progress").fetchone() == (12,)


def test_a_core_domain_has_the_plan_of_the_same_quarter_as_it_was_known_then_or_none(conn, given):
    given.reference("core_domain")
    given.contract("fevia")
    plan = {"core_domain_code": "food", "period": "2026-Q2", "provenance": "illustrative"}
    given.row("core_domain_plan", **plan, planned_activities_count=12, known_to="2026-07-20")
    given.row("core_domain_plan", **plan | {"provenance": "published"}, planned_activities_count=9,
              known_from="2026-07-20")  # fmt: skip
    told = []
    for moment in ("2026-07-19", "2026-07-20"):
        given.as_of(moment)
        told.append(conn.execute(
            """select core_domain_code, period, planned_activities_count, plan_provenance from mart.core_domain_progress
               where core_domain_code in ('food', 'smart-logistics') and period in ('2026-Q1', '2026-Q2')
               order by 1, 2"""
        ).fetchall())  # fmt: skip
    none = [("smart-logistics", "2026-Q1", None, None), ("smart-logistics", "2026-Q2", None, None)]
    assert told == [
        [("food", "2026-Q1", None, None), ("food", "2026-Q2", 12, "illustrative"), *none],
        [("food", "2026-Q1", None, None), ("food", "2026-Q2", 9, "published"), *none],
    ]


def test_a_source_is_fresh_until_its_allowed_age_and_not_a_day_longer(conn, given):
    given.reference("kpi")
    given.trade("DE", "2026-07", 100)
    given.merged("nbb_goods_trade", "core.observation", "2026-10-15 09:00+02")
    given.merged("nbb_goods_trade", "core.observation", "2026-11-10 09:00+01", inserted=0)
    answers = []
    for moment in ("2026-11-13 23:59+01", "2026-11-14 00:00+01"):
        given.as_of(moment)
        answers.append(conn.execute(
            """select data_until_date::text, allowed_age_days, is_fresh, checked_at = '2026-11-10 09:00+01',
                      loaded_at = '2026-10-15 09:00+02'
               from mart.freshness where source_code = 'nbb_goods_trade'"""
        ).fetchone())  # fmt: skip
    assert answers == [("2026-07-31", 105, True, True, True), ("2026-07-31", 105, False, True, True)]


def test_a_source_without_figures_is_not_fresh(conn, given):
    given.reference("kpi")
    rows = conn.execute(
        "select source_code, is_fresh from mart.freshness where source_code <> all (%s) order by 1",
        (["eurostat_comext", "nbb_chapter_trade", "nbb_exporters", "nbb_fdi"],),
    ).fetchall()
    assert rows == [
        ("fit_fdi_project", False),
        ("nbb_goods_trade", False),
        ("partner_activity", False),
    ]
