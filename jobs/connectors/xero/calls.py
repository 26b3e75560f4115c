"""One call to Xero and what its status means, whatever was asked. What it says of documents is read elsewhere."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, Exchange, Fault, Outcome, ProviderError, Refused, Unknown, Wait
from dashboard.vocabulary.providers import FACTS, Provider
from jobs.connectors.wire import Answer, NoAnswer, NotSent, Unreadable, Wire
from jobs.connectors.xero.fields import Element, element, elements, text, word

API = "/api.xro/2.0"
LARGEST_PAGE = 1000

_WAIT_WHEN_DOWN = 60.0
_WAIT_WHEN_LIMITED = {"concurrent": 5.0, "appminute": 60.0, "minute": 60.0, "day": 3600.0}
_LONGEST_WAIT = 86_400.0
_STOPS_A_PUSH = frozenset({ErrorCode.ACCESS_EXPIRED, ErrorCode.COMPANY_DISCONNECTED, ErrorCode.SCOPE_MISSING})
_OVERLAP = 2 * FACTS[Provider.XERO].timing.settles_after
"""A change may become visible late, by as much as a document may after it was sent; twice that, since whether
If-Modified-Since includes its own second is not documented. What was read before is read again, and is no change."""

Verdict = Callable[[Exchange], Outcome]
"""The same outcome for every posting of a call; only the exchange is each posting's own."""


@dataclass(frozen=True)
class Reply:
    """What came of a write: a verdict on all of it, or a body to read. `document` is None when a 400 had no JSON.

    `words` is one line for a person, `body` the beginning of what came back.
    """

    status: int | None
    request_id: str
    words: str
    body: str
    document: Any = None
    verdict: Verdict | None = None


