"""Every error says four things, survives the way between processes, and stands in the drawn tree."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from include import errors

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
KINDS = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PipelineError)),
    key=lambda kind: kind.__name__,
)
LEAVES = [kind for kind in KINDS if not kind.__subclasses__()]
# What a new engineer needs when it is red at night; in this order.
HEADINGS = ["## What you see", "## Is it urgent", "## What to do", "## How to run it again"]


def test_the_message_has_its_four_parts(subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            error = kind(source="fit", expected="a number", got="'x'", todo="Ask FIT.")
            assert str(error) == "fit: expected a number; got 'x'. Ask FIT."
            assert (error.source, error.expected, error.got, error.todo) == ("fit", "a number", "'x'", "Ask FIT.")


def test_it_survives_the_way_between_processes(subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            error = kind(source="fit", expected="a number", got="'x'", todo="Ask FIT.")
            again = pickle.loads(pickle.dumps(error))
            assert type(again) is kind
            assert (str(again), vars(again)) == (str(error), vars(error))


def test_the_four_parts_cannot_be_left_out() -> None:
    with pytest.raises(TypeError):
        errors.EmptyReply("no rows")  # type: ignore[call-arg, misc]


def test_the_drawn_tree_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = [(-1, "Exception")]
    for prefix, name in re.findall(r"^([│├└─ ]*)([A-Z][A-Za-z]+)(?:$| {2,})", errors.__doc__ or "", re.MULTILINE):
        while above[-1][0] >= len(prefix):
            above.pop()
        drawn[name] = above[-1][1]
        above.append((len(prefix), name))
    assert drawn == {kind.__name__: kind.__base__.__name__ for kind in KINDS}


def test_there_is_a_short_runbook_for_it(subtests: pytest.Subtests) -> None:
    for kind in LEAVES:
        with subtests.test(kind=kind):
            text = (RUNBOOKS / f"{kind.__name__}.md").read_text(encoding="utf-8")
            assert text.startswith(f"# {kind.__name__}\n")
            assert [line for line in text.splitlines() if line.startswith("## ")] == HEADINGS
            assert len(text.splitlines()) <= 25


def test_there_is_no_runbook_for_an_error_that_is_gone() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {kind.__name__ for kind in LEAVES}
