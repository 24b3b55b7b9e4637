"""Store what was rendered; what is sent is exactly what was stored."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports.delivery.message import mime_parts
from include.reports.issue.report_run import ReportRun
from include.reports.render.html import Rendered, files_to_json

_REPORTS = Path(__file__).parents[1]
_ROOT = _REPORTS.parents[1]


def store_artifact(
    conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str, rendered: Rendered
) -> Rendered:
    """Store a variant, once; return what is stored, which may be an earlier rendering."""
    parts = mime_parts(rendered, language)
    conn.execute(
        """insert into ops.report_artifact
               (report_run_id, audience_code, language_code, subject, html, plain_text, images, attachments, sha256,
               body, body_sha256, template_version, code_version)
           values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing""",
        (
            run.report_run_id, audience, language, rendered.subject, rendered.html, rendered.text,
            files_to_json(rendered.images), files_to_json(rendered.attachments), rendered.sha256,
            parts, hashlib.sha256(parts).hexdigest(), template_version(), code_version(),
        ),
    )  # fmt: skip
    return load_artifact(conn, run, audience, language)


def load_artifact(conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str) -> Rendered:
    """Load a stored variant.

    Raises:
        WarehouseError: it was never stored, or its hash differs.
    """
    row = conn.execute(
        """select subject, html, plain_text, images, attachments, sha256 from ops.report_artifact
           where report_run_id = %s and audience_code = %s and language_code = %s""",
        (run.report_run_id, audience, language),
    ).fetchone()
    if row is None:
        raise _damaged(run, audience, language, "none")
    images, attachments = ({name: b64decode(text) for name, text in sorted(part.items())} for part in row[3:5])
    rendered = Rendered(subject=row[0], html=row[1], text=row[2], images=images, attachments=attachments)
    if rendered.sha256 != row[5]:
        raise _damaged(run, audience, language, "one whose hash differs")
    return rendered


def load_body(conn: psycopg.Connection[Any], run: ReportRun, audience: str, language: str) -> bytes:
    """Load the MIME parts of a variant, the same for all its readers, and check their hash.

    Raises:
        WarehouseError: it was never stored, or its hash differs.
    """
    rendered = load_artifact(conn, run, audience, language)
    row = conn.execute(
        """select body, body_sha256 from ops.report_artifact
           where report_run_id = %s and audience_code = %s and language_code = %s""",
        (run.report_run_id, audience, language),
    ).fetchone()
    if row is None or row[0] is None:
        # Stored before bodies were.
        return mime_parts(rendered, language)
    if hashlib.sha256(row[0]).hexdigest() != row[1]:
        raise _damaged(run, audience, language, "one whose hash differs")
    return bytes(row[0])


def _damaged(run: ReportRun, audience: str, language: str, got: str) -> WarehouseError:
    return WarehouseError(
        source="report",
        expected=f"the kept {language} report of {run.report_code} version {run.version} for {audience}",
        got=got,
        todo="Look at ops.report_artifact; render this issue again before sending.",
    )


@cache
def template_version() -> str:
    """Hash templates and catalogues to 12 hex digits, the same on every machine."""
    return _hash_files(
        [*(_REPORTS / "render" / "templates").rglob("*"), *(_REPORTS / "language" / "locale").rglob("*.po")]
    )


@cache
def code_version() -> str:
    """Hash include/ and sql/ to 12 hex digits: the code that reads the figures and renders them."""
    return _hash_files([*(_ROOT / "include").rglob("*.py"), *(_ROOT / "sql").rglob("*.sql")])


def _hash_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in files if path.is_file()):
        digest.update(f"{file.relative_to(_ROOT).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
