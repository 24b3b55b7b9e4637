"""Everything that can go wrong, and who has to act.

PipelineError
├── SourceError              the outside world misbehaved
│   ├── SourceUnavailable    no answer, time-out, 429, 5xx           -> Airflow retries
│   └── SourceRefused        401, 403, 404, bad parameters           -> a data engineer mends access
├── DataError                it answered, but not with what was promised -> the batch is quarantined
│   ├── BlockPage            a firewall's HTML page with status 200
│   ├── TooBigNotice         "too big to extract", and no smaller question left -> ask for less
│   ├── WrongContentType     another kind of document than promised
│   ├── EmptyReply           no bytes
│   ├── HeaderOnly           a header and no rows
│   ├── EmptyValue           a cube of JSON-stat or SDMX-JSON without a value
│   ├── CountZero            a document that says it holds 0 records
│   ├── NoResults            the source says that nothing fits the question
│   ├── ErrorNotice          the source's error message with status 200
│   ├── UnsafeXml            XML that declares entities               -> never opened
│   ├── TruncatedReply       a row or a compressed stream that breaks off
│   ├── PayloadTooLarge      more bytes or rows than we accept
│   ├── NotAWorkbook         the partner's file is no .xlsx workbook  -> the partner sends it again
│   ├── WrongContract        a workbook of another contract or quarter -> the partner sends the right one
│   ├── LayoutChanged        columns appeared or vanished            -> edit COLUMNS
│   ├── CheckFailed          a critical expectation did not hold     -> look at ops.check_result
│   └── AlreadyQuarantined   set aside by an earlier try of this run -> clear the run from extract
└── WarehouseError           ours to mend
    └── ClockWentBack        a payload older than what is known      -> replay it into an empty warehouse

Each message has four parts: which source, what was expected, what came, what to do. Each class has a
runbook of its name in docs/runbooks.
"""

from __future__ import annotations


class PipelineError(Exception):
    """Base of all; carries the four parts of the message.

    Args:
        source: code of the source, as in the register.
        expected: what should have come.
        got: what came instead.
        todo: what the reader should do now.
    """

    def __init__(self, *, source: str, expected: str, got: str, todo: str) -> None:
        self.source, self.expected, self.got, self.todo = source, expected, got, todo
        super().__init__(f"{source}: expected {expected}; got {got}. {todo}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the four parts when the error crosses a process."""
        return _rebuild, (type(self), self.source, self.expected, self.got, self.todo)


def _rebuild(kind: type[PipelineError], source: str, expected: str, got: str, todo: str) -> PipelineError:
    return kind(source=source, expected=expected, got=got, todo=todo)


class SourceError(PipelineError):
    """The outside world misbehaved."""


class SourceUnavailable(SourceError):
    """No answer now; a later try may get one."""


class SourceRefused(SourceError):
    """The source understood and said no; trying again does not help."""


class DataError(PipelineError):
    """The source answered, but not with what was promised."""


class BlockPage(DataError):
    """An HTML page where data was asked for."""


class TooBigNotice(DataError):
    """The source says that the extraction is too big, and the question cannot be divided."""


class WrongContentType(DataError):
    """Another content type than the source promised."""


class EmptyReply(DataError):
    """No bytes where a document was asked for."""


class HeaderOnly(DataError):
    """A table with a header and no rows."""


class EmptyValue(DataError):
    """A cube of JSON without a single value, as Eurostat answers a wrong code with status 200."""


class CountZero(DataError):
    """A document that says itself that it holds no records, as UN Comtrade does with status 200."""


class NoResults(DataError):
    """The source's word, with status 200, that nothing fits the question."""


class ErrorNotice(DataError):
    """The source's error message, with status 200."""


class UnsafeXml(DataError):
    """XML that declares a document type or entities; it is not parsed."""


class TruncatedReply(DataError):
    """The reply ends before its end."""


class PayloadTooLarge(DataError):
    """More than the limit set for this source."""


class NotAWorkbook(DataError):
    """Bytes that are no .xlsx workbook, or one that must not be opened."""


class WrongContract(DataError):
    """A workbook that belongs to another contract or another quarter."""


class LayoutChanged(DataError):
    """Columns appeared or vanished."""


class CheckFailed(DataError):
    """A critical expectation did not hold; nothing of the batch is loaded."""


class AlreadyQuarantined(DataError):
    """The batch was set aside before; going on from here would load nothing and look green."""


class WarehouseError(PipelineError):
    """Something of ours."""


class ClockWentBack(WarehouseError):
    """A payload is older than what its rows already hold."""
