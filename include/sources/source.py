"""The model of a source: its entry in the register and its endpoint, data without behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Literal

Scope = Mapping[str, str]
Severity = Literal["critical", "warning"]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a source is and how it wants to be asked; comes from an Airflow connection.

    Args:
        host: scheme, host and base path.
        headers: sent with every request; may hold a token.
        memento: send Accept-Datetime (RFC 7089), for servers that can answer as of a past moment.
        is_sample: its payloads are sample data, and every report made from them says so.
        seconds_between: at least so long from one question to the next, whoever asks; 0 for no limit, None for the
            limit of the source's own entry.
        transport: how its bytes are fetched; see include.extract.polling.
        options: what the transport needs besides, such as a login; secret, so never printed.
    """

    host: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    memento: bool = False
    is_sample: bool = False
    seconds_between: float | None = None
    transport: Literal["http", "pages", "folder"] = "http"
    options: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A cheap question that finds out, without a transfer, whether a source has something new.

    Args:
        path: below the host of the connection.
        params: query parameters.
        accept: the Accept header.
        pattern: regular expression for the text that differs from one publication to the next in the body (a time of
            update in a structure message); None: only HEAD is sent, and its ETag or Last-Modified is compared.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    accept: str = "*/*"
    pattern: str | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to a source.

    Args:
        path: below the host of the connection.
        scope: what the answer speaks for; part of the payload's identity.
        params: query parameters.
        accept: the Accept header.
        may_be_absent: a 404 means "not there yet", not an error.
        split: returns the same question in smaller ones, asked instead when it is too big; None: it cannot be split.
        freshness_probe: a cheap question to ask first; while its answer stays the same, this one is not asked.
        fallback: the same question to another interface of the source, asked instead when this one is refused
            or, after all tries, does not answer.
    """

    path: str
    scope: Scope
    params: Mapping[str, str] = field(default_factory=dict)
    accept: str = "*/*"
    may_be_absent: bool = False
    split: Callable[[], tuple[Request, ...]] | None = field(default=None, compare=False)
    freshness_probe: Probe | None = None
    fallback: Request | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class RowRule:
    """A rule for every row; a row that breaks it is rejected with this reason.

    Args:
        code: short name, unique within the source.
        column: the column at fault, as staged.
        fails_when: SQL predicate over the typed staging table; true for a bad row.
        reason: what is wrong, in words.
        fix: what to write instead.
    """

    code: str
    column: str
    fails_when: str
    reason: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One Great Expectations expectation on the accepted rows.

    Args:
        type: name in Great Expectations' own snake case: expect_column_values_to_be_in_set.
        kwargs: its arguments.
        severity: critical quarantines the batch; warning loads it and shows.
        names_codes: the rows of its query are codes of a classification, which the result may show.
    """

    type: str
    kwargs: Mapping[str, object]
    severity: Severity = "critical"
    names_codes: bool = False


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table of core that the source feeds.

    Args:
        table: 'core.observation'.
        query: name of the query, in the source's file of sql/load, that selects its columns from the typed rows.
        scope: SQL predicate on the table, with {names} of the request's scope, {typed} and {batch_id}: the current
            rows that a payload speaks for, so that a row that it leaves out is withdrawn. None: absence says nothing.
        scope_from_payload: the scope holds only rows that the payload names, so it is used beside rejected rows, too.
    """

    table: str
    query: str
    scope: str | None
    scope_from_payload: bool = False


Reader = Callable[[BinaryIO, Scope], Iterator[bytes]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One thing we pull, on one schedule, through one staging table, into its targets.

    Args:
        code: short name.
        queries: the file of sql/load that holds its queries: typed, and those of its targets.
        title: for people.
        owner: who answers when it breaks.
        licence: terms of reuse, as far as known.
        conn_id: Airflow connection that holds the host and its secrets.
        schedule: cron expression in Belgian time, by the source's release pattern.
        requests: the questions to ask at a clock, given what the DAG passes on (a contract, a table).
        reader: payload bytes to CSV blocks, header first.
        columns: the source's word -> our staging column, each staged as text.
        optional: words that may be missing from a payload.
        media_types: content types accepted before anything is parsed.
        rules: what every row must satisfy.
        suite: what must hold of the accepted rows.
        targets: the tables it feeds, in order.
        max_bytes: larger payloads are refused.
        quarantine_fails: whether a quarantined batch fails the task; false where a partner must act.
        min_accepted_share: below this share of accepted rows the batch is quarantined.
        max_lost_share: a payload that holds this much less than its scope's current rows is quarantined.
        delimiter: what stands between two fields.
        seconds_between: so long from one question to the next, unless its connection says otherwise.
        may_be_empty: a header without rows is an answer, not an error.
        ends_with_newline: a payload whose last row has no line end is cut off.
        parser_version: raised when reader or typing change their result.
        fragments: SQL put for {names} in its queries; constants of the register, never data.
    """

    code: str
    queries: str
    title: str
    owner: str
    licence: str
    conn_id: str
    schedule: str | None
    requests: Callable[[datetime, Scope], tuple[Request, ...]]
    reader: Reader
    columns: Mapping[str, str]
    media_types: tuple[str, ...]
    rules: tuple[RowRule, ...]
    suite: tuple[Expectation, ...]
    targets: tuple[Target, ...]
    optional: frozenset[str] = frozenset()
    max_bytes: int = 2_000_000_000
    quarantine_fails: bool = True
    min_accepted_share: float = 0.8
    max_lost_share: float = 0.1
    delimiter: str = ","
    seconds_between: float = 0.0
    may_be_empty: bool = False
    ends_with_newline: bool = True
    parser_version: str = "1"
    fragments: Mapping[str, str] = field(default_factory=dict)
