"""The page of a support bundle: what it says, its download as text or JSON, and the letter to support."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import connections, grants, scope, support_bundle
from dashboard.domain.scope import NotFound
from dashboard.domain.support_bundle import Bundle
from dashboard.domain.vault import Vault
from dashboard.models import Connection
from dashboard.views import asked, frame, guards, replies
from dashboard.views.exports import pages
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.roles import Permission

LONGEST_LETTER = 1500
"""Characters of a letter's beginning: what an address may hold is limited, and by some mail programs to little."""


@pages.post("/exports/<provider>/support-bundle")
@guards.requires(Permission.VIEW)
def gather(provider: str) -> Response:
    """Lead from the ticked rows of a form to the page whose address names them, and nothing else of the form."""
    return replies.left_for(_address(provider, _ids(request.form.getlist("export"))))


@pages.get("/exports/<provider>/support-bundle")
@guards.requires(Permission.VIEW)
def bundle(provider: str) -> Response:
    ids = _ids(request.args.getlist("export"))
    tenant, known = guards.here().tenant, asked.provider(provider)
    if not ids:
        listed = url_for("exports.listed", provider=provider)
        return replies.gone_to(listed, "Tick at least one export first.", "error")
    connected = connections.of_provider(db.session(), tenant.id, known)
    made = support_bundle.of(db.session(), tenant, connected, ids, _secrets(known, connected), frame.now())
    if not made.exports:
        raise NotFound(f"exports {ids}")
    if request.args.get("format") in ("text", "json"):
        return _file(made, request.args["format"])
    email = frame.config().support_email
    return replies.page(
        "support/bundle.html",
        bundle=made,
        label=known.label,
        back=url_for("exports.listed", provider=provider),
        text=_address(provider, ids, "text"),
        json=_address(provider, ids, "json"),
        email=email,
        letter=_letter(email, made) if email else "",
    )


def _secrets(provider: Provider, connected: Sequence[Connection]) -> set[str]:
    config = frame.config()
    grant_ids = {each.grant_id for each in connected if each.grant_id}
    return {config.providers[provider].client_secret} | grants.secrets_of(
        db.session(), Vault(config.token_keys), grant_ids
    )


def _ids(written: list[str]) -> list[int]:
    return [found for each in written[: support_bundle.MOST] if (found := scope.row_id(each))]


def _address(provider: str, ids: list[int], file: str | None = None) -> str:
    return url_for("exports.bundle", provider=provider, export=ids, format=file)


def _file(made: Bundle, kind: str) -> Response:
    content, mimetype, ending = {
        "text": (made.as_text, "text/plain", "txt"),
        "json": (made.as_json, "application/json", "json"),
    }[kind]
    name = f"support-{made.slug}-{made.made[:10]}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=mimetype, headers=headers)


def _letter(to: str, made: Bundle) -> str:
    """The address that opens a letter to support with the organisation, the destination and the error text in it."""
    first = made.exports[0]
    others = f" and {len(made.exports) - 1} more" if len(made.exports) > 1 else ""
    subject = f"{made.organisation}: {first.number}{others} to {first.destination}"
    body = "\n".join(made.summary)[:LONGEST_LETTER]
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject)}&body={quote(body)}"
