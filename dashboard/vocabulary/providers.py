"""Providers: names, endpoints, OAuth scopes, published limits and the times the runner keeps. No call is made here."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Provider(StrEnum):
    XERO = "xero"

    @property
    def label(self) -> str:
        return {"xero": "Xero"}[self.value]


@dataclass(frozen=True)
class Endpoints:
    """Absolute addresses without a trailing slash."""

    authorize: str
    token: str
    api: str


@dataclass(frozen=True)
class Limits:
    """The provider's published ceilings, in calls: for one connection, and for all connections of our app together."""

    per_minute: int
    per_day: int
    app_per_minute: int
    documents_per_call: int
    attachment_bytes: int


@dataclass(frozen=True)
class Timing:
    """How long the runner waits. A call's deadline is shorter than the lease, so that a holder never outlives it.

    `retry_minute` is what it takes for a minute when it spaces its tries.
    """

    call_deadline: timedelta
    lease: timedelta
    settles_after: timedelta
    retry_minute: timedelta = timedelta(minutes=1)


@dataclass(frozen=True)
class ProviderFacts:
    """`no_tax_code` is the tax code of a line that carries no tax at all, such as a rounding difference.

    `access_lasts` is how long an access token does, `unused_lasts` the access as a whole when nobody renews it.
    """

    scopes: tuple[str, ...]
    limits: Limits
    timing: Timing
    no_tax_code: str
    access_lasts: timedelta
    unused_lasts: timedelta


def endpoints(provider: Provider, base_url: str = "") -> Endpoints:
    """The provider's addresses; with `base_url` (a sandbox) that one prefix stands for all its hosts.

    Xero: https://developer.xero.com/documentation/guides/oauth2/auth-flow
    """
    match provider:
        case Provider.XERO:
            login = base_url or "https://login.xero.com"
            identity = base_url or "https://identity.xero.com"
            return Endpoints(
                authorize=f"{login}/identity/connect/authorize",
                token=f"{identity}/connect/token",
                api=base_url or "https://api.xero.com",
            )


FACTS: dict[Provider, ProviderFacts] = {
    # https://developer.xero.com/documentation/guides/oauth2/limits and /scopes (granular scopes, since March 2026)
    Provider.XERO: ProviderFacts(
        scopes=(
            "offline_access",
            "accounting.invoices",
            "accounting.contacts",
            "accounting.settings.read",
            "accounting.attachments",
            "accounting.payments",
        ),
        limits=Limits(
            per_minute=60,
            per_day=5000,
            app_per_minute=10_000,
            documents_per_call=50,
            attachment_bytes=10_000_000,
        ),
        timing=Timing(
            call_deadline=timedelta(seconds=75),
            lease=timedelta(seconds=120),
            settles_after=timedelta(seconds=300),
        ),
        no_tax_code="NONE",
        access_lasts=timedelta(minutes=30),
        unused_lasts=timedelta(days=60),
    ),
}
