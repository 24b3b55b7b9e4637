"""The direction of imports is a table; sizes and names have limits. Adding a line here is a decision, not a repair."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("include", "plugins", "dags")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
# Imported by everything; they import nothing of ours.
GROUND = {"include.errors", "include.periods"}
# Each does one thing with bytes or rows and knows none of the others; batches and ingest join them.
ENGINE = {
    "include.fetching", "include.landing", "include.quality", "include.sdmx", "include.soft_failures",
    "include.staging", "include.warehouse",
}  # fmt: skip
# Part of include/ -> what it may import of include/, besides itself and GROUND. Absent means: nothing.
ALLOWED: dict[str, set[str]] = {
    **{module: {"include.sources.source"} for module in ENGINE},
    "include.sdmx": set(),
    # Values and the reading of notices, shared by what asks and by what judges the answer.
    "include.exchange": set(),
    "include.notices": set(),
    "include.trust": {"include.exchange"},
    "include.fetching": {"include.exchange", "include.notices", "include.sources.source", "include.trust"},
    "include.soft_failures": {"include.notices", "include.sources.source"},
    "include.asking": {
        "include.exchange",
        "include.feeds",
        "include.fetching",
        "include.notices",
        "include.sources",
        "include.warehouse",
    },
    "include.batches": ENGINE | {"include.exchange", "include.sources"},
    "include.extraction": {
        "include.asking",
        "include.batches",
        "include.exchange",
        "include.landing",
        "include.soft_failures",
        "include.sources",
        "include.warehouse",
    },
    "include.counted": {"include.sources"},
    "include.bulk_views": ENGINE | {"include.batches", "include.sources"},
    "include.apart": {"include.batches", "include.bulk_views", "include.staging", "include.warehouse"},
    "include.slices": ENGINE
    | {
        "include.apart",
        "include.batches",
        "include.bulk_views",
        "include.counted",
        "include.promises",
        "include.sources",
    },
    "include.bulk": ENGINE
    | {
        "include.apart",
        "include.batches",
        "include.bulk_views",
        "include.counted",
        "include.promises",
        "include.slices",
        "include.sources",
    },
    "include.staging": {"include.layout", "include.sources.source"},
    "include.layout": {"include.sources.source"},
    "include.promises": {"include.batches", "include.sources", "include.staging", "include.warehouse"},
    "include.ingest": ENGINE
    | {
        "include.batches",
        "include.bulk",
        "include.code_version",
        "include.impact",
        "include.promises",
        "include.slices",
        "include.sources",
    },
    "include.code_version": set(),
    "include.impact": {"include.batches", "include.sources", "include.warehouse"},
    "include.sources": {"include.sdmx", "include.partners"},
    "include.feeds": {"include.exchange", "include.fetching", "include.sources.source"},
    "include.partners": {"include.warehouse"},
    "include.retention": {"include.landing", "include.warehouse"},
    "include.reports": {"include.warehouse"},
    "include.answers": {
        "include.landing",
        "include.partners",
        "include.reports",
        "include.sources",
        "include.warehouse",
    },
    "include.samples": {"include.partners"},
    "include.local": {
        "include.documentation",
        "include.export",
        "include.migration",
        "include.replay",
        "include.reports",
        "include.samples",
        "include.snapshots",
        "include.sources",
    },
    "include.marts": {"include.warehouse"},
    "include.backfill": {"include.batches", "include.sources", "include.warehouse"},
    "include.snapshots": {"include.sdmx", "include.sources"},
    "include.replay": {
        "include.extraction",
        "include.exchange",
        "include.ingest",
        "include.snapshots",
        "include.sources",
    },
    "include.migration": {"include.marts", "include.warehouse"},
    "include.export": {"include.warehouse"},
    "include.documentation": {"include.sources", "include.warehouse"},
}
MODULE_LINES, FUNCTION_LINES = 200, 25
# What is longer today: it may only get shorter, and then it leaves this list.
LONG_MODULES: set[str] = set()
LONG_FUNCTIONS = {
    "include.sources.reference._source",
    "include.staging.split",
    "include.warehouse.merge",
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
SOURCE_TEXT = [
    path
    for folder in ("include", "plugins", "dags", "sql", "tests", "docs")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".sql", ".md", ".html", ".txt", ".css"}
]


def imports(path: Path) -> Iterator[str]:
    """What a file imports, each as the longest dotted name that is a module of ours, else as written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports break where Airflow reads files from several roots"
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in MODULES else str(node.module)


def part_of(module: str) -> str:
    """The row of the table that a module belongs to: itself at the top of include/, else its folder."""
    return ".".join(module.split(".")[:2])


def is_within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in names)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 60
    assert set(ALLOWED) | GROUND | {"include"} == {part_of(name) for name in MODULES if name.startswith("include")}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("include")])
def test_include_imports_what_the_table_allows(module: str) -> None:
    found = set(imports(MODULES[module]))
    assert not {name for name in found if name.split(".")[0] in {"airflow", "dags", "plugins"}}
    assert not {name for name in found if name.startswith("accelerates_")}
    ours = {name for name in found if name.split(".")[0] == "include"}
    own = {part_of(module)} | (set() if module in GROUND else GROUND)
    refused = {name for name in ours if not is_within(name, own | ALLOWED.get(part_of(module), set()))}
    assert refused == set(), f"{module} may not import these; see ALLOWED"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("plugins")])
def test_plugins_are_named_so_that_they_shadow_nothing_and_do_not_import_dags(module: str) -> None:
    assert module.startswith("plugins.accelerates_")
    assert module.count(".") == 1, "plugins/ is flat: Airflow runs every file under its bare stem"
    assert not {name for name in imports(MODULES[module]) if name.split(".")[0] in {"dags", "plugins"}}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("dags")])
def test_a_dag_file_imports_our_plugins_airflows_sdk_and_include(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            for name in names:
                assert re.match(r"airflow\.sdk$|accelerates_|include\.sources", name), f"{module}: {name}"


def test_the_part_for_one_machine_serves_nobody_but_itself() -> None:
    users = {name for name, path in MODULES.items() if is_within_any(path, {"include.local"})}
    assert {name for name in users if not is_within(name, {"include.local"})} == set()


def is_within_any(path: Path, names: set[str]) -> bool:
    return any(is_within(name, names) for name in imports(path))


def test_names_say_what_a_thing_is() -> None:
    vague = [name for name in MODULES if FORBIDDEN_NAMES & set(re.split(r"[._]", name))]
    assert vague == []


def test_modules_are_short() -> None:
    assert {name for name, path in MODULES.items() if _lines(path) > MODULE_LINES} == LONG_MODULES


def test_functions_are_short() -> None:
    """Lines without the docstring, which may take the room that it needs."""
    found = {
        f"{name}.{node.name}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES
    }
    assert found == LONG_FUNCTIONS


def test_nothing_is_left_to_do_in_a_comment() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert [str(path.relative_to(ROOT)) for path in SOURCE_TEXT if words.search(path.read_text(encoding="utf-8"))] == []


def test_tests_are_no_package() -> None:
    """A tests/include/__init__.py would shadow the real include."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    told = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring
