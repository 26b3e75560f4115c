"""Xero's sign-in over HTTP: the consent page, the token endpoint and revocation. See developer.xero.com, OAuth 2.0."""

import base64
import binascii
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from jinja2 import Environment
from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, json_answer, text_answer
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.identity import Identity, OAuthError
from jobs.sandbox.xero.scopes import are_known
from jobs.sandbox.xero.settings import Settings

VERIFIER_LENGTHS = range(43, 129)
TEMPLATES = Environment(autoescape=True)


class OAuth:
    """The three endpoints. `companies` are asked for afresh each time, since a reset replaces them."""

    def __init__(
        self, identity: Identity, settings: Callable[[], Settings], companies: Callable[[], Mapping[str, Company]]
    ) -> None:
        self._identity = identity
        self._settings = settings
        self._companies = companies

    def authorize(self, request: Request) -> Answer:
        """GET shows the consent page; its form posts back the same address."""
        asked = request.args
        settings = self._settings()
        if fault := self._fault(asked, settings):
            return _page("refused", 400, fault=fault)
        if request.method != "POST":
            return self._consent_page(request)
        state = {"state": asked["state"]} if "state" in asked else {}
        if request.form.get("decision") != "allow":
            return _redirect(asked["redirect_uri"], {"error": settings.declined_error, **state})
        companies = self._companies()
        tenants = [key for key in request.form.getlist("tenant") if key in companies]
        if not tenants:
            return self._consent_page(request, "Pick at least one organisation.")
        scopes = tuple(asked.get("scope", "").split())
        owner = companies[tenants[0]].organisation.owner
        grant = self._identity.consent(settings.client_id, owner, scopes, tenants)
        code = self._identity.make_code(grant, asked["redirect_uri"], asked.get("code_challenge"), settings)
        return _redirect(asked["redirect_uri"], {"code": code, "scope": " ".join(scopes), **state})

    def token(self, request: Request) -> Answer:
        """POST: a code or a refresh token for a token set."""
        try:
            return _no_store(json_answer(self._exchange(request)))
        except OAuthError as error:
            return _no_store(json_answer({"error": str(error)}, 400))

    def revocation(self, request: Request) -> Answer:
        """POST: end the consent behind a refresh token."""
        try:
            client = self._client(request)
        except OAuthError as error:
            return json_answer({"error": str(error)}, 400)
        token = request.form.get("token")
        if not token:
            return json_answer({"error": "invalid_request"}, 400)
        self._identity.revoke(token, client)
        return Answer(200)

    def _exchange(self, request: Request) -> dict[str, Any]:
        settings = self._settings()
        form = request.form
        client = self._client(request)
        match form.get("grant_type"):
            case "authorization_code":
                if not form.get("code") or not form.get("redirect_uri"):
                    raise OAuthError("invalid_request")
                verifier = form.get("code_verifier")
                if verifier is not None and len(verifier) not in VERIFIER_LENGTHS:
                    raise OAuthError("invalid_grant")
                return self._identity.redeem(form["code"], client, form["redirect_uri"], verifier, settings)
            case "refresh_token":
                if not form.get("refresh_token"):
                    raise OAuthError("invalid_request")
                return self._identity.rotate(form["refresh_token"], client, settings)
            case "client_credentials":
                raise OAuthError("unauthorized_client")
            case None | "":
                raise OAuthError("invalid_request")
        raise OAuthError("unsupported_grant_type")

    def _client(self, request: Request) -> str:
        """The app, proven by Basic or by the form. Raises OAuthError."""
        settings = self._settings()
        name, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(encoded).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError) as error:
                raise OAuthError("invalid_client") from error
            name, secret = unquote_plus(name), unquote_plus(secret)
        if (name, secret) != (settings.client_id, settings.client_secret):
            raise OAuthError("invalid_client")
        return name

    def _consent_page(self, request: Request, problem: str = "") -> Answer:
        companies = [company.organisation for company in self._companies().values()]
        action = request.full_path if request.query_string else request.path
        return _page(
            "consent",
            400 if problem else 200,
            app=self._settings().app_name,
            action=request.script_root + action,
            companies=companies,
            picked=request.form.getlist("tenant"),
            scopes=request.args.get("scope", "").split(),
            problem=problem,
        )

    def _fault(self, asked: Mapping[str, str], settings: Settings) -> str | None:
        """Why no consent can be asked for; Xero shows that to the person and does not send them back."""
        if asked.get("client_id") != settings.client_id:
            return "unauthorized_client"
        if not _is_allowed(asked.get("redirect_uri", ""), settings):
            return "invalid_request: Invalid redirect_uri"
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        scopes = tuple(asked.get("scope", "").split())
        if not scopes or not are_known(scopes, settings.broad_scopes):
            return "invalid_scope"
        if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
            return "invalid_request: code_challenge_method must be S256"
        return None


def _is_allowed(uri: str, settings: Settings) -> bool:
    """https, or plain http on localhost by that name only: Xero refuses 127.0.0.1."""
    if settings.redirect_uris and uri not in settings.redirect_uris:
        return False
    split = urlsplit(uri)
    return bool(split.hostname) and (
        split.scheme == "https" or (split.scheme == "http" and split.hostname == "localhost")
    )


def _redirect(uri: str, parameters: dict[str, str]) -> Answer:
    joint = "&" if urlsplit(uri).query else "?"
    return Answer(302, b"", (("Location", uri + joint + urlencode(parameters)),))


def _no_store(answer: Answer) -> Answer:
    return answer.with_headers(("Cache-Control", "max-age=0, no-cache, no-store"), ("Pragma", "no-cache"))


def _page(name: str, status: int, **values: Any) -> Answer:
    source = files("jobs.sandbox.xero").joinpath(f"{name}.html").read_text(encoding="utf-8")
    return text_answer(TEMPLATES.from_string(source).render(**values), status)
