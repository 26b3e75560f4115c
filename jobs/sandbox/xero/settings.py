"""Where Xero's behaviour is not documented or differs by app: one switch per question, with its default and why."""

from dataclasses import dataclass, fields, replace
from typing import Any

CLIENT_ID = "tieout-sandbox-client"
CLIENT_SECRET = "tieout-sandbox-secret"  # noqa: S105 - a made-up secret of a made-up provider


@dataclass(frozen=True)
class Settings:
    """Every switch with its default."""

    app_name: str = "tieout sandbox"
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uris: tuple[str, ...] = ()
    broad_scopes: bool = False
    access_seconds: int = 1800
    refresh_days: int = 60
    refresh_grace_seconds: int = 1800
    code_seconds: int = 300
    missing_scope_status: int = 401
    declined_error: str = "access_denied"
    contact_name_match: bool = True
    approved_lines_need_tax_type: bool = False
    numbers_free_after: tuple[str, ...] = ("DELETED",)
    credit_numbers_unique: bool = True
    lock_dates_hold_drafts: bool = True
    modified_since_inclusive: bool = True
    item_unknown_message: str = "Item code '{code}' is not valid"
    throttle_body: str = ""
    throttle_concurrent_word: str = "concurrent"
    throttle_app_word: str = "appminute"
    idempotency_keeps_5xx: bool = True
    idempotency_mismatch_in: str = "message"
    bad_json_number: int = 14
    bad_query_number: int = 17
    timeout_seconds: int = 600


REASONS = {
    "app_name": "ProviderName of the envelope.",
    "client_id": "The one app that is registered.",
    "client_secret": "Its secret.",
    "redirect_uris": "Registered addresses; none means any https or http://localhost address.",
    "broad_scopes": "Apps made since March 2026 get granular scopes only; true for an older app.",
    "access_seconds": "Published: 30 minutes.",
    "refresh_days": "Published: 60 days unused.",
    "refresh_grace_seconds": "Published: the previous refresh token works for 30 minutes.",
    "code_seconds": "Published: 5 minutes.",
    "missing_scope_status": "AuthorizationUnsuccessful has been seen as 401 and as 403.",
    "declined_error": "Not verified; the OAuth standard's word.",
    "contact_name_match": "The manual says that a contact is matched by name; two field notes say that it never is.",
    "approved_lines_need_tax_type": "Whether an approved line without a tax type is refused or takes its account's.",
    "numbers_free_after": "Field reports: a voided invoice keeps its number; of deleted drafts reports differ.",
    "credit_numbers_unique": "The manual calls sales credit note numbers unique; no refusal was ever recorded.",
    "lock_dates_hold_drafts": "The recorded refusal does not say for which statuses it is made.",
    "modified_since_inclusive": "Not documented.",
    "item_unknown_message": "No recorded text.",
    "throttle_body": "Not documented; may be empty or plain text.",
    "throttle_concurrent_word": "X-Rate-Limit-Problem for five calls at once is not recorded.",
    "throttle_app_word": "X-Rate-Limit-Problem for the app's minute is not recorded.",
    "idempotency_keeps_5xx": "Error responses are said to be cached; whether a 5xx is, is not.",
    "idempotency_mismatch_in": "Public tests read the message from the top (message) or from the elements (elements).",
    "bad_json_number": "ErrorNumber of PostDataInvalidException, from third-party tests.",
    "bad_query_number": "ErrorNumber of QueryParseException, from third-party tests.",
    "timeout_seconds": "How long a silent call is held; no server limit is documented.",
}


def change(settings: Settings, name: str, value: Any) -> Settings:
    """The settings with one of them changed. Raises ValueError, naming the setting, for a value of the wrong kind."""
    known = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    if name not in known:
        raise ValueError(f"{name}: no such setting; known are {', '.join(sorted(known))}")
    default = known[name]
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValueError(f"{name}: must be a list of texts")
        value = tuple(value)
    elif type(value) is not type(default):
        raise ValueError(f"{name}: must be of type {type(default).__name__}")
    return replace(settings, **{name: value})


def listing(settings: Settings) -> dict[str, dict[str, Any]]:
    """Every setting with its value, its default and the reason for it."""
    return {
        field.name: {
            "value": getattr(settings, field.name),
            "default": getattr(Settings(), field.name),
            "why": REASONS[field.name],
        }
        for field in fields(Settings)
    }
