"""Pages of mapping: what records name and the ledger calls otherwise, saved many at once; contacts created there."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import connections, contacts, mappings, missing_mappings, references
from dashboard.domain.missing_mappings import Missing
from dashboard.domain.scope import NotFound, owned
from dashboard.models import Connection, Lookup
from dashboard.models.lookup import LookupKind
from dashboard.views import frame, guards, mapping_form, mapping_rows, replies
from dashboard.views.mapping_form import Asked
from dashboard.views.mapping_rows import Row
from dashboard.vocabulary.mappings import DEFAULT_ACCOUNTS, MappingKind
from dashboard.vocabulary.roles import Permission

pages = Blueprint("mapping", __name__)

ROWS = 20
"""Of each part of the form: every row carries a drop-down of its own."""


@pages.get("/mapping")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    known = connections.listed(db.session(), guards.here().tenant.id)
    if not known:
        return replies.page("mapping/nothing_connected.html")
    wanted = request.args.get("connection", type=int)
    connection = known[0] if wanted is None else _mine(wanted)
    return _page(connection, mapping_form.asked())


@pages.post("/mapping")
@guards.requires(Permission.MAP)
def save() -> Response:
    """Save the rows that were changed; a form with a row that cannot be saved comes back as it was filled in.

    With `search`, the contact to be looked for among all by its name, what was chosen for the others is saved on the
    way there.
    """
    connection = _mine(request.form.get("connection", 0, type=int))
    kind = mapping_form.kind_of(request.form.get("kind", ""))
    edits = mapping_form.edits()
    try:
        with writing(db.session()) as opened:
            ledger = references.ledger(opened, connection.id)
            saved = mappings.save_form(opened, connection, kind, edits, ledger, guards.actor(), frame.now())
    except mappings.NotSaved as refused:
        chosen = {edit.source_value: edit.target_id for edit in edits}
        return _page(connection, mapping_form.as_posted(kind), chosen, refused.problems)
    searched = request.form.get("search", "")
    if searched:
        name = _labels(connection, kind, [searched])[searched]
        address = _address(connection, kind, searched, q=contacts.words_to_search(name))
        return replies.gone_to(address, _saved(saved) if saved else "")
    said = _saved(saved) if saved else "Nothing was changed."
    return replies.gone_to(_address(connection, kind), said, "success" if saved else "info")


@pages.post("/mapping/contacts")
@guards.requires(Permission.MAP)
def create_contact() -> Response:
    """A person's order to create one contact in the ledger; the runner carries it out and maps it.

    What was chosen for other contacts in the same form is saved with it.
    """
    connection, key = _mine(request.form.get("connection", 0, type=int)), request.form.get("create", "")
    address = _address(connection, MappingKind.CONTACT, key)
    edits = [edit for edit in mapping_form.edits() if edit.source_value != key]
    try:
        with writing(db.session()) as opened:
            ledger = references.ledger(opened, connection.id)
            saved = mappings.save_form(
                opened, connection, MappingKind.CONTACT, edits, ledger, guards.actor(), frame.now()
            )
            contacts.order(opened, connection, key, guards.actor(), frame.now())
    except contacts.AlreadyMapped:
        return replies.gone_to(address, "This contact is mapped already.", "info")
    except contacts.NotConnected:
        return replies.gone_to(address, f"Reconnect {connection.company_name} first.", "error")
    except mappings.NotSaved as refused:
        chosen = {edit.source_value: edit.target_id for edit in edits}
        return _page(connection, mapping_form.as_posted(MappingKind.CONTACT), chosen, refused.problems)
    said = f"The contact is being created in {connection.provider.label}."
    return replies.gone_to(address, f"{_saved(saved)} {said}" if saved else said, "info")


@pages.get("/mapping/lookups/<int:lookup_id>")
@guards.requires(Permission.VIEW)
def lookup(lookup_id: int) -> Response:
    """How far an order to create a contact is; once it is answered also the row, the tiles and the offer it changed."""
    order = owned(db.session(), Lookup, guards.here().tenant.id, lookup_id)
    if order.kind is not LookupKind.CREATE_CONTACT or order.connection_id is None:
        raise NotFound(f"order {lookup_id}")
    connection = _mine(order.connection_id)
    key, n = str(order.question.get("contact_key", "")), request.args.get("row", -1, type=int)
    if not replies.wants_part():
        return replies.gone_to(_address(connection, MappingKind.CONTACT, key))
    label = connection.provider.label
    if order.state.is_open or not 0 <= n < mapping_form.MOST_ROWS:
        return replies.page("mapping/_order.html", order=order, label=label, n=n)
    missing = missing_mappings.of(db.session(), connection)
    asked = Asked(MappingKind.CONTACT, key)
    (row,) = _parts(connection, asked, missing)[0]["asked"]
    return replies.page(
        "mapping/answered.html", order=order, label=label, n=n, row=row, **_standing(connection, asked, missing)
    )


def _page(
    connection: Connection,
    asked: Asked,
    chosen: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    session = db.session()
    missing = missing_mappings.of(session, connection)
    parts, older = _parts(connection, asked, missing)
    rows = {name: [row.posted(chosen or {}, problems or {}) for row in part] for name, part in parts.items()}
    known = connections.listed(session, guards.here().tenant.id)
    history = mappings.history(session, connection, asked.kind)
    return replies.page(
        "mapping/listed.html",
        422 if problems else 200,
        connections=known,
        parts=rows,
        problems=problems or {},
        numbers={row.value: n for n, row in enumerate(row for part in rows.values() for row in part)},
        older=older,
        lists_read=references.asked_at(session, connection.id).get(asked.kind.reference_kind),
        history=history,
        tax_ids={change.source_value: mappings.tax_id_of(change.source_value) for change in history},
        labels=_labels(connection, asked.kind, [change.source_value for change in history]),
        **_standing(connection, asked, missing),
    )


def _standing(connection: Connection, asked: Asked, missing: Missing) -> dict[str, Any]:
    """What mapping/_standing.html shows: how many are to map of each kind, and what lacks nothing any more."""
    return {
        "connection": connection,
        "asked": asked,
        "kinds": [(kind, len(missing.of(kind))) for kind in MappingKind],
        "missing": missing,
        "now": frame.now(),
        "token": secrets.token_urlsafe(16),
    }


def _labels(connection: Connection, kind: MappingKind, values: list[str]) -> dict[str, str]:
    """How values are shown: a contact by the name that records give it."""
    is_contact = kind is MappingKind.CONTACT
    names = mappings.contact_names(db.session(), connection.tenant_id, values) if is_contact else {}
    return {value: names.get(value) or mappings.source_label(kind, value) for value in values}


def _parts(connection: Connection, asked: Asked, missing: Missing) -> tuple[dict[str, list[Row]], int | None]:
    """The parts of the form in their order, each value once, and the id to go on from behind the last mapping shown."""
    session = db.session()
    wanted = {each.source_value: each for each in missing.of(asked.kind)}
    mapped = mappings.listed(session, connection, asked.kind, words=asked.find, after=asked.after, limit=ROWS)
    shown = mapped[:ROWS]
    names = {
        "asked": [asked.value] if asked.value else [],
        "defaults": list(DEFAULT_ACCOUNTS) if asked.kind is MappingKind.ACCOUNT else [],
        "missing": list(wanted)[:ROWS],
        "mapped": [each.source_value for each in shown],
    }
    taken: set[str] = set()
    for name, values in names.items():
        names[name] = [value for value in values if value not in taken]
        taken.update(values)
    current = mappings.of_values(session, connection, asked.kind, taken)
    is_contact = asked.kind is MappingKind.CONTACT
    labels = _labels(connection, asked.kind, list(taken))
    orders = contacts.orders(session, connection) if is_contact else {}
    items = references.items(session, connection.id, asked.kind.reference_kind, only_active=True)
    options = mapping_rows.options_of(asked.kind, items, asked.words)

    def row(value: str) -> Row:
        known = current.get(value)
        made = (
            mapping_rows.from_missing(wanted[value], known)
            if value in wanted
            else mapping_rows.blank(value, labels[value], known)
        )
        made = replace(made, order=orders.get(value), is_focused=value == asked.value)
        return replace(made, options=options(made))

    parts = {name: [row(value) for value in values] for name, values in names.items()}
    return parts, shown[-1].id if len(mapped) > ROWS else None


def _saved(how_many: int) -> str:
    return f"{how_many} {'mapping' if how_many == 1 else 'mappings'} saved."


def _mine(connection_id: int) -> Connection:
    return owned(db.session(), Connection, guards.here().tenant.id, connection_id)


def _address(connection: Connection, kind: MappingKind, value: str = "", q: str | None = None) -> str:
    return url_for("mapping.listed", connection=connection.id, kind=kind.value, value=value or None, q=q)
