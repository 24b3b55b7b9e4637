"""The mail fits the screens it is read on, measured in a real browser; skipped where there is none."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from include.reports.catalog import LANGUAGES
from include.reports.context import compose
from include.reports.render import render
from tests.reports.scorecards import RUN, kpi, nine, rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (320, 375, 600)
# Frames of each width around the mail; the page writes down how wide the mail wants to be in each.
PROBE = """<body>{frames}<pre id="found"></pre><script>
onload = () => {{ found.textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(
  f => f.contentDocument.documentElement.scrollWidth - f.contentDocument.documentElement.clientWidth)) }}
</script></body>"""
FRAME = '<iframe src="mail.html" style="border:0;width:{width}px;height:9000px"></iframe>'
LONG = kpi(**dict.fromkeys(("name_nl", "name_en", "source_name"), "Oplossingsgerichte" * 4))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "scorecard", [nine(), [kpi(name_nl=LONG, name_en=LONG, source_name=LONG)]], ids=["nine", "long"]
)
def test_nothing_sticks_out_on_a_phone_or_a_desk(tmp_path, language, scorecard):
    rendered = render(compose(rows(scorecard), RUN, "management", language, "team@example.org"))
    (tmp_path / "mail.html").write_text(rendered.html, encoding="utf-8")
    frames = "".join(
        f'<iframe src="mail.html" style="border:0;width:{width}px;height:9000px"></iframe>' for width in WIDTHS
    )
    (tmp_path / "probe.html").write_text(PROBE.format(frames=frames), encoding="utf-8")
    page = subprocess.run(
        [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-web-security",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom",
         (tmp_path / "probe.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="found">(.*?)</pre>', page.stdout)
    assert found
    assert dict(zip(WIDTHS, json.loads(found.group(1)), strict=True)) == dict.fromkeys(WIDTHS, 0)
