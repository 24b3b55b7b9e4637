"""Given rows for the marts: each method writes what a load would have left in core."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
LONG_AGO = "2020-01-01 09:00+01"
FOREVER = "infinity"


class Given:
    """Writes versioned rows; everything is known since 2020 unless said otherwise."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self.conn = conn
        self.payload_id = self.payload("reference", {})

    def payload(self, source_code: str, scope: Mapping[str, str]) -> int:
        """A payload of a source; returns its id."""
        row = self.conn.execute(
            """insert into landing.payload
               (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at, parser_version)
               values (%s, %s, md5(random()::text) || md5(random()::text), 1, 'text/csv', '', '', now(), '1')
               returning payload_id""",
            (source_code, Jsonb(scope)),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def batch(self, source_code: str, clock: str, state: str = "loaded", **scope: str) -> int:
        """A batch of a new payload; returns its id."""
        payload_id = self.payload(source_code, scope)
        self.conn.execute(
            """insert into ops.request (source_code, scope, clock, outcome, payload_id, known_from)
               values (%s, %s, %s, 'new', %s, %s)""",
            (source_code, Jsonb(scope), clock, payload_id, clock),
        )
        row = self.conn.execute(
            """insert into ops.batch (payload_id, clock, state, known_from, quarantined_from)
               values (%s, %s, %s, %s, %s) returning batch_id""",
            (payload_id, clock, state, clock, clock if state == "quarantined" else None),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def impact(self, source_code: str, clock: str) -> None:
        """What a batch of its own changed of a figure."""
        self.conn.execute(
            """insert into ops.impact (batch_id, kpi_code, period, kind_code, before_value, after_value,
               sent_reports, known_from) values (%s, 'fdi_jobs', '2026-Q2', 'revision', 1, 2, '{}', %s)""",
            (self.batch(source_code, clock), clock),
        )

    def merged(self, source_code: str, target: str, clock: str, inserted: int = 1) -> None:
        """A merge of a batch of its own, written on its clock."""
        self.conn.execute(
            """insert into ops.merge
               (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
               values (%s, %s, %s, %s, 0, 0)""",
            (self.batch(source_code, clock), target, clock, inserted),
        )

    def row(self, table: str, known_from: str = LONG_AGO, known_to: str = FOREVER, **values: object) -> None:
        """A row of a core table."""
        values |= {"known_from": known_from, "known_to": known_to, "payload_id": self.payload_id}
        self.conn.execute(
            sql.SQL("insert into core.{} ({}) values ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )

    def reference(self, *tables: str) -> None:
        """The rows of include/sources/reference; countries with their codes and groups."""
        more = ("country_code", "country_group_member") if "country" in tables else ()
        for table in (*tables, *more):
            with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
                reader = csv.DictReader(lines)
                columns = [*(reader.fieldnames or ()), "known_from", "known_to", "payload_id"]
                into = sql.SQL("copy core.{} ({}) from stdin").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
                with self.conn.cursor().copy(into) as copy:
                    for values in reader:
                        copy.write_row((*values.values(), LONG_AGO, FOREVER, self.payload_id))
                # As core.merge() does after a first load.
                self.conn.execute(sql.SQL("analyze core.{}").format(sql.Identifier(table)))

    def trade(self, country: str, period: str, value: float | None, **other: str) -> None:
        """A month of goods trade; by default exports of section VI by the Community concept."""
        section, flow, concept = other.get("section", "VI"), other.get("flow", "X"), other.get("concept", "COM")
        dataset, key = (
            f"BE2:DF_EXTTRADEVLNAT_{other.get('part', 'Overview')}",
            f"VL.{country}.{section}.{flow}.{concept}.VAL.M",
        )
        self._series(dataset, key, "M", concept, "INR", REPORTING="VL", COUNTRY=country, PRODUCT=section, FLOW=flow,
                     CONCEPT=concept, DATATYPE="VAL", FREQ="M")  # fmt: skip
        self.observation(dataset, key, period, value, **{
            name: other[name] for name in ("known_from", "known_to", "status_code", "embargo_until") if name in other
        })  # fmt: skip

    def product(self, code: str, domain: str, **other: object) -> None:
        """A product that counts whole for a core domain, on all days."""
        values: dict[str, object] = {
            "product_code": code, "core_domain_code": domain, "weight_share": 1, "product_name": code,
            "provenance": "illustrative", "is_energy": False, "valid_from": "1900-01-01", "valid_to": "9999-12-31",
        }  # fmt: skip
        self.row("product_domain", **(values | other))

    def country(self, code: str, country: str, valid_from: str = "1900-01-01", valid_to: str = "9999-12-31") -> None:
        """What a code of the trade source means on some days."""
        self.row("country_code", code_system="NBB", code=code, country_code=country, valid_from=valid_from,
                 valid_to=valid_to)  # fmt: skip

    def fdi_annual(self, year: int, indicator: str, value: float, **other: str) -> None:
        """A yearly figure as the agency publishes it."""
        self._series("FIT:FDI_ANNUAL", f"{indicator}.A", "A", "_Z", "FIT_ANNOUNCED", INDICATOR=indicator, FREQ="A")
        self.observation("FIT:FDI_ANNUAL", f"{indicator}.A", str(year), value, **other)

    def headline(self, indicator: str, period: str, value: float, **other: str) -> None:
        """A figure of goods trade as stated in public."""
        freq = "Q" if "-Q" in period else "A"
        self._series("FIT:HEADLINE", f"{indicator}.{freq}", freq, "COM", "FIT_STATEMENT",
                     INDICATOR=indicator, FREQ=freq)  # fmt: skip
        self.observation("FIT:HEADLINE", f"{indicator}.{freq}", period, value, **other)

    def statistic(self, dataset: str, period: str, value: float, **dimensions: str) -> None:
        """A value of a series of any dataset; its frequency is that of the period."""
        freq, key = "M" if "-" in period else "A", ".".join(dimensions.values())
        self._series(dataset, key, freq, "COM", "X", **dimensions)
        self.observation(dataset, key, period, value)

    def observation(self, dataset: str, key: str, period: str, value: float | None, **other: str) -> None:
        """A version of a value of a series."""
        row = self.conn.execute("select core.series_id(%s, %s)", (dataset, key)).fetchone()
        assert row is not None
        values = {"series_id": row[0], "dataset_code": dataset, "period": period, "value": value, "status_code": "A"}
        self.row("observation", **(values | other))

    def exchange_rate(self, currency: str, day: str, value: float, **other: str) -> None:
        """A daily reference rate: units of the currency for one euro."""
        key = f"D.{currency}.EUR.SP00.A"
        self._series("ECB:EXR", key, "D", "_Z", "ECB_REFERENCE_RATE", CURRENCY=currency)
        self.observation("ECB:EXR", key, day, value, **other)

    def _series(self, dataset: str, key: str, freq: str, concept: str, definition: str, **dimensions: str) -> None:
        known = self.conn.execute("select from core.series where dataset_code = %s and series_key = %s", (dataset, key))
        if known.fetchone() is None:
            row = self.conn.execute("select core.series_id(%s, %s)", (dataset, key)).fetchone()
            assert row is not None
            self.row("series", series_id=row[0], dataset_code=dataset, series_key=key, dimensions=Jsonb(dimensions),
                     freq_code=freq, unit_code="NUMBER" if dataset.startswith("FIT") else "EUR", concept_code=concept,
                     price_basis_code="V", definition_code=definition)  # fmt: skip

    def project(self, code: str, announced: str, **other: object) -> None:
        """A foreign investment project of 10 jobs and EUR 1 million."""
        values: dict[str, object] = {
            "project_code": code, "year": int(announced[:4]), "announced_date": announced, "country_code": "US",
            "mode_code": "greenfield", "core_domain_code": "food", "jobs_count": 10, "capex_eur": 1_000_000,
        }  # fmt: skip
        self.row("fdi_project", **(values | other))

    def contract(self, partner: str, **other: object) -> None:
        """A partner and its contract of 2026."""
        self.row("partner", partner_code=partner, name=partner.title(), name_en=partner.title(),
                 partner_type_code="association", theme="all")  # fmt: skip
        values: dict[str, object] = {
            "contract_code": f"{partner}-2022", "partner_code": partner, "start_date": "2026-01-01",
            "end_date": "2026-12-31", "core_domain_code": "food", "language_code": "nl", "owes_reports": True,
            "report_due_days": 15,
        }  # fmt: skip
        self.row("contract", **(values | other))
        self.row("contract_budget", contract_code=f"{partner}-2022", year=2026, agreed_eur=1000,
                 provenance="illustrative")  # fmt: skip

    def report(self, partner: str, period: str, **other: object) -> None:
        """A report of a partner that was received."""
        values: dict[str, object] = {
            "contract_code": f"{partner}-2022", "period": period, "is_nil": False, "template_version": "1",
            "activity_count": 1, "company_row_count": 0, "follow_up_row_count": 0, "rejected_row_count": 0,
        }  # fmt: skip
        self.row("partner_report", **(values | other))

    def activity(self, partner: str, code: str, start: str, **other: object) -> None:
        """An activity that was held with 10 companies for EUR 500 of the budget, reported in its own quarter."""
        values: dict[str, object] = {
            "contract_code": f"{partner}-2022", "activity_code": code, "activity_type_code": "seminar",
            "report_period": f"{start[:4]}-Q{(int(start[5:7]) + 2) // 3}", "status_code": "held", "title": "Seminar",
            "start_date": start, "end_date": start, "mode_code": "onsite", "market_codes": ["VN"],
            "core_domain_code": "food", "companies_count": 10, "budget_used_eur": 500,
        }  # fmt: skip
        self.row("partner_activity", **(values | other))

    def as_of(self, moment: str) -> None:
        """From here on the warehouse answers as it stood then."""
        self.conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))


@pytest.fixture
def given(conn: psycopg.Connection) -> Given:
    """Writes given rows into a fresh warehouse."""
    return Given(conn)


@pytest.fixture
def full(given: Given) -> Given:
    """A small warehouse in which every mart has rows: two partners, two markets, a register, revised values."""
    given.reference("objective", "kpi", "kpi_target", "kpi_plan", "status_threshold", "country", "product_domain",
                    "core_domain", "core_domain_plan")  # fmt: skip
    given.row("additionality_band", band_code="none", position=1, without_help_share=0, name_nl="niets", name_en="none")
    for partner in ("agoria", "fevia"):
        given.contract(partner)
        for quarter in (1, 2, 3):
            given.report(partner, f"2026-Q{quarter}")
            given.activity(partner, f"{quarter}", f"2026-0{quarter * 3}-10")
            given.row("partner_company", contract_code=f"{partner}-2022", report_period=f"2026-Q{quarter}",
                      activity_code=f"{quarter}", company_hash="0" * 63 + str(quarter))  # fmt: skip
            given.row("partner_follow_up", contract_code=f"{partner}-2022", report_period=f"2026-Q{quarter}",
                      activity_code=f"{quarter}", company_hash="0" * 63 + str(quarter), months_after=6,
                      currency_code="EUR", value_amount=10, confirmed_code="yes", without_help_code="none")  # fmt: skip
            given.project(f"{partner}{quarter}", f"2026-0{quarter * 3}-10", known_from="2026-10-15")
    given.activity("agoria", "0", "2026-03-09", known_to="2026-05-02")
    for year in (2025, 2026):
        for month in range(1, 8 if year == 2026 else 13):
            for country, section, flow in (
                ("DE", "VI", "X"),
                ("DE", "XVIII", "X"),
                ("XS", "VI", "X"),
                ("DE", "VI", "I"),
                ("DE", "IV", "X"),
                ("A1", "VI", "X"),
            ):
                given.trade(country, f"{year}-{month:02d}", 100 + month, section=section, flow=flow)
            given.statistic("ESTAT:DS-059341", f"{year}-{month:02d}", 9000, reporter="EU27_2020", partner="WORLD",
                            product="TOTAL", flow="2", indicators="VALUE_IN_EUROS")  # fmt: skip
    given.statistic("BE2:DF_EXTT_TEC_ACTIVITY_SIZE", "2024", 30_000, INDICATOR="ENT_TRD", FLOW="X", REF_AREA="BE",
                    COUNTERPART_AREA="A1", ACTIVITY="_T", NUMBER_EMPL="_T", TRADE_POPULATION="_T")  # fmt: skip
    given.statistic("BE2:DF_FDI_COMPLETE", "2024", 500e9, FDI_ACCOUNT="S", FDI_BALANCE="N", FDI_DIRECTION="I",
                    FDI_ITEM="T", FDI_AREA="A1", FDI_SECTOR="TOT")  # fmt: skip
    given.trade("ZZ", "2026-07", 5)
    given.trade("A1", "2026-07", 5, section="30", part="Part_V_to_X")
    given.fdi_annual(2021, "jobs", 6233, known_from="2022-01-18", known_to="2024-01-22")
    given.fdi_annual(2021, "jobs", 6247, known_from="2024-01-22")
    given.fdi_annual(2021, "projects", 295)
    given.headline("exports", "2025", 3000)
    given.row("correction", dataset_code="FIT:FDI_ANNUAL", series_key="projects.A", period="2021", expected_value=296,
              corrected_value=295, reason="r", evidence_url="u", decided_by="d", decided_on="2022-02-01")  # fmt: skip
    given.as_of("2026-10-15 09:00+02")
    given.batch("fit_headline", LONG_AGO)
    given.batch("fit_headline", LONG_AGO, "quarantined", file="another")
    given.impact("fit_fdi_project", LONG_AGO)
    return given


@pytest.fixture
def world(full: Given) -> psycopg.Connection:
    """The connection of that warehouse."""
    return full.conn
