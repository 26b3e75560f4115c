"""Settings from the environment, prefix TIEOUT_. A missing or malformed value stops the start with one clear line."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.vocabulary.plans import Terms
from dashboard.vocabulary.providers import FACTS, Provider, Timing


class BadSetting(Exception):
    """A setting that cannot be used; the message names it and says how to mend it."""


@dataclass(frozen=True)
class ProviderSettings:
    """How one provider is reached. `base_url` empty means the provider's own hosts; `pace` multiplies its limits."""

    client_id: str
    client_secret: str = field(repr=False)
    base_url: str
    pace: float
    timing: Timing


class Encryption(StrEnum):
    """How the way to the mail server is kept private: from the first word, after STARTTLS, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """The SMTP server that mail leaves by; without a username nobody signs in there."""

    host: str
    port: int
    encryption: Encryption
    username: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Config:
    """Every setting, checked. `token_keys` are 32 byte AES keys by id, the first one seals.

    Without `mail` nothing is mailed: links are shown to whoever makes them instead.
    """

    database_url: str
    secret_key: str = field(repr=False)
    token_keys: dict[str, bytes] = field(repr=False)
    public_url: str
    trusted_proxies: int
    log_level: str
    mail: MailServer | None
    support_email: str
    plans: Terms
    providers: dict[Provider, ProviderSettings]

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


DEFAULT_DATABASE = "sqlite:///data/tieout.db"


def load(environment: Mapping[str, str]) -> Config:
    """Read all settings; raises BadSetting for the first that is missing or malformed."""
    return Config(
        database_url=_database_url(environment.get("TIEOUT_DATABASE_URL", "") or DEFAULT_DATABASE),
        secret_key=_secret_key(environment.get("TIEOUT_SECRET_KEY", "")),
        token_keys=_token_keys(environment.get("TIEOUT_TOKEN_KEYS", "")),
        public_url=_address(
            "TIEOUT_PUBLIC_URL",
            environment.get("TIEOUT_PUBLIC_URL", "") or "http://localhost:5000",
        ),
        trusted_proxies=_proxies(environment.get("TIEOUT_TRUSTED_PROXIES", "") or "0"),
        log_level=_log_level(environment.get("TIEOUT_LOG_LEVEL", "") or "info"),
        mail=_mail(environment),
        support_email=_support_email(environment.get("TIEOUT_SUPPORT_EMAIL", "")),
        plans=_plans(environment),
        providers={provider: _provider(provider, environment) for provider in Provider},
    )


def new_secret() -> str:
    """A value good enough for TIEOUT_SECRET_KEY."""
    return secrets.token_urlsafe(32)


def new_token_key() -> str:
    """A value good enough for TIEOUT_TOKEN_KEYS."""
    return "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _database_url(value: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if value.startswith(prefix):
            return "postgresql+psycopg://" + value.removeprefix(prefix)
    if value.startswith("sqlite:///"):
        path = Path(value.removeprefix("sqlite:///"))
        if value != "sqlite:///:memory:":
            return f"sqlite:///{path.resolve()}"
    if value.startswith("postgresql+psycopg://"):
        return value
    raise BadSetting("TIEOUT_DATABASE_URL must begin with sqlite:///FILE or postgresql://")


def _secret_key(value: str) -> str:
    if len(value) < 16:
        raise BadSetting("TIEOUT_SECRET_KEY must be set to at least 16 random characters; it signs the session cookies")
    return value


def _token_keys(value: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for pair in filter(None, (part.strip() for part in value.split(","))):
        name, colon, encoded = pair.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded.encode())
        except (binascii.Error, ValueError):
            key = b""
        if not colon or not name.isidentifier() or len(key) != 32:
            form = "NAME:KEY pairs, NAME of letters and digits, KEY 32 bytes in URL-safe base64"
            raise BadSetting(f"TIEOUT_TOKEN_KEYS must list {form}")
        keys[name] = key
    if not keys:
        raise BadSetting("TIEOUT_TOKEN_KEYS must name at least one key (NAME:KEY); it seals the access to the ledgers")
    return keys


def _address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadSetting(f"{name} must be an address such as https://tieout.example.com")
    return value.rstrip("/")


def _proxies(value: str) -> int:
    if not re.fullmatch(r"[0-9]|10", value):
        raise BadSetting(f"TIEOUT_TRUSTED_PROXIES must be a whole number from 0 to 10, not {value!r}")
    return int(value)


def _log_level(value: str) -> str:
    if value.lower() not in ("debug", "info", "warning", "error"):
        raise BadSetting("TIEOUT_LOG_LEVEL must be debug, info, warning or error")
    return value.lower()


def _mail(environment: Mapping[str, str]) -> MailServer | None:
    host = environment.get("TIEOUT_SMTP_HOST", "")
    port = environment.get("TIEOUT_SMTP_PORT", "") or "587"
    encryption = environment.get("TIEOUT_SMTP_ENCRYPTION", "") or "starttls"
    username = environment.get("TIEOUT_SMTP_USERNAME", "")
    password = environment.get("TIEOUT_SMTP_PASSWORD", "")
    sender = environment.get("TIEOUT_SMTP_FROM", "")
    if not host:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65535:
        raise BadSetting(f"TIEOUT_SMTP_PORT must be a port from 1 to 65535, not {port!r}")
    if encryption not in list(Encryption):
        raise BadSetting(f"TIEOUT_SMTP_ENCRYPTION must be tls, starttls or none, not {encryption!r}")
    if username and encryption == Encryption.NONE and host not in ("localhost", "127.0.0.1", "::1"):
        raise BadSetting("TIEOUT_SMTP_ENCRYPTION must not be none where TIEOUT_SMTP_PASSWORD would cross a network")
    if not re.fullmatch(r"(?:[^<>@\r\n]+<[^<>@\s]+@[^<>@\s]+>)|[^<>@\s]+@[^<>@\s]+", sender):
        raise BadSetting("TIEOUT_SMTP_FROM must be the address mail comes from, such as tieout <books@example.com>")
    return MailServer(host, int(port), Encryption(encryption), username, password, sender)


def _support_email(value: str) -> str:
    if value and not re.fullmatch(r"[^<>@\s?&]+@[^<>@\s?&]+", value):
        raise BadSetting(f"TIEOUT_SUPPORT_EMAIL must be an e-mail address, not {value!r}")
    return value


def _plans(environment: Mapping[str, str]) -> Terms:
    usual = Terms()
    found = Terms(
        free=_days("TIEOUT_PLAN_FREE_DAYS", environment, usual.free),
        growth=_days("TIEOUT_PLAN_GROWTH_DAYS", environment, usual.growth),
        scale=_days("TIEOUT_PLAN_SCALE_DAYS", environment, usual.scale),
        grace=_days("TIEOUT_RETENTION_GRACE_DAYS", environment, usual.grace),
    )
    if not found.free <= found.growth <= found.scale:
        raise BadSetting("TIEOUT_PLAN_FREE_DAYS must not be above _GROWTH_DAYS, nor that above TIEOUT_PLAN_SCALE_DAYS")
    return found


def _days(name: str, environment: Mapping[str, str], default: int) -> int:
    value = environment.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise BadSetting(f"{name} must be a whole number of days, not {value!r}")
    return int(value)


def _number(name: str, environment: Mapping[str, str], default: float) -> float:
    value = environment.get(name, "")
    try:
        number = float(value) if value else default
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {value!r}") from None
    if not 0 < number < 1e9:
        raise BadSetting(f"{name} must be above zero, not {value!r}")
    return number


def _provider(provider: Provider, environment: Mapping[str, str]) -> ProviderSettings:
    prefix = f"TIEOUT_{provider.name}"
    base_url = environment.get(f"{prefix}_BASE_URL", "")
    usual = FACTS[provider].timing
    timing = Timing(
        call_deadline=timedelta(
            seconds=_number(
                f"{prefix}_CALL_DEADLINE",
                environment,
                usual.call_deadline.total_seconds(),
            )
        ),
        lease=timedelta(seconds=_number(f"{prefix}_LEASE", environment, usual.lease.total_seconds())),
        settles_after=timedelta(
            seconds=_number(
                f"{prefix}_SETTLES_AFTER",
                environment,
                usual.settles_after.total_seconds(),
            )
        ),
        retry_minute=timedelta(
            seconds=_number(f"{prefix}_RETRY_MINUTE", environment, usual.retry_minute.total_seconds())
        ),
    )
    if timing.call_deadline >= timing.lease:
        raise BadSetting(
            f"{prefix}_CALL_DEADLINE must be shorter than {prefix}_LEASE, or a call could outlive its holder"
        )
    return ProviderSettings(
        client_id=environment.get(f"{prefix}_CLIENT_ID", ""),
        client_secret=environment.get(f"{prefix}_CLIENT_SECRET", ""),
        base_url=_address(f"{prefix}_BASE_URL", base_url) if base_url else "",
        pace=_number(f"{prefix}_PACE", environment, 1.0),
        timing=timing,
    )
