"""Our lists of countries and products, held against those of the agencies; needs the folder of payloads."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the folder of real payloads is not beside the project")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_countries_and_sections_are_codes_that_iso_and_the_hs_know() -> None:
    iso = {row["ISO3166-1-Alpha-2"] for row in _rows(PAYLOADS / "classifications" / "country-codes.csv")}
    ours = {row["country_code"] for row in _rows(REFERENCE / "country.csv") if row["is_aggregate"] == "false"}
    assert iso <= ours
    assert all(code.startswith(("X", "Q")) for code in ours - iso), "ISO leaves these letters to their users"
    sections = {row["section"] for row in _rows(PAYLOADS / "classifications" / "sections.csv")}
    products = {row["product_code"] for row in _rows(REFERENCE / "product_domain.csv")}
    assert {code for code in products if code.isalpha()} == sections
    hs = {row["hscode"] for row in _rows(PAYLOADS / "classifications" / "harmonized-system.csv")}
    assert {code for code in hs if len(code) == 2} <= products
    headings = {code for code in products if len(code) == 4 and code.isdigit()}
    # 9009 (photocopiers) left the HS with 2007.
    assert headings - hs == {"9009"}
    for chapter in {code[:2] for code in headings}:
        assert {code for code in hs if len(code) == 4 and code[:2] == chapter} <= headings, "a split chapter is whole"


@pytest.mark.parametrize(
    ("flow", "dimension", "system", "no_countries"),
    [
        ("DF_EXTTRADEVLNAT_Overview", "COUNTRY", "NBB", set()),
        # Headings of the list, without figures: countries, geographical and economic areas.
        ("DF_FDI_COMPLETE", "FDI_AREA", "NBB_AREA", {"CO", "GA", "EA"}),
        ("DF_EXTT_TEC_TYPE_TRADER", "COUNTERPART_AREA", "NBB_TEC", {"_Z", "_U"}),
    ],
)
def test_every_country_in_a_code_list_of_the_bank_is_known(
    flow: str, dimension: str, system: str, no_countries: set[str]
) -> None:
    known = {row["code"] for row in _rows(REFERENCE / "country_code.csv") if row["code_system"] == system}
    told = json.loads((PAYLOADS / "nbb" / f"catalog_BE2_{flow}.json").read_text(encoding="utf-8"))
    codes = {code["id"] for listed in told["dimensions"] if listed["id"] == dimension for code in listed["codes"]}
    assert len(codes) > 30
    assert codes - known == no_countries


def test_comtrade_s_reporters_mean_what_it_says_on_the_days_it_says() -> None:
    path = PAYLOADS / "comtrade" / "reference_Reporters.json"
    told = json.loads(path.read_text(encoding="utf-8"))["results"]
    theirs = {
        (str(r["reporterCode"]), r.get("reporterCodeIsoAlpha2"), r["entryEffectiveDate"][:10],
         (r.get("entryExpiredDate") or "9999-12-31")[:10])
        for r in told if not r["isGroup"]
    }  # fmt: skip
    ours = {
        (row["code"], row["country_code"], row["valid_from"], row["valid_to"])
        for row in _rows(REFERENCE / "country_code.csv")
        if row["code_system"] == "COMTRADE" and row["code"] not in {"0", "97"}
    }
    assert ours <= theirs
    iso = {row["ISO3166-1-Alpha-2"] for row in _rows(PAYLOADS / "classifications" / "country-codes.csv")}
    assert {row[1] for row in theirs - ours} & iso == set(), "only former states and groups are left out"
    assert {("56", "BE", "1999-01-01", "9999-12-31"), ("58", "BE", "1900-01-01", "1998-12-31")} <= ours
