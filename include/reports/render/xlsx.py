"""Write the report's figures as a workbook: numbers, shown as the mail writes them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.periods import ZONE
from include.reports.language.catalog import phrase
from include.reports.language.formats import NBSP, Formats
from include.reports.language.labels import Kpi, Words, load_words
from include.reports.render.view import build_view, scorecard_row

# Text of others is text: no cell becomes a formula, a link or a number by itself.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DAY, _SHARE, _WHOLE = "d mmm yyyy", "+0.0%;\N{MINUS SIGN}0.0%;0.0%", "#,##0"
# Columns of the scorecard: width and heading.
_SCORECARD = (
    (34, phrase("Objective")), (38, phrase("Indicator")), (24, phrase("Period")), (20, phrase("Actual")),
    (8, phrase("Marks")), (20, phrase("Planned by now")), (14, phrase("Distance to plan")),
    (20, phrase("Same period last year")), (14, phrase("Change")), (20, phrase("Target")), (12, phrase("Target year")),
    (24, phrase("Target is")), (20, phrase("Status")), (20, phrase("Was three months ago")), (32, phrase("Source")),
    (14, phrase("Known since")), (44, phrase("Note")),
)  # fmt: skip
_DOMAINS = (
    (48, phrase("Core domain")), (14, phrase("Activities")), (14, phrase("Plan")), (14, phrase("Plan is")),
    (14, phrase("Companies")), (14, phrase("Reports in")), (14, phrase("Reports due")),
)  # fmt: skip
_QUARTERS = ((16, phrase("Quarter")), (24, phrase("Actual")), (24, phrase("Plan")), (24, phrase("Last year")))
Cell = tuple[Any, str]
Row = Sequence[Cell]


def render_workbook(model: Mapping[str, Any]) -> bytes:
    """Write the XLSX of a report model; the same model gives the same bytes."""
    words = load_words(model["report"]["language"])
    file = io.BytesIO()
    book = Workbook(file, _OPTIONS)
    moment = datetime.fromisoformat(model["report"]["as_of"])
    # Without a date of its own the file would carry the clock of this machine.
    book.set_properties({"title": model["subject"], "created": moment.astimezone(ZONE).replace(tzinfo=None)})
    sheet = _Writer(book, words)
    kpis = [kpi for objective in model["objectives"] for kpi in objective["kpis"]]
    sheet.table(phrase("Scorecard"), _SCORECARD, _scorecard(kpis, words))
    if model["others"]:
        sheet.table(phrase("Other indicators"), _SCORECARD, _scorecard(model["others"], words))
    if model["domains"]:
        sheet.table(phrase("Core domains"), _DOMAINS, _domains(model, words))
    if model["chart"]:
        sheet.table(phrase("Exports by quarter"), _QUARTERS, _quarters(model["chart"], words))
    view = build_view(model, words)
    if view["partner_section"]:
        sheet.lines(phrase("Your organisation"), [view["partner_section"]["name"], *view["partner_section"]["items"]])
    sheet.lines(phrase("Changes"), view["changes"]["items"] if view["changes"] else [])
    sheet.lines(phrase("About"), _about(view, [*view["definitions"], *model["others"]], words))
    book.close()
    return file.getvalue()


class _Writer:
    """Write the sheets of one book, each with its heading row; formats are shared."""

    def __init__(self, book: Workbook, words: Words) -> None:
        self._book, self._words = book, words
        self._formats: dict[str, Format] = {}
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})

    def table(self, name: str, columns: Sequence[tuple[int, str]], rows: Iterator[Row]) -> None:
        """Write a heading row that stays in view, and rows that fit the width of a printed page."""
        sheet = self._sheet(name)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        for at, (width, heading) in enumerate(columns):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, self._words.catalog.gettext(heading), self._head)
        for number, row in enumerate(rows, 1):
            for at, (value, form) in enumerate(row):
                self._write(sheet, number, at, value, form)

    def lines(self, name: str, lines: Sequence[str]) -> None:
        """Write one text a row, or that there is none."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 110)
        for number, line in enumerate(lines or [self._words.catalog.gettext("Nothing to report.")]):
            self._write(sheet, number, 0, line, "")

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(self._words.catalog.gettext(name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, form: str) -> None:
        if form not in self._formats:
            self._formats[form] = self._book.add_format({"valign": "top", "text_wrap": True, "num_format": form})
        if value is None:
            sheet.write_blank(row, column, None, self._formats[form])
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, value, self._formats[form])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), self._formats[form])
        else:
            sheet.write_string(row, column, str(value), self._formats[form])


