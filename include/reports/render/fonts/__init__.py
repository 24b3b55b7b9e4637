"""The fonts of PDF and chart: files of this folder, whatever fonts the machine has."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from matplotlib.font_manager import FontEntry, fontManager
from PIL import ImageFont

# As published: Liberation Sans 2.1.5, the metrics of Arial, and DejaVu Sans 2.37, which has the check mark that
# Liberation lacks.
FOLDER = Path(__file__).parent
DEJAVU = FOLDER / "DejaVuSans.ttf"
FILES = (FOLDER / "LiberationSans-Regular.ttf", FOLDER / "LiberationSans-Bold.ttf", DEJAVU)
# What could lead fontconfig to other files, and the file that it reads instead of the machine's.
_ELSEWHERE, _CONFIG = ("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"), "FONTCONFIG_FILE"
_XML = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>{fonts}</dir>
<cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Liberation Sans</family></prefer></alias>
<alias><family>monospace</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
"""


@contextmanager
def only_ours() -> Iterator[None]:
    """Let fontconfig know these fonts only, while a block loads Pango and draws.

    Raises:
        OSError: a font is missing or damaged, or no temporary file can be written. Pango without any font ends the
            process, so nothing may be drawn then.
    """
    for file in FILES:
        require_readable(file)
    before = {name: os.environ.pop(name, None) for name in (_CONFIG, *_ELSEWHERE)}
    # A service's home folder, where fontconfig would keep its cache, often cannot be written.
    with tempfile.TemporaryDirectory(prefix="fonts-") as folder:
        config = Path(folder, "fonts.conf")
        config.write_text(_XML.format(fonts=escape(str(FOLDER)), cache=escape(folder)), encoding="utf-8")
        os.environ[_CONFIG] = str(config)
        try:
            yield
        finally:
            del os.environ[_CONFIG]
            os.environ.update({name: value for name, value in before.items() if value is not None})


def require_readable(file: Path) -> None:
    """Refuse a font that cannot be loaded.

    Raises:
        OSError: it is missing, may not be read, or is no font.
    """
    try:
        ImageFont.truetype(str(file))
    except OSError as error:
        raise OSError(f"the font {file.name} cannot be loaded: {error}") from error


@cache
def chart_family() -> str:
    """Register our file with matplotlib under a name that no font of the machine has."""
    entry = FontEntry(fname=str(DEJAVU), name="KPI report", style="normal", variant="normal", weight=400,
                      stretch="normal", size="scalable")  # fmt: skip
    # First: of equals matplotlib takes the first.
    fontManager.ttflist.insert(0, entry)
    return entry.name
