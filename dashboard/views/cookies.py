"""The session cookie: Flask's own, what its signature is made with prepared once instead of for every request."""

from functools import cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)
        if self._serializer:
            self._serializer.signer = _Signer
            self._serializer.make_signer = cache(self._serializer.make_signer)  # type: ignore[method-assign]

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer


class _Signer(TimestampSigner):
    """Derives its key from the secret once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.derive_key = cache(self.derive_key)  # type: ignore[method-assign]
