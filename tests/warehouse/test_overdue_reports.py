"""A report is overdue from the day after its due date until it is in, and the scorecard counts it."""

OVERDUE = "select period, is_overdue from mart.partner_report order by 1"


def test_a_report_is_overdue_the_day_after_it_was_due_and_until_it_is_in(conn, given):
    given.contract("flega", start_date="2026-07-01")
    given.report("flega", "2026-Q3", known_from="2026-10-20 09:00+02")
    for moment, wanted in (
        ("2026-10-15 23:59+02", False),
        ("2026-10-16 00:00+02", True),
        ("2026-10-20 09:01+02", False),
    ):
        given.as_of(moment)
        assert conn.execute(OVERDUE).fetchall() == [("2026-Q3", wanted)]


def test_the_scorecard_counts_overdue_contracts_beside_those_that_reported(conn, given):
    given.reference("objective", "kpi", "kpi_target", "kpi_plan", "status_threshold")
    for partner in ("agoria", "flega"):
        given.contract(partner, start_date="2026-07-01")
    given.report("agoria", "2026-Q3")
    given.activity("agoria", "1", "2026-08-01", report_period="2026-Q3")
    given.as_of("2026-10-16 09:00+02")
    counts = """select reports_received_count, reports_due_count, reports_overdue_count
        from mart.scorecard where kpi_code = 'activities'"""
    assert conn.execute(counts).fetchall() == [(1, 2, 1)]
