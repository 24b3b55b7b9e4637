"""A correction stands in for a wrong value while the source publishes it, and expires loudly when it no longer does."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

DATASET, KEY = "FIT:FDI_ANNUAL", "jobs.A"
COLUMNS = "dataset_code,series_key,period,expected_value,corrected_value,reason,evidence_url,decided_by,decided_on"


@pytest.fixture
def corrected(given):
    """Jobs of 2021 published as 62330, known to be 6233."""
    given.fdi_annual(2021, "jobs", 62330, known_from="2022-01-18")
    given.row("correction", "2022-02-01", dataset_code=DATASET, series_key=KEY, period="2021", expected_value=62330,
              corrected_value=6233, reason="A digit too many.", evidence_url="https://example.org",
              decided_by="statistics", decided_on="2022-02-01")  # fmt: skip
    return given


def asked(given, moment: str, question: str) -> list[tuple[object, ...]]:
    given.as_of(moment)
    return given.conn.execute(question.encode()).fetchall()


VALUE = "select value, published_value, is_corrected from mart.observation where period = '2021'"
STATE = "select state from mart.correction"


def test_it_applies_from_the_moment_it_is_known(corrected) -> None:
    assert asked(corrected, "2022-01-31", VALUE) == [(62330, 62330, False)]
    assert asked(corrected, "2022-02-02", VALUE) == [(6233, 62330, True)]
    assert asked(corrected, "2022-02-02", "select value from mart.fdi_annual") == [(6233,)]
    assert asked(corrected, "2022-02-02", STATE) == [("applied",)]


def test_the_corrected_value_is_known_from_when_it_was_corrected(corrected) -> None:
    ((known,),) = asked(corrected, "2022-03-01", "select known_from::date::text from mart.observation")
    assert known == "2022-02-01"


def test_it_ends_when_the_source_says_something_else(corrected) -> None:
    corrected.conn.execute("update core.observation set known_to = '2022-06-01'")
    corrected.observation(DATASET, KEY, "2021", 6240, known_from="2022-06-01")
    assert asked(corrected, "2022-06-02", VALUE) == [(6240, 6240, False)]
    assert asked(corrected, "2022-06-02", STATE) == [("expired",)]
    assert asked(corrected, "2022-05-31", VALUE) == [(6233, 62330, True)]


def test_one_that_no_longer_applies_is_an_open_problem_until_it_is_taken_out(corrected) -> None:
    problem = "select problem_code, subject, since::date::text, detail from mart.open_problem where subject ~ 'jobs'"
    assert asked(corrected, "2022-05-31", problem) == []
    corrected.conn.execute("update core.observation set known_to = '2022-06-01'")
    corrected.observation(DATASET, KEY, "2021", 6240, known_from="2022-06-01")
    named = f"{DATASET} {KEY} 2021"
    assert asked(corrected, "2022-09-01", problem) == [("correction_expired", named, "2022-06-01", "A digit too many.")]
    corrected.conn.execute("update core.correction set known_to = '2022-10-01'")
    assert asked(corrected, "2022-10-02", problem) == []
    corrected.conn.execute("update core.observation set known_to = '2022-08-01' where value = 6240")
    assert asked(corrected, "2022-09-01", problem) == [("correction_unmatched", named, None, "A digit too many.")]


def test_one_for_a_value_that_is_not_there_says_so(given) -> None:
    given.row("correction", dataset_code=DATASET, series_key="capex.A", period="2021", expected_value=1,
              corrected_value=2, reason="r", evidence_url="u", decided_by="d", decided_on="2022-02-01")  # fmt: skip
    assert asked(given, "2022-06-02", STATE) == [("unmatched",)]


def test_a_load_names_the_correction_that_its_source_has_mended(loader, tmp_path: Path, monkeypatch) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    row = f"{DATASET},{KEY},2021,62330,6233,A digit too many.,https://example.org,statistics,2022-02-01"
    (reference / "correction.csv").write_text(f"{COLUMNS}\n{row}\n")
    own = type(loader).endpoint

    def endpoint(self, source, fault=""):
        from include.sources.source import Endpoint

        return own(self, source, fault) if source.conn_id else Endpoint(host=reference.as_uri())

    monkeypatch.setattr(type(loader), "endpoint", endpoint)
    loader("reference_correction", "2020-01-01T09:00:00+01:00")
    loader("fit_fdi_annual", "2022-01-18T09:00:00+01:00")
    with psycopg.connect(loader.dsn) as conn:
        said = conn.execute(
            """select severity, observed ->> 'observed_value' from ops.check_result
            where column_name like 'corrections_expired%' and not is_success"""
        ).fetchall()
    assert said == [("warning", "1")]


def test_a_table_of_corrections_without_rows_is_a_table(loader) -> None:
    assert loader("reference_correction", "2020-01-01T09:00:00+01:00") == {
        "inserted": 0, "closed": 0, "unchanged": 0,
    }  # fmt: skip
