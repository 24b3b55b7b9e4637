"""Pages that need no warehouse: it is away, signed out, unsubscribing."""

from __future__ import annotations

from html import escape

from include.reports.language.catalog import LANGUAGES, catalog, phrase

# What a reader who follows the unsubscribe link is told, by outcome.
_UNSUBSCRIBE_TEXTS = {
    "ask": phrase("Do you want to stop getting this report?"),
    "done": phrase("You will not get this report any more."),
    "forged": phrase("This link is not ours, or not whole. Answer the mail instead."),
    "away": phrase("It cannot be done now. Try again later, or answer the mail."),
}


def warehouse_away_page(language: str) -> str:
    """Render the page for when the warehouse does not answer: what is wrong and what to do."""
    translate = catalog(language).gettext
    title = translate("The warehouse does not answer, so there are no figures now.")
    todo = translate("Try again in a few minutes. If it stays so, tell the engineers: the API server's log says why.")
    return _page(language, title, f"<h1>{escape(title)}</h1>\n<p>{escape(todo)}</p>")


def signed_out_page(sign_in: str) -> str:
    """Render the page for signed-out readers, in both languages: theirs is not known.

    Args:
        sign_in: where Airflow asks who it is and leads back.
    """
    titles, parts = [], []
    for language, heading in zip(LANGUAGES, ("h1", "h2"), strict=True):
        translate = catalog(language).gettext
        titles.append(translate("You are not signed in."))
        way, then = translate("Sign in to Airflow"), translate("After that you come back to this page.")
        link = f'<a href="{escape(sign_in)}">{escape(way)}</a>'
        section = f"<{heading}>{escape(titles[-1])}</{heading}>\n<p>{link}. {escape(then)}</p>"
        parts.append(f'<section lang="{language}">\n{section}\n</section>')
    return _page(LANGUAGES[0], " ".join(titles), "\n".join(parts))


def _page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f'<body style="margin: 24px; font-family: sans-serif">\n'
        f"<main>\n{body}\n</main>\n"
    )


def unsubscribe_page(outcome: str) -> str:
    """Render a page of two lines, Dutch and English; with a button for outcome 'ask'.

    Args:
        outcome: ask, done, forged or away.
    """
    dutch, english = (catalog(language).gettext(_UNSUBSCRIBE_TEXTS[outcome]) for language in ("nl", "en"))
    button = outcome == "ask"
    form = '<form method="post"><button style="font: inherit; padding: 8px 16px">Stop</button></form>' if button else ""
    return (
        '<!doctype html>\n<html lang="nl">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>KPI-rapport</title>\n'
        '<body style="margin: 24px; font: 16px/1.45 sans-serif">\n<main>\n'
        f'<h1 style="font-size: 20px">{escape(dutch)}</h1>\n<p lang="en">{escape(english)}</p>\n{form}\n</main>\n'
    )
