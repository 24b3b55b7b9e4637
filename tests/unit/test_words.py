"""The words of the code are plain; CONTRIBUTING states the rules that are counted here."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("include", "plugins", "dags", "sandbox")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
MAX_FIRST_LINE, MAX_SUBJECT, MAX_MODULES = 90, 72, 2
# One name on purpose: a source's questions, a command line, and the three steps at every level.
SHARED_NAMES = {"requests", "main", "stage", "check", "merge"}
# Words of a dialect that this code once spoke; each needs its author to be understood.
DIALECT = {
    "again",
    "answer",
    "apart",
    "asked",
    "told",
    "heard",
    "shown",
    "drawn",
    "said",
    "own",
    "of",
    "read",
    "made",
    "found",
    "known",
    "held",
    "kept",
    "done",
    "given",
    "counted",
    "placed",
    "bare",
    "picks",
    "packed",
    "moments",
    "wording",
    "letters",
    "loader",
    "bridge",
    "posting",
    "composing",
    "promises",
}
# A constant says what it limits or holds.
VAGUE_CONSTANT = re.compile(r"_?(PATIENCE|MOST|FEWEST|LONGEST|HERE|ONCE|ALL|ASK|NEXT)(_S)?")


def definitions() -> Iterator[tuple[str, str]]:
    """(module, name) of every function and class that a module offers."""
    for path, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield path, node.name


def test_the_first_line_of_a_docstring_is_short() -> None:
    """That it begins with an imperative or names the thing is ruff's D401."""
    long = [
        (path, getattr(node, "name", "module"))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and len((ast.get_docstring(node) or "").partition("\n")[0]) > MAX_FIRST_LINE
    ]
    assert long == []


def test_a_public_function_has_its_name_in_two_modules_at_most() -> None:
    places = defaultdict(set)
    for path, name in definitions():
        places[name].add(path)
    assert {
        name: paths for name, paths in places.items() if len(paths) > MAX_MODULES and name not in SHARED_NAMES
    } == {}


def test_no_name_is_of_the_dialect() -> None:
    modules = [path for path in TREES if Path(path).stem in DIALECT]
    assert modules + [(path, name) for path, name in definitions() if name in DIALECT] == []


def test_constants_say_what_they_hold() -> None:
    vague = [
        (path, name.id)
        for path, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(name, ast.Name) and VAGUE_CONSTANT.fullmatch(name.id)
    ]
    assert vague == []
