"""The session cookie: Flask's own, its signer made once instead of twice for every request."""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._serializer
