"""The rooms of include/ and who may know whom; sizes and names have limits. A new line here is a decision."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("include", "plugins", "dags", "sandbox")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
# From the ground up: a room imports only rooms of floors below its own, so siblings do not know each other.
FLOORS = (
    ("errors", "periods"),
    ("landing", "sdmx", "partners"),
    ("sources",),
    ("register",),
    ("warehouse",),
    ("ledger",),
    ("extract", "load"),
    ("pipeline", "reports"),
    ("partner_feedback",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MAX_ROOMS, MAX_ARROWS = 14, 45
MODULE_LINES, FUNCTION_LINES = 400, 25
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
SOURCE_TEXT = [
    path
    for folder in ("include", "plugins", "dags", "sandbox", "sql", "tests", "docs")
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


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def arrows() -> set[tuple[str, str]]:
    """(room, room that it imports) inside include/."""
    found = {
        (room_of(module), room_of(name))
        for module, path in MODULES.items()
        if module.startswith("include.")
        for name in imports(path)
        if name.startswith("include.")
    }
    return {(room, other) for room, other in found if room != other}


def test_rooms_import_only_from_floors_below() -> None:
    assert {room_of(name) for name in MODULES if name.startswith("include.")} == set(FLOOR)
    assert sorted((room, other) for room, other in arrows() if FLOOR[other] >= FLOOR[room]) == []
    assert len(FLOOR) <= MAX_ROOMS
    assert len(arrows()) <= MAX_ARROWS


def test_include_knows_neither_airflow_nor_what_stands_on_it() -> None:
    tops = {
        (module, name.split(".")[0])
        for module in MODULES
        if module.startswith("include")
        for name in imports(MODULES[module])
    }
    assert (
        sorted(
            pair
            for pair in tops
            if pair[1] in {"airflow", "dags", "plugins", "sandbox"} or pair[1].startswith("accelerates_")
        )
        == []
    )


def test_plugins_are_named_so_that_they_shadow_nothing_and_do_not_import_dags() -> None:
    plugins = [name for name in MODULES if name.startswith("plugins")]
    # plugins/ is flat: Airflow runs every file under its bare stem.
    assert [name for name in plugins if not re.fullmatch(r"plugins\.accelerates_\w+", name)] == []
    found = {(name, other) for name in plugins for other in imports(MODULES[name])}
    assert sorted(pair for pair in found if pair[1].split(".")[0] in {"dags", "plugins", "sandbox"}) == []


def test_dag_files_import_our_plugins_airflows_sdk_and_the_register() -> None:
    offenders = []
    for module in (name for name in MODULES if name.startswith("dags")):
        for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                offenders += [
                    (module, name)
                    for name in names
                    if not re.match(r"airflow\.sdk$|accelerates_|include\.register$|include\.sources\.source$", name)
                ]
    assert offenders == []


def test_names_say_what_a_thing_is() -> None:
    vague = [name for name in MODULES if FORBIDDEN_NAMES & set(re.split(r"[._]", name))]
    assert vague == []


def test_modules_are_short() -> None:
    assert {name for name, path in MODULES.items() if _lines(path) > MODULE_LINES} == set()


def test_functions_are_short() -> None:
    """Lines without the docstring, which may take the room that it needs."""
    found = {
        f"{name}.{node.name}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES
    }
    assert found == set()


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