class Calls:
    def __init__(self, wire: Wire, tenant_id: str) -> None:
        self._wire = wire
        self._tenant_id = tenant_id

    def address(self, path: str, query: Mapping[str, str] | None = None) -> str:
        return self._wire.address(path, query)

    def write(
        self,
        method: str,
        address: str,
        content: bytes,
        headers: Mapping[str, str],
        *,
        may_double: bool = False,
    ) -> Reply:
        """Raises ProviderError only for what stops a push: access expired, company disconnected, scope missing.

        `may_double`: Xero would take the same content a second time. Then even "out of service" is no clear answer, for
        it may come from what stands before the books.
        """
        try:
            answer = self._wire.call(method, address, headers={**self._headers(), **headers}, content=content)
            return self._weigh(answer, may_double)
        except NotSent as reason:
            return _setback(str(reason), _wait(_WAIT_WHEN_DOWN, ErrorCode.PROVIDER_DOWN, str(reason)))
        except NoAnswer as reason:
            return _setback(str(reason), _unknown(str(reason)))
        except ProviderError as error:
            if error.code in _STOPS_A_PUSH:
                raise
            seconds = _WAIT_WHEN_DOWN if error.retry_after is None else error.retry_after
            return _setback(error.words, _wait(seconds, error.code, error.words))

    def _weigh(self, answer: Answer, may_double: bool) -> Reply:
        """https://developer.xero.com/documentation/api/accounting/responsecodes"""
        request_id = answer.headers.get("xero-correlation-id", "")
        said = "" if 200 <= answer.status < 300 else words(answer)

        def reply(document: Any = None, verdict: Verdict | None = None) -> Reply:
            return Reply(answer.status, request_id, said, answer.excerpt(), document, verdict)

        match answer.status:
            case 401 | 403:
                raise self._access_error(answer)
            case 429:
                limit = _limit(answer)
                return reply(verdict=_wait(_seconds(answer, _WAIT_WHEN_LIMITED[limit]), ErrorCode.RATE_LIMITED, said))
            case 503:
                seconds = _seconds(answer, _WAIT_WHEN_DOWN)
                waits = _wait(seconds, ErrorCode.PROVIDER_DOWN, said)
                return reply(verdict=_unknown(said, seconds) if may_double else waits)
            case 400:
                return reply(document=_document_or_none(answer))
            case status if 200 <= status < 300:
                document = _document_or_none(answer)
                if isinstance(document, dict):
                    return reply(document=document)
                return reply(verdict=_unknown(f"Xero's answer (HTTP {status}) could not be read."))
            case status if status == 501 or (400 <= status < 500 and status != 408):
                return reply(verdict=_refused(said))
        return reply(verdict=_unknown(said))

    def read(self, path: str, plural: str, since: datetime | None = None) -> list[Element]:
        """The elements of a GET that is not paged. Raises ProviderError, NOT_IN_LEDGER for a 404."""
        return _elements(self._get(path, None, since), plural)

    def _get(self, path: str, query: Mapping[str, str] | None, since: datetime | None) -> Any:
        headers = self._headers()
        if since:
            headers["If-Modified-Since"] = f"{since.astimezone(UTC) - _OVERLAP:%Y-%m-%dT%H:%M:%S}"
        return _document(self._call("GET", self.address(path, query), headers))

    def pages(
        self,
        plural: str,
        id_field: str,
        query: Mapping[str, str],
        since: datetime | None = None,
        most: int = 500,
        size: int = LARGEST_PAGE,
    ) -> Iterator[Element]:
        """Every element of a paged list, once. Raises ProviderError(CANNOT_TELL) beyond `most` pages."""
        seen: set[str] = set()
        for page in range(1, most + 1):
            paged = {**query, "page": str(page), "pageSize": str(size)}
            document = self._get(f"{API}/{plural}", paged, since)
            # A list that moves while it is read shows elements twice, and a server that ignores `page` shows all again.
            fresh = {text(item, id_field): item for item in _elements(document, plural)}
            fresh = {ledger_id: item for ledger_id, item in fresh.items() if ledger_id not in seen}
            yield from fresh.values()
            seen.update(fresh)
            if not fresh or page >= _page_count(document, page):
                return
        raise ProviderError(ErrorCode.CANNOT_TELL, words=f"Xero's list of {plural} has more than {most} pages.")

    def delete(self, path: str) -> None:
        """Raises ProviderError; what is gone already counts as deleted."""
        try:
            self._call("DELETE", self.address(path), self._headers())
        except ProviderError as error:
            if error.code is not ErrorCode.NOT_IN_LEDGER:
                raise

    def companies(self) -> list[Company]:
        """GET /connections, https://developer.xero.com/documentation/guides/oauth2/tenants"""
        answer = self._call("GET", self.address("/connections"), {"Accept": "application/json"}, about_tenant=False)
        return [
            Company(text(item, "tenantId"), text(item, "tenantName"), text(item, "id"))
            for item in _elements({"connections": _document(answer)}, "connections")
            if text(item, "tenantId") and text(item, "tenantType") in ("ORGANISATION", "")
        ]

    def _call(self, method: str, address: str, headers: Mapping[str, str], about_tenant: bool = True) -> Answer:
        try:
            answer = self._wire.call(method, address, headers=headers)
        except (NotSent, NoAnswer) as reason:
            raise ProviderError(ErrorCode.PROVIDER_DOWN, words=str(reason)) from None
        if not 200 <= answer.status < 300:
            self._raise(answer, about_tenant)
        return answer

    def _raise(self, answer: Answer, about_tenant: bool) -> NoReturn:
        said = words(answer)
        match answer.status:
            case 401 | 403 if about_tenant:
                raise self._access_error(answer)
            case 401 | 403:
                raise ProviderError(ErrorCode.ACCESS_EXPIRED, words=said)
            case 404:
                raise ProviderError(ErrorCode.NOT_IN_LEDGER, words=said)
            case 429:
                limit = _limit(answer)
                wait = _seconds(answer, _WAIT_WHEN_LIMITED[limit])
                raise ProviderError(ErrorCode.RATE_LIMITED, limit, said, wait)
            case status if status in (408, 503) or status >= 500 or status < 400:
                raise ProviderError(ErrorCode.PROVIDER_DOWN, words=said, retry_after=_seconds(answer, _WAIT_WHEN_DOWN))
        raise ProviderError(ErrorCode.UNKNOWN, words=said)

    def _access_error(self, answer: Answer) -> ProviderError:
        """A 403 may mean a wrong right or a lost organisation; only the list of connections tells the two apart."""
        said = words(answer)
        if "authorizationunsuccessful" in said.lower():
            return ProviderError(ErrorCode.SCOPE_MISSING, words=said)
        if answer.status == 401:
            return ProviderError(ErrorCode.ACCESS_EXPIRED, words=said)
        if "authenticationunsuccessful" not in said.lower():
            return ProviderError(ErrorCode.SCOPE_MISSING, words=said)
        if all(company.external_id != self._tenant_id for company in self.companies()):
            return ProviderError(ErrorCode.COMPANY_DISCONNECTED, words=said)
        return ProviderError(ErrorCode.PROVIDER_DOWN, words=said, retry_after=_WAIT_WHEN_DOWN)

    def _headers(self) -> dict[str, str]:
        return {"xero-tenant-id": self._tenant_id, "Accept": "application/json"}


