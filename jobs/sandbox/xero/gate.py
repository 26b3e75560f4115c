"""The way of an accounting call: who is it, may they, is there room, does it go wrong, was it asked before; then
the books.
"""

import json
import time
from collections.abc import Mapping

from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, HangUp, KeepSilent
from jobs.sandbox.calls import Call
from jobs.sandbox.clock import Clock
from jobs.sandbox.faults import Fault, FaultKind, Faults, Trouble
from jobs.sandbox.xero.call import ApiCall, Reply
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.envelope import refuse, wrap
from jobs.sandbox.xero.errors import (
    ApiError,
    Turned,
    forbidden,
    server_error,
    unauthorized,
    unavailable,
    unsupported_media_type,
)
from jobs.sandbox.xero.idempotency import Idempotency
from jobs.sandbox.xero.identity import Identity
from jobs.sandbox.xero.limits import Meter
from jobs.sandbox.xero.routes import find_handler
from jobs.sandbox.xero.scopes import allow
from jobs.sandbox.xero.settings import Settings
from jobs.sandbox.xero.tokens import Grant

API = "/api.xro/2.0"
NO_CACHE = ("Cache-Control", "max-age=0, no-cache, no-store")
BODY_METHODS = frozenset({"PUT", "POST", "PATCH"})


class Gate:
    """Everything between the wire and a handler."""

    def __init__(self, clock: Clock, identity: Identity, faults: Faults, meter: Meter) -> None:
        self._clock = clock
        self._identity = identity
        self._faults = faults
        self._meter = meter
        self.idempotency = Idempotency(clock)

    def answer(
        self, request: Request, path: str, logged: Call, companies: Mapping[str, Company], settings: Settings
    ) -> Answer:
        """The answer to a call at `path` of the accounting API. Raises HangUp and KeepSilent where a fault says so."""
        try:
            grant = self._identity.bearer(request.headers.get("Authorization", ""))
            company = self._company(request, grant, companies)
            logged.company = company.id
            if not allow(grant.scopes, path, request.method):
                raise self._no_scope(settings)
            with self._meter.admit(company.id, settings) as left:
                trouble = self._faults.strike(company.id, request.method, API + path, in_ledger=True)
                call = self._read(request, path, grant, company, settings, trouble)
                logged.elements = _count_sent(call)
                logged.fault = _name(trouble)
                answer = self._through(trouble, call, logged)
                return answer.with_headers(NO_CACHE, *left)
        except Turned as error:
            return error.answer

    def _company(self, request: Request, grant: Grant, companies: Mapping[str, Company]) -> Company:
        tenant = request.headers.get("xero-tenant-id", "").strip().lower()
        company = companies.get(tenant)
        if company is None or self._identity.connection(grant.user, tenant) is None:
            raise forbidden("AuthenticationUnsuccessful")
        return company

    def _no_scope(self, settings: Settings) -> Turned:
        detail = "AuthorizationUnsuccessful"
        return forbidden(detail) if settings.missing_scope_status == 403 else unauthorized(detail)

    def _read(
        self, request: Request, path: str, grant: Grant, company: Company, settings: Settings, trouble: Trouble
    ) -> ApiCall:
        """The request as a value, so that it can be booked after the connection is gone."""
        return ApiCall(
            method=request.method,
            path=path,
            query={name.lower(): value for name, value in request.args.items()},
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.get_data(),
            base_url=request.host_url.rstrip("/") + request.script_root + API,
            company=company,
            settings=settings,
            app=grant.app,
            user=grant.user,
            at=self._clock.ago(trouble.stale.seconds) if trouble.stale is not None else None,
        )

    def _through(self, trouble: Trouble, call: ApiCall, logged: Call) -> Answer:
        """The call's answer, unless something goes wrong on the way there or back."""
        if trouble.slow is not None:
            time.sleep(trouble.slow.seconds)
        match trouble.main:
            case Fault(kind=FaultKind.TIMEOUT):
                raise KeepSilent(call.settings.timeout_seconds)
            case Fault(kind=FaultKind.DROP_BEFORE):
                raise HangUp
            case Fault(kind=FaultKind.ERROR_BEFORE):
                return self._fail(call)
            case Fault(kind=FaultKind.UNAVAILABLE):
                return unavailable()
            case Fault(kind=FaultKind.THROTTLE):
                raise self._meter.refusal(call.company.id, call.settings)
            case Fault(kind=FaultKind.COMMIT_LATE, seconds=seconds):
                self._clock.later(seconds, lambda: self._book_late(call))
                raise HangUp
            case Fault(kind=FaultKind.ERROR_AFTER_COMMIT):
                self._book(call, logged)
                return self._fail(call)
            case Fault(kind=FaultKind.DROP_AFTER_COMMIT):
                self._book(call, logged)
                raise HangUp
        return self._book(call, logged)

    def _book_late(self, call: ApiCall) -> None:
        self._book(call, None)

    def _fail(self, call: ApiCall) -> Answer:
        """The 500, which is also what the key will be answered with from now on."""
        answer = server_error()
        key = call.headers.get("idempotency-key")
        if key and call.settings.idempotency_keeps_5xx and call.method in BODY_METHODS:
            self.idempotency.keep(call, key, answer)
        return answer

    def _book(self, call: ApiCall, logged: Call | None) -> Answer:
        """Answer from the key or from the books, and keep the answer under the key."""
        with call.company.lock:
            try:
                key = self.idempotency.key_of(call)
                if key is not None and (known := self.idempotency.known(call, key)) is not None:
                    return known
            except ApiError as error:
                return refuse(error, call.headers.get("accept", ""))
            answer = self._run(call, logged)
            if key is not None:
                self.idempotency.keep(call, key, answer)
            return answer

    def _run(self, call: ApiCall, logged: Call | None) -> Answer:
        accept = call.headers.get("accept", "")
        try:
            handler, arguments = find_handler(call.method, call.path)
            _check_content_type(call)
            reply = handler(call, *arguments)
        except ApiError as error:
            return refuse(error, accept)
        except Turned as error:
            return error.answer
        finally:
            call.company.journal.commit()
        if not isinstance(reply, Reply):
            return reply
        if logged is not None and call.method not in BODY_METHODS:
            logged.elements = len(reply.elements)
        return wrap(reply, accept, call.settings.app_name, self._clock.now())


def _check_content_type(call: ApiCall) -> None:
    is_file = "/attachments/" in call.path.lower()
    if call.method in BODY_METHODS and not is_file and "json" not in call.headers.get("content-type", "").lower():
        raise unsupported_media_type()


def _count_sent(call: ApiCall) -> int:
    """How many elements a writing call carries."""
    if call.method not in BODY_METHODS:
        return 0
    if "/attachments/" in call.path.lower():
        return 1
    try:
        data = json.loads(call.body or b"null")
    except ValueError:
        return 0
    if isinstance(data, dict):
        plural = next((part for name, part in data.items() if name.lower() == call.path.split("/")[1].lower()), None)
        data = plural if isinstance(plural, list) else [data]
    return len(data) if isinstance(data, list) else 0


def _name(trouble: Trouble) -> str | None:
    faults = [fault for fault in (trouble.main, trouble.slow, trouble.stale) if fault is not None]
    return " ".join(fault.kind.value for fault in faults) or None
