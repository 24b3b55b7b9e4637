"""Pages that need no warehouse: that it is away, and that the reader is signed out."""

from __future__ import annotations

from html import escape

from include.reports.language.catalog import LANGUAGES, catalog


def away(language: str) -> str:
    """The page for when the warehouse does not answer: what is the matter and what to do."""
    translate = catalog(language).gettext
    title = translate("The warehouse does not answer, so there are no figures now.")
    todo = translate("Try again in a few minutes. If it stays so, tell the engineers: the API server's log says why.")
    return _page(language, title, f"<h1>{escape(title)}</h1>\n<p>{escape(todo)}</p>")


def signed_out(sign_in: str) -> str:
    """The page for who is not signed in, in both languages: nobody knows yet which one the reader has.

    Args:
        sign_in: where Airflow asks who it is and leads back.
    """
    titles, parts = [], []
    for language, heading in zip(LANGUAGES, ("h1", "h2"), strict=True):
        translate = catalog(language).gettext
        titles.append(translate("You are not signed in."))
        way, then = translate("Sign in to Airflow"), translate("After that you come back to this page.")
        link = f'<a href="{escape(sign_in)}">{escape(way)}</a>'
        said = f"<{heading}>{escape(titles[-1])}</{heading}>\n<p>{link}. {escape(then)}</p>"
        parts.append(f'<section lang="{language}">\n{said}\n</section>')
    return _page(LANGUAGES[0], " ".join(titles), "\n".join(parts))


def _page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f'<body style="margin: 24px; font-family: sans-serif">\n'
        f"<main>\n{body}\n</main>\n"
    )