def words(answer: Answer) -> str:
    """What a body says to a person, on one line: Xero answers JSON, plain text, HTML or XML."""
    document = _document_or_none(answer)
    if isinstance(document, dict):
        said = word(document, "Detail") or word(document, "Message") or word(document, "Title")
    else:
        said = " ".join(re.sub(r"<[^>]*>", " ", answer.excerpt()).split())
    return said[:500] or f"HTTP {answer.status} without a word"


def _document_or_none(answer: Answer) -> Any:
    try:
        return answer.document()
    except Unreadable:
        return None


def _document(answer: Answer) -> Any:
    try:
        return answer.document()
    except Unreadable as reason:
        raise ProviderError(ErrorCode.PROVIDER_DOWN, words=str(reason)) from None


def _elements(document: object, plural: str) -> list[Element]:
    """A missing list is not an empty one: "nothing there" would have a document sent twice, or a list wiped out."""
    stated = document.get(plural) if isinstance(document, dict) else None
    found = elements(document, plural)
    if not isinstance(stated, list) or len(found) != len(stated):
        raise ProviderError(ErrorCode.PROVIDER_DOWN, words=f"Xero's answer holds no readable list of {plural}.")
    return found


def _limit(answer: Answer) -> str:
    """Which limit was met: several spellings are about, so the header is searched, and the body never read."""
    stated = answer.headers.get("x-rate-limit-problem", "").lower().replace(" ", "").replace("-", "")
    return next((limit for limit in _WAIT_WHEN_LIMITED if limit in stated), "minute")


def _seconds(answer: Answer, otherwise: float) -> float:
    stated = answer.headers.get("retry-after", "").strip()
    # Seconds only: Xero sends no dates here, and a connector has no clock of its own.
    return min(max(float(stated), 1.0), _LONGEST_WAIT) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", stated) else otherwise


def _page_count(document: object, page: int) -> int:
    stated = element(document, "pagination").get("pageCount")
    # Without a count one asks until a page holds nothing more.
    return stated if isinstance(stated, int) else page + 1


def _setback(said: str, verdict: Verdict) -> Reply:
    return Reply(None, "", said, "", verdict=verdict)


def _wait(seconds: float, code: ErrorCode, said: str) -> Verdict:
    return lambda exchange: Wait(seconds, code, said, exchange)


def _unknown(said: str, pause: float | None = None) -> Verdict:
    return lambda exchange: Unknown(said, exchange, pause)


def _refused(said: str) -> Verdict:
    return lambda exchange: Refused((Fault(ErrorCode.UNKNOWN, "", said),), exchange)
