"""PDF and chart bring their fonts: the same bytes on every machine, and no font is no end of the process."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from include.reports.content.report_model import build_report_model
from include.reports.render import fonts
from include.reports.render.html import Rendered
from include.reports.render.package import package
from tests.machine import require_pango
from tests.reports.scorecards import RUN, rows

ROOT = Path(__file__).parents[2]
NOWHERE = "/dev/null/nowhere"
CONFIG = '<?xml version="1.0"?><fontconfig><dir>{folder}</dir><cachedir>{folder}</cachedir></fontconfig>'


def mail() -> Rendered:
    """The mail of one report with everything that goes with it."""
    return package(build_report_model(rows(), RUN, "management", "nl", "team@example.org"))


def digests(of: Rendered) -> list[str]:
    """A line for each part of a mail."""
    parts = {"html": of.html.encode(), "text": of.text.encode(), **of.images, **of.attachments}
    return [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in parts.items()]


def font_folder(folder: Path, *names: str) -> str:
    """A fontconfig file of a machine with some fonts, each the bold one under another name."""
    folder.mkdir()
    for name in names:
        font = TTFont(fonts.FOLDER / "LiberationSans-Bold.ttf")
        for record in font["name"].names:
            record.string = {1: name, 2: "Regular", 4: name, 16: name}.get(record.nameID, record.toUnicode())
        font["OS/2"].usWeightClass, font["OS/2"].fsSelection, font["head"].macStyle = 400, 0x40, 0
        font.save(folder / f"{name}.ttf")
    config = folder / "fonts.conf"
    config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    return str(config)


def machines(folder: Path) -> dict[str, dict[str, str]]:
    """What differs between machines, as environments; a PATH with fc-list tells matplotlib of their fonts too."""
    names = ("KPI report", "Liberation Sans", "DejaVu Sans", "Arial")
    return {
        "nothing": {
            "FONTCONFIG_FILE": NOWHERE, "HOME": NOWHERE, "XDG_CACHE_HOME": NOWHERE, "MPLCONFIGDIR": NOWHERE,
            "TZ": "Pacific/Kiritimati",
        },
        "no fonts": {
            "FONTCONFIG_FILE": font_folder(folder / "none"), "HOME": str(folder), "LANG": "tr_TR.UTF-8", "UMASK": "0",
            "TZ": "America/Adak", "FONTCONFIG_SYSROOT": NOWHERE, "FONTCONFIG_PATH": NOWHERE,
        },
        "many fonts": {
            "FONTCONFIG_FILE": font_folder(folder / "many", *names), "HOME": str(folder / "many"), "UMASK": "077",
            "LC_ALL": "C", "TZ": "Europe/Brussels", "SOURCE_DATE_EPOCH": "1",
        },
    }  # fmt: skip


def drawn_on(machine: dict[str, str]) -> subprocess.Popen[str]:
    """Draw the same mail in a process of its own, in an environment that is nobody's."""
    code = (
        "import os; os.umask(int(os.environ.get('UMASK', '022'), 8)); "
        "from tests.reports.test_fonts import digests, mail; print('\\n'.join(digests(mail())))"
    )
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH")} | machine
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_the_same_report_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    expected = digests(mail())
    running = {name: drawn_on(machine) for name, machine in machines(tmp_path).items()}
    found = {name: (*process.communicate(), process.returncode) for name, process in running.items()}
    assert {name: (code, errors) for name, (_, errors, code) in found.items() if code} == {}
    assert {name: lines.splitlines() for name, (lines, _, _) in found.items()} == dict.fromkeys(found, expected)


def test_the_pdf_is_set_in_our_fonts_and_every_sign_is_in_them() -> None:
    require_pango()
    content = mail().attachments["KPI-2026-Q3-v1-nl.pdf"]
    sheets = PdfReader(io.BytesIO(content)).pages
    used = {font.get_object()["/BaseFont"][8:] for page in sheets for font in page["/Resources"]["/Font"].values()}
    assert used == {"KPI-report", "KPI-report-Bold", "DejaVu-Sans"}
    text = "".join(page.extract_text() for page in sheets)
    assert set("✔●▲■▼○€−") <= set(text)
    known = {sign for file in fonts.FILES for sign in TTFont(file).getBestCmap()}
    assert [sign for sign in sorted(set(text) - {"\n"}) if ord(sign) not in known] == []


@pytest.mark.parametrize("content", [None, b"", b"version https://git-lfs.github.com/spec/v1\n"])
def test_without_a_font_the_mail_goes_without_the_pdf_and_says_so(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    if content is not None:
        (tmp_path / "LiberationSans-Regular.ttf").write_bytes(content)
    monkeypatch.setattr(fonts, "FILES", (tmp_path / "LiberationSans-Regular.ttf", *fonts.FILES[1:]))
    sent = mail()
    assert list(sent.attachments) == ["KPI-2026-Q3-v1-nl.xlsx"]
    assert "Er is geen PDF: die kon deze keer niet gemaakt worden." in sent.html
    assert "the font LiberationSans-Regular.ttf cannot be loaded" in caplog.text


def test_what_fontconfig_was_told_before_it_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    monkeypatch.delenv("FONTCONFIG_PATH", raising=False)
    before = dict(os.environ)
    with fonts.only_ours():
        config = Path(os.environ["FONTCONFIG_FILE"])
        assert str(fonts.FOLDER) in config.read_text(encoding="utf-8")
    assert dict(os.environ) == before
    assert not config.exists()


def test_every_font_stands_beside_its_licence() -> None:
    files = sorted(file for file in fonts.FOLDER.iterdir() if file.suffix != ".py" and file.is_file())
    assert [file.name for file in files] == [
        "DejaVuSans.ttf",
        "LICENSE-DejaVu.txt",
        "LICENSE-Liberation.txt",
        "LiberationSans-Bold.ttf",
        "LiberationSans-Regular.ttf",
    ]
    assert {file for file in files if file.suffix == ".ttf"} == set(fonts.FILES)
    assert sum(file.stat().st_size for file in files) < 2_000_000
