"""The clock of a run: told, or that of the load that started it, or the run's own time; never the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from accelerates_connections import clock_of, endpoint, fail_fast
from airflow.sdk.exceptions import AirflowFailException

from include import errors
from include.register import REFERENCE, source_of

RUN_AFTER = datetime(2026, 10, 15, 9, tzinfo=timezone(timedelta(hours=2)))


def context(conf: dict[str, Any] | None = None, events: object = None) -> dict[str, Any]:
    return {
        "dag_run": SimpleNamespace(conf=conf, run_after=RUN_AFTER, run_id="scheduled__x"),
        "triggering_asset_events": events,
    }


def event(clock: str | None) -> SimpleNamespace:
    return SimpleNamespace(extra=None if clock is None else {"clock": clock})


def test_a_run_that_is_told_its_clock_believes_it() -> None:
    told = context({"clock": "2026-03-16T09:00:00+01:00"}, {"a": [event("2026-10-15T07:00:00+00:00")]})
    assert clock_of(told) == datetime(2026, 3, 16, 8, tzinfo=UTC)


def test_a_run_that_loads_started_takes_the_newest_of_their_clocks() -> None:
    events = {"a": [event("2026-10-14T07:00:00+00:00"), event(None)], "b": [event("2026-10-15T08:00:00+02:00")]}
    assert clock_of(context({}, events)) == datetime(2026, 10, 15, 6, tzinfo=UTC)


@pytest.mark.parametrize("events", [None, {}, {"a": [event(None)]}])
def test_any_other_run_takes_its_own_time_however_late_it_is_cleared(events: object) -> None:
    assert clock_of(context(None, events)) == datetime(2026, 10, 15, 7, tzinfo=UTC)
    assert clock_of(context(None, events)) == clock_of(context({}, events))


def test_a_clock_without_an_offset_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match=r"with an offset.*Write 2026-10-15T09:00:00\+02:00"):
        clock_of(context({"clock": "2026-10-15T09:00:00"}))


@pytest.mark.parametrize("word", ["yesterday", "15/10/2026"])
def test_a_clock_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="isoformat"):
        clock_of(context({"clock": word}))


def test_an_unavailable_source_is_left_to_airflows_retries() -> None:
    with pytest.raises(errors.SourceUnavailable), fail_fast():
        raise errors.SourceUnavailable(source="fit", expected="an answer", got="status 503", todo="Wait.")


@pytest.mark.parametrize("kind", [errors.SourceRefused, errors.LayoutChanged, errors.ClockWentBack])
def test_what_a_retry_cannot_mend_fails_at_once_and_names_its_runbook(kind: type[errors.PipelineError]) -> None:
    with pytest.raises(AirflowFailException, match=f"^{kind.__name__}: fit: expected x; got y"), fail_fast():
        raise kind(source="fit", expected="x", got="y", todo="Mend it.")


def test_an_error_that_is_not_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), fail_fast():
        raise ZeroDivisionError


def test_a_source_is_where_its_connection_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_FIT",
        '{"conn_type": "http", "host": "https://fit.example/data", "password": "secret",'
        ' "extra": {"memento": true, "sample": true, "headers": {"X-Key": "k"}}}',
    )
    found = endpoint(source_of("fit_fdi_annual"))
    assert (found.host, found.memento, found.is_sample) == ("https://fit.example/data", True, True)
    assert found.headers == {"X-Key": "k", "Authorization": "Bearer secret"}


def test_a_source_without_a_connection_ships_with_the_code() -> None:
    assert endpoint(REFERENCE[0]).host.startswith("file:")
    assert endpoint(REFERENCE[0]).host.endswith("/include/sources/reference")
