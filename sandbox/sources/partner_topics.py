"""Subjects and target markets of the partners' activities, in the partner's own language.

All constructed, from the themes that the agreement names.
"""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """A partner's target markets (ISO codes) and subjects."""

    markets: tuple[str, ...]
    subjects: tuple[str, ...]


GENERAL = Topic(
    ("NL", "DE", "FR", "GB", "US", "PL", "IN"),
    ("Eerste stappen in export", "Internationaal contracteren", "E-commerce over de grens", "Exportplan op maat"),
)

TOPICS: dict[str, Topic] = {
    "agoria": Topic(("DE", "US", "IN", "JP", "SE"), ("Fabriek van de toekomst", "Halfgeleiders", "Slimme gebouwen")),
    "bcecc": Topic(("CN",), ("Doing business in China", "Food safety rules", "Cross-border e-commerce", "Green tech")),
    "bva": Topic(("VN",), ("Trade agreement EVFTA", "Ports and logistics", "Renewable energy", "Agri-food")),
    "bicci": Topic(("IN",), ("Life sciences partnerships", "Smart cities", "Diamond and design", "Start-up bridge")),
    "blue-cluster": Topic(("NO", "DK", "GB", "FR"), ("Offshore energie", "Kustbescherming", "Aquacultuur", "Zeewier")),
    "dsp-valley": Topic(
        ("NL", "DE", "IL", "US"), ("Artificiële intelligentie aan de rand", "Chipontwerp", "Slimme stad")
    ),
    "essenscia": Topic(("DE", "NL", "CN", "US"), ("Groene chemie", "Biofarma", "Circulaire kunststoffen", "REACH")),
    "fedustria": Topic(
        ("FR", "DE", "GB", "US"), ("Interieurtextiel", "Duurzaam hout", "Circulair matras", "Projectmeubilair")
    ),
    "fevia": Topic(("FR", "NL", "JP", "AE", "KR"), ("Bier en chocolade", "Plantaardige eiwitten", "Diepvriesgroenten")),
    "healthtech": Topic(
        ("NL", "US", "DE", "CH"), ("Digitale gezondheid", "Zorg op afstand", "Medische data", "Robotchirurgie")
    ),
    "flanders-bio": Topic(("US", "CH", "GB", "JP"), ("Celtherapie", "Vaccins van morgen", "Landbouwbiotechnologie")),
    "flega": Topic(("US", "DE", "JP", "CA"), ("Games voor onderwijs", "Uitgevers ontmoeten", "Virtuele werelden")),
    "flux50": Topic(
        ("DE", "DK", "NL", "PT"), ("Energiegemeenschappen", "Batterijopslag", "Warmtenetten", "Slimme netten")
    ),
    "medtech": Topic(("DE", "US", "AE", "FR"), ("Markttoelating MDR", "Implantaten", "Diagnostiek", "Revalidatie")),
    "sim": Topic(
        ("DE", "SE", "AT", "US"),
        ("3D-printen", "Lichtgewicht materialen", "Batterijmaterialen", "Recyclage van metaal"),
    ),
    "the-beacon": Topic(("NL", "GB", "FI", "US"), ("Internet der dingen", "Digitale tweeling", "Slimme haven")),
    "unizo": GENERAL,
    "vkw-limburg": Topic(
        ("DE", "NL", "PL", "IT"), ("Familiebedrijf over de grens", "Euregio", "Maakindustrie Limburg")
    ),
    "fccc": Topic(("CN",), ("Intellectual property", "Port cooperation", "Chinese investors", "Health industry")),
    "vil": Topic(
        ("NL", "DE", "SG", "BR"), ("Haven van de toekomst", "Farmalogistiek", "Stadsdistributie", "Luchtvracht")
    ),
    "voka": Topic(
        ("NL", "DE", "FR", "US", "IN", "AE"),
        ("Export voor groeiers", "Markttoegang", "Strategische groei", "Douane en btw"),
    ),
}

MARKETS: dict[str, dict[str, str]] = {
    "nl": {
        "AE": "de Verenigde Arabische Emiraten", "AT": "Oostenrijk", "BR": "Brazilië", "CA": "Canada",
        "CH": "Zwitserland", "CN": "China", "DE": "Duitsland", "DK": "Denemarken", "FI": "Finland", "FR": "Frankrijk",
        "GB": "het Verenigd Koninkrijk", "IL": "Israël", "IN": "India", "IT": "Italië", "JP": "Japan",
        "KR": "Zuid-Korea", "NL": "Nederland", "NO": "Noorwegen", "PL": "Polen", "PT": "Portugal", "SE": "Zweden",
        "SG": "Singapore", "US": "de Verenigde Staten", "VN": "Vietnam",
    },
    "en": {"CN": "China", "IN": "India", "VN": "Vietnam"},
}  # fmt: skip

TITLES: dict[str, dict[str, str]] = {
    "seminar": {"nl": "Seminarie {subject}: kansen in {market}", "en": "Seminar {subject}: opportunities in {market}"},
    "webinar": {"nl": "Webinar {subject} voor {market}", "en": "Webinar {subject} for {market}"},
    "outward_mission": {"nl": "Groepszakenreis {subject} naar {market}", "en": "Mission to {market}: {subject}"},
    "inward_mission": {"nl": "Inkopers uit {market}: {subject}", "en": "Buyers from {market}: {subject}"},
    "group_stand": {"nl": "Groepsstand {subject} in {market}", "en": "Group stand in {market}: {subject}"},
    "matchmaking": {"nl": "Matchmaking {subject} met {market}", "en": "Matchmaking with {market}: {subject}"},
    "peer_learning": {"nl": "Lerend netwerk {subject}", "en": "Peer group: {subject}"},
    "training": {"nl": "Opleiding {subject}", "en": "Training: {subject}"},
    "study_visit": {"nl": "Studiebezoek {subject} in {market}", "en": "Study visit to {market}: {subject}"},
    "promotion": {
        "nl": "Vlaanderen innoveert: {subject} in {market}",
        "en": "Flanders innovates in {market}: {subject}",
    },
    "investor_visit": {"nl": "Investeerders uit {market}: {subject}", "en": "Investors from {market}: {subject}"},
}
