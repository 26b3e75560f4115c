"""Xero as the sandbox serves it: its hosts behind one prefix, and what the control API can ask of it."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, HangUp, KeepSilent
from jobs.sandbox.calls import Call, Calls
from jobs.sandbox.clock import Clock
from jobs.sandbox.faults import FaultKind, Faults
from jobs.sandbox.store import Store
from jobs.sandbox.xero import accounts, contacts, credit_notes, invoices, items, payments, tax_rates
from jobs.sandbox.xero.call import ApiCall, Reply
from jobs.sandbox.xero.changes import make_change
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.connections import connection_list, remove_connection
from jobs.sandbox.xero.dates import time_string
from jobs.sandbox.xero.defaults import COMPANIES
from jobs.sandbox.xero.envelope import as_numbers
from jobs.sandbox.xero.errors import ApiError, Turned, not_found, server_error, unavailable
from jobs.sandbox.xero.gate import API, Gate
from jobs.sandbox.xero.identity import Identity
from jobs.sandbox.xero.ledger import KINDS
from jobs.sandbox.xero.limits import Limits, Meter
from jobs.sandbox.xero.oauth import OAuth
from jobs.sandbox.xero.scopes import EVERYTHING, are_known
from jobs.sandbox.xero.settings import Settings, change, listing

CONNECTION = re.compile(r"^/connections/([^/]+)/?$", re.IGNORECASE)
SEEDS: Mapping[str, tuple[str, Callable[[ApiCall], Reply]]] = {
    "contacts": ("Contacts", contacts.save_contacts),
    "accounts": ("Accounts", accounts.create_account),
    "tax_rates": ("TaxRates", tax_rates.save_tax_rate),
    "items": ("Items", items.save_items),
    "invoices": ("Invoices", invoices.create_invoices),
    "credit_notes": ("CreditNotes", credit_notes.create_credit_notes),
    "payments": ("Payments", payments.create_payments),
}
ONE_BY_ONE = frozenset({"accounts", "tax_rates"})


class Xero:
    """One imitated Xero with its organisations."""

    name = "xero"

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self.calls = Calls()
        self.faults = Faults()
        self._meter = Meter(clock)
        self._settings = Settings()
        self._open_books()

    def _open_books(self) -> None:
        self._companies = {one.tenant_id: Company(one, self._clock, self._store) for one in COMPANIES}
        self._identity = Identity(self._clock, self._store)
        self._gate = Gate(self._clock, self._identity, self.faults, self._meter)
        self._oauth = OAuth(self._identity, lambda: self._settings, lambda: self._companies)

    def answer(self, request: Request, path: str) -> Answer:
        """The answer to any call behind the prefix. Raises HangUp and KeepSilent where a fault says so."""
        query = request.query_string.decode("latin-1")
        logged = self.calls.open(time_string(self._clock.now()), request.method, path, query)
        logged.idempotency_key = request.headers.get("Idempotency-Key")
        started = self._clock.monotonic()
        try:
            answer = self._dispatch(request, path, logged)
            logged.status = answer.status
            return answer
        finally:
            logged.milliseconds = round((self._clock.monotonic() - started) * 1000, 1)

    def _dispatch(self, request: Request, path: str, logged: Call) -> Answer:
        if path.lower().startswith(API + "/"):
            return self._gate.answer(request, path[len(API) :], logged, self._companies, self._settings)
        trouble = self.faults.strike(None, request.method, path, in_ledger=False)
        if trouble.main is None:
            return self._sign_in(request, path)
        logged.fault = trouble.main.kind.value
        match trouble.main.kind:
            case FaultKind.TIMEOUT:
                raise KeepSilent(self._settings.timeout_seconds)
            case FaultKind.DROP_BEFORE | FaultKind.COMMIT_LATE:
                raise HangUp
            case FaultKind.ERROR_BEFORE:
                return server_error()
            case FaultKind.UNAVAILABLE:
                return unavailable()
            case FaultKind.THROTTLE:
                return self._meter.refusal("", self._settings).answer
        answer = self._sign_in(request, path)
        if trouble.main.kind is FaultKind.DROP_AFTER_COMMIT:
            raise HangUp
        return server_error() if trouble.main.kind is FaultKind.ERROR_AFTER_COMMIT else answer

    def _sign_in(self, request: Request, path: str) -> Answer:
        """The login, identity and connection hosts."""
        try:
            match path.lower().rstrip("/"), request.method:
                case "/identity/connect/authorize", "GET" | "POST":
                    return self._oauth.authorize(request)
                case "/connect/token", "POST":
                    return self._oauth.token(request)
                case "/connect/revocation", "POST":
                    return self._oauth.revocation(request)
                case "/connections", "GET":
                    return connection_list(self._identity, self._companies, request)
            if (matched := CONNECTION.match(path)) and request.method == "DELETE":
                return remove_connection(self._identity, request, matched[1])
            raise not_found()
        except Turned as error:
            return error.answer

    def companies(self) -> list[dict[str, str]]:
        """Ids and names."""
        return [{"id": one.id, "name": one.organisation.name} for one in self._companies.values()]

    def company(self, wanted: str | None) -> str:
        """The id of a company named by id or name; the first where none is named. Raises LookupError."""
        if not wanted:
            return next(iter(self._companies))
        for key, company in self._companies.items():
            if wanted.casefold() in (key, company.organisation.name.casefold()):
                return key
        raise LookupError(wanted)

    def reset(self) -> None:
        """Empty ledgers and default everything; all tokens die."""
        self._store.clear("xero/")
        self.calls.clear()
        self.faults.clear()
        self._meter.limits = Limits()
        self._meter.clear()
        self._settings = Settings()
        self._open_books()

    def grant(self, company: str, scope: str | None) -> dict[str, Any]:
        """A token set as if somebody had consented for the company. Raises ValueError for scopes Xero would refuse."""
        scopes = tuple(scope.split()) if scope else EVERYTHING
        if not are_known(scopes, self._settings.broad_scopes):
            raise ValueError("scope: invalid_scope")
        organisation = self._companies[company].organisation
        grant = self._identity.consent(self._settings.client_id, organisation.owner, scopes, [company])
        return self._identity.issue(grant, self._settings) | {
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "company": company,
            "company_name": organisation.name,
        }

    def ledger(self, company: str, kind: str) -> list[dict[str, Any]]:
        """The company's objects of one kind, oldest first. Raises LookupError for an unknown kind."""
        books = self._companies[company]
        with books.lock:
            return KINDS[kind](books)

    def change(self, company: str, wanted: str) -> dict[str, str | None]:
        """Something that a person does in the ledger. Raises ValueError."""
        return make_change(self._companies[company], self._identity, wanted)

    def seed(self, company: str, kind: str, elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Objects in wire form, booked by the ordinary rules. Raises ValueError with what was refused."""
        if kind not in SEEDS:
            raise ValueError(f"{kind}: no such kind; known are {', '.join(SEEDS)}")
        plural, book = SEEDS[kind]
        books = self._companies[company]
        batches = [[one] for one in elements] if kind in ONE_BY_ONE else [elements] if elements else []
        booked: list[dict[str, Any]] = []
        for batch in batches:
            body = json.dumps({plural: batch}, default=_number).encode()
            call = ApiCall("PUT", f"/{plural}", {"unitdp": "4"}, {}, body, "", books, self._settings, "", "")
            with books.lock:
                try:
                    booked += as_numbers(book(call).elements)
                except ApiError as error:
                    raise ValueError(f"{kind}: {json.dumps(as_numbers(error.body))}") from error
                finally:
                    books.journal.commit()
        return booked

    def settings(self) -> dict[str, dict[str, Any]]:
        """Every setting with value, default and reason."""
        return listing(self._settings)

    def change_setting(self, name: str, value: Any) -> None:
        """Change one. Raises ValueError."""
        self._settings = change(self._settings, name, value)

    def limits(self) -> Limits:
        """The limits in force."""
        return self._meter.limits

    def change_limits(self, limits: Limits) -> None:
        """Other limits from now on; what was counted is forgotten."""
        self._meter.limits = limits
        self._meter.clear()


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(repr(value))
