"""Settings of the mail: names and addresses that differ between installations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """Addresses of the report; the defaults are reserved names that reach nobody."""

    sender_name: str = "FIT KPI-rapport"
    sender_address: str = "kpi-rapport@example.org"
    reply_to: str = "kpi-team@example.org"
    # Envelope sender: where mail servers report that a mail could not be delivered.
    bounce_address: str = "bounces@example.org"
    # Right-hand side of every Message-ID; must be a domain of ours.
    domain: str = "kpi.example.org"
    list_id: str = "kpi-rapport.example.org"
    # Where one click stops the report (RFC 8058), https://airflow.example.org/stop/; without it an address is named.
    unsubscribe_url: str = ""
    # The scorecard in Airflow, https://airflow.example.org/kpi/; without it no mail has a button to it.
    page_url: str = ""
    # Signs the links that stop the report and makes Message-IDs that nobody can guess; kept with the secrets.
    signing_key: str = ""
    # Domains that may be written to, with what is below them; * is everyone, and is for production only.
    allowed_domains: str = "example.org,example.com,example.net,example,test,invalid"


def from_environment(environment: Mapping[str, str]) -> MailSettings:
    """Read the settings from KPI_MAIL_SENDER_NAME, KPI_MAIL_REPLY_TO and so on."""
    names = {f"KPI_MAIL_{field.name.upper()}": field.name for field in fields(MailSettings)}
    values = {name: environment[variable] for variable, name in names.items() if environment.get(variable)}
    return replace(MailSettings(), **values)
