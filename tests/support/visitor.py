"""A person with a browser that runs no scripts: gets pages, posts forms with the token the last page gave."""

import html
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self._token = ""

    def sign_in(self, email: str, password: str) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"email": email, "password": password})

    def get(self, address: str, **headers: str) -> TestResponse:
        """A page, redirects followed. `headers` are written with underscores: HX_Request="true"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._seen(self.client.get(address, headers=named, follow_redirects=True))

    def part(self, address: str) -> TestResponse:
        """What htmx would fetch to swap a part of the page."""
        return self.get(address, HX_Request="true", HX_Request_Type="partial")

    def post(self, address: str, data: dict[str, Any] | None = None, *, follow: bool = True) -> TestResponse:
        """Send a form with the token of the newest page; files are (stream, name) pairs."""
        fields = {"csrf_token": self._token, **(data or {})}
        return self._seen(self.client.post(address, data=fields, follow_redirects=follow))

    def streamed(self, address: str, data: dict[str, Any] | None = None) -> Iterator[bytes]:
        """The pieces of a file that a form answers with, as they come."""
        answer = self.client.post(address, data={"csrf_token": self._token, **(data or {})}, buffered=False)
        yield from answer.response

    def _seen(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html":
            found = _TOKEN.search(response.text)
            if found:
                self._token = html.unescape(found.group(1))
        return response
