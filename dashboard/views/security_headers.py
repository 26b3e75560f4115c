"""The headers that tell a browser what a page of ours may do, where its forms may lead, and what may be kept of it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.wrappers import Response

from dashboard.config import Config
from dashboard.vocabulary.providers import endpoints

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self' {consent}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def init_app(app: Flask, config: Config) -> None:
    app.after_request(_secured(config))


def _secured(config: Config) -> Callable[[Response], Response]:
    """What gives every answer its security headers."""
    fixed = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(consent=" ".join(_consent_hosts(config))),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if config.is_https:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    def secure(response: Response) -> Response:
        response.headers.update(fixed)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return secure


def _consent_hosts(config: Config) -> list[str]:
    """Where a form of ours may lead by redirect: the providers' consent pages. Browsers check that too."""
    pages = [endpoints(provider, chosen.base_url).authorize for provider, chosen in config.providers.items()]
    return [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, pages)]
