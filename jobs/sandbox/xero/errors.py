"""The ways Xero says no, as exceptions that know their wire form. See developer.xero.com, HTTP response codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from jobs.sandbox.answers import Answer, Headers, json_answer, text_answer

NIL_ID = "00000000-0000-0000-0000-000000000000"


class Refused(Exception):
    """One element of a call is not accepted; `element` is its echo, without the messages."""

    def __init__(self, messages: Sequence[str], element: dict[str, Any] | None = None) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)
        self.element = element or {}

    def validation_errors(self) -> list[dict[str, str]]:
        """The messages as Xero lists them."""
        return [{"Message": message} for message in self.messages]


class ApiError(Exception):
    """A whole call is refused with an ApiException body, in JSON or XML as the client asked."""

    def __init__(
        self,
        number: int,
        kind: str,
        message: str,
        *,
        status: int = 400,
        elements: list[dict[str, Any]] | None = None,
        element_type: str = "",
        always_xml: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.element_type = element_type
        self.always_xml = always_xml
        self.body: dict[str, Any] = {"ErrorNumber": number, "Type": kind, "Message": message}
        if elements is not None:
            self.body["Elements"] = elements


class Turned(Exception):
    """A call is turned away with an answer of its own form."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


def validation_failed(elements: list[dict[str, Any]], element_type: str) -> ApiError:
    """The 400 that lists refused elements."""
    return ApiError(
        10, "ValidationException", "A validation exception occurred", elements=elements, element_type=element_type
    )


def not_implemented(method: str) -> ApiError:
    """The 501 for a verb that an endpoint does not have; Xero answers it in XML."""
    return ApiError(
        20,
        "ApiMethodNotImplementedException",
        f"The Api Method called is not implemented: {method}",
        status=501,
        always_xml=True,
    )


def unauthorized(detail: str) -> Turned:
    """The 401, whose keys begin with capitals."""
    body = {"Type": None, "Title": "Unauthorized", "Status": 401, "Detail": detail, "Instance": str(uuid4())}
    return Turned(json_answer({**body, "Extensions": {}}, 401, ("WWW-Authenticate", f'OAuth error="{detail}"')))


def token_expired(at: datetime) -> Turned:
    """The 401 for an access token past its time; Xero writes that in US form, UTC."""
    return unauthorized(f"TokenExpired: token expired at {at:%m/%d/%Y %H:%M:%S}")


def forbidden(detail: str) -> Turned:
    """The 403, whose keys do not begin with capitals."""
    return Turned(json_answer({"title": "Forbidden", "status": 403, "detail": detail, "instance": str(uuid4())}, 403))


def not_found() -> Turned:
    """The 404 of a resource or an address."""
    return Turned(text_answer("The resource you're looking for cannot be found", 404))


def precondition_failed() -> Turned:
    """The 412 for a condition header that cannot be read."""
    return Turned(text_answer("One or more conditions given in the request header fields were invalid", 412))


def unsupported_media_type() -> Turned:
    """The 415 for a body of the wrong kind."""
    return Turned(text_answer("The Content-Type of the request is not supported", 415))


def server_error() -> Answer:
    """The 500, an HTML page."""
    return text_answer(
        "<!DOCTYPE html><html><head><title>Error</title></head><body>An error occurred</body></html>", 500
    )


def unavailable() -> Answer:
    """The 503 in maintenance."""
    return text_answer("The Xero API is currently offline for maintenance", 503)


def too_many(problem: str, body: str, headers: Headers, retry_after: int | None) -> Answer:
    """The 429; only some of the limits say when to come back."""
    back = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Answer(
        429,
        body.encode(),
        (("Content-Type", "text/html; charset=utf-8"), ("X-Rate-Limit-Problem", problem), *headers, *back),
    )