def _scorecard(kpis: Sequence[Kpi], words: Words) -> Iterator[Row]:
    missing = words.catalog.gettext("no figure")
    for kpi in kpis:
        row = scorecard_row(kpi, words)
        form = number_format(kpi, words.formats)
        known = datetime.fromisoformat(kpi["known_from"]).astimezone(ZONE).date() if kpi["known_from"] else None
        value = missing if kpi["value"] is None else kpi["value"]
        provenance = _provenance(kpi["target_provenance"], words)
        yield [
            (kpi["objective_name"], ""), (kpi["name"], ""), (row["span"], ""),
            (value, form), (" ".join(row["marks"]), ""), (kpi["planned_value"], form), (kpi["plan_gap_share"], _SHARE),
            (kpi["last_year_value"], form), (kpi["last_year_change_share"], _SHARE), (kpi["target_value"], form),
            (kpi["target_year"], "0"), (provenance if kpi["target_value"] is not None else None, ""),
            (f"{row['status']['shape']} {row['status']['word']}", ""), (kpi["revised_from_value"], form),
            (kpi["source_name"], ""), (known, _DAY), (row["status_reason"], ""),
        ]  # fmt: skip


def number_format(kpi: Kpi, formats: Formats) -> str:
    """Choose the number format of a KPI: as many digits, on the same scale, as in the mail."""
    places = "." + "0" * kpi["decimals"] if kpi["decimals"] else ""
    if kpi["unit_code"] == "SHARE":
        return _signed(f"0{places}%")
    if kpi["unit_code"] != "EUR":
        return _signed(f"#,##0{places}")
    unit, word = formats.scale([kpi[name] for name in ("value", "planned_value", "last_year_value", "target_value")])
    space = NBSP if formats.language == "nl" else ""
    if not word:
        return _signed(f'"€{space}"#,##0{places}')
    # Each comma after the digits divides by a thousand.
    return _signed(f'"€{space}"#,##0.0{"," * (len(str(unit)) // 3)}"{NBSP}{word}"')


def _signed(form: str) -> str:
    return f"{form};\N{MINUS SIGN}{form}"


def _provenance(code: str, words: Words) -> str:
    return words.catalog.gettext(phrase("published") if code == "published" else phrase("illustrative"))


def _domains(model: Mapping[str, Any], words: Words) -> Iterator[Row]:
    for domain in model["domains"]:
        held, companies, received, due = (
            (domain[f"{name}_count"], _WHOLE) for name in ("activities", "companies", "reports_received", "reports_due")
        )
        planned = domain["planned_activities_count"]
        plan = [(words.catalog.gettext("no plan"), ""), (None, "")]
        if planned is not None:
            plan = [(planned, _WHOLE), (_provenance(domain["plan_provenance"], words), "")]
        yield [(domain["name"], ""), held, *plan, companies, received, due]


def _quarters(chart: Mapping[str, Any], words: Words) -> Iterator[Row]:
    for point in chart["points"]:
        figures = [(point[name], '"€ "#,##0') for name in ("value", "planned_value", "last_year_value")]
        yield [(words.formats.quarter(point["period"], short=True), ""), *figures]


def _about(view: Mapping[str, Any], defined: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    translate = words.catalog.gettext
    sample = translate("Sample figures (sample data): no official statistics.")
    return [
        view["headline"],
        *[sample] * bool(view["is_sample"]),
        view["vintage"],
        *view["about"],
        *(f"{item['name']}: {item['definition']} ({item['owner']})" for item in defined),
        translate("Next report: %(day)s.", day=view["next_date"]),
        f"{translate('Questions, or an error seen?')} {view['report']['contact']}",
    ]
