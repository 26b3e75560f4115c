"""How each route is called in the walk: a route without a sample here fails the suite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.architecture.places import Place

Values = Callable[[Place], Mapping[str, Any]]


def nothing(_: Place) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Sample:
    """Values of the address and fields of the form. `names_ours`: a stranger may not even learn that it exists."""

    values: Values = nothing
    form: Values = nothing
    names_ours: bool = True


GENERAL = Sample(names_ours=False)
OF_EXPORT = Sample(lambda place: place.of_export)
OF_RECORD = Sample(lambda place: {"record_id": place.failed.record_id})
OF_CONNECTION = Sample(lambda place: {"connection_id": place.connection.id})
OF_RESYNC = Sample(lambda place: {"resync_id": place.resync_id})
OF_XERO = Sample(lambda place: {"provider": "xero"}, names_ours=False)
OF_CONSENT = Sample(lambda place: {"lookup_id": place.consent_id})
OF_MEMBER = Sample(lambda place: {"user_id": place.world.users["cleo"].id})
OF_INVITATION = Sample(lambda place: {"key": place.invitation_key}, names_ours=False)
OF_RESET = Sample(lambda place: {"key": place.reset_key}, names_ours=False)
OF_VISITED = Sample(lambda place: {"tenant_id": place.world.nordlys.id})

SAMPLES: dict[str, Sample] = {
    "audit_log.entry": Sample(lambda place: {"entry_id": place.entry_id}),
    "audit_log.downloaded": GENERAL,
    "audit_log.forget": GENERAL,
    "audit_log.listed": GENERAL,
    "audit_log.news": GENERAL,
    "audit_log.save": GENERAL,
    "audit_log.saved": GENERAL,
    "audit_log.older": GENERAL,
    "connections.callback": OF_XERO,
    "connections.choose": OF_CONSENT,
    "connections.chosen": OF_CONSENT,
    "connections.connect": OF_XERO,
    "connections.disconnect": OF_CONNECTION,
    "connections.leaving": OF_CONNECTION,
    "connections.listed": GENERAL,
    "connections.reconnect": OF_CONNECTION,
    "connections.refresh_lists": OF_CONNECTION,
    "connections.shown": OF_CONNECTION,
    "errors.listed": GENERAL,
    "errors.shown": Sample(lambda place: {"code": "number-exists"}, names_ours=False),
    "exports.answer": Sample(
        OF_CONNECTION.values, lambda place: {"answer": "send", "seen": "2026-11-20T12:00:00+00:00"}
    ),
    "exports.bundle": Sample(lambda place: {"provider": "xero", "export": place.failed.id}),
    "exports.gather": Sample(lambda place: {"provider": "xero"}, lambda place: {"export": place.failed.id}),
    "exports.listed": OF_XERO,
    "exports.row": Sample(lambda place: {"provider": "xero", "export_id": place.failed.id}),
    "health.shown": GENERAL,
    "home.shown": GENERAL,
    "home.switched": Sample(lambda place: {"tenant_id": place.world.nordlys.id}),
    "invitations.accepted": OF_INVITATION,
    "invitations.shown": OF_INVITATION,
    "mapping.create_contact": Sample(
        form=lambda place: {"connection": place.connection.id, "create": "tax:NO987654321MVA"}
    ),
    "mapping.listed": Sample(lambda place: {"connection": place.connection.id}),
    "mapping.lookup": Sample(lambda place: {"lookup_id": place.order_id}),
    "mapping.save": Sample(form=lambda place: {"connection": place.connection.id, "kind": "account"}),
    "overview.look": GENERAL,
    "password_resets.forgotten": GENERAL,
    "password_resets.password_set": OF_RESET,
    "password_resets.requested": GENERAL,
    "password_resets.shown": OF_RESET,
    "records.adopt": OF_EXPORT,
    "records.answer_alarm": OF_EXPORT,
    "records.approve": Sample(form=lambda place: {"ids": place.failed.record_id}, names_ours=False),
    "records.archive": OF_RECORD,
    "records.attach_again": OF_EXPORT,
    "records.archiving_form": OF_RECORD,
    "records.booking_date": OF_EXPORT,
    "records.by_key": Sample(lambda place: {"key": place.failed.key}),
    "records.compare": OF_EXPORT,
    "records.decide": Sample(OF_RECORD.values, lambda place: {"decision": "different"}),
    "records.export": Sample(OF_RECORD.values, lambda place: {"connection": place.connection.id}),
    "records.listed": GENERAL,
    "records.look": OF_EXPORT,
    "records.mark_resolved": OF_EXPORT,
    "records.move_booking_date": OF_EXPORT,
    "records.original": Sample(lambda place: {"record_id": place.failed.record_id, "original_id": place.original_id}),
    "records.progress": OF_RECORD,
    "records.reopen": OF_EXPORT,
    "records.resolve": OF_EXPORT,
    "records.restore": OF_RECORD,
    "records.shown": OF_RECORD,
    "resyncs.cancel": OF_RESYNC,
    "resyncs.confirm": OF_RESYNC,
    "resyncs.create": Sample(
        form=lambda place: {"export": place.failed.id, "provider": "xero", "form_token": "again"}, names_ours=False
    ),
    "resyncs.download": OF_RESYNC,
    "resyncs.listed": GENERAL,
    "resyncs.shown": OF_RESYNC,
    "settings.change_role": OF_MEMBER,
    "settings.invite": GENERAL,
    "settings.offer_reset": OF_MEMBER,
    "settings.people_listed": GENERAL,
    "settings.removal": OF_MEMBER,
    "settings.remove": OF_MEMBER,
    "settings.retention": GENERAL,
    "settings.save": GENERAL,
    "settings.shown": GENERAL,
    "settings.withdraw": Sample(lambda place: {"invitation_id": place.invitation_id}),
    "sign_in.form": GENERAL,
    "sign_in.sign_out": GENERAL,
    "sign_in.submitted": GENERAL,
    "support.enter": OF_VISITED,
    "support.entrance": OF_VISITED,
    "support.leave": Sample(),
    "support.listed": Sample(),
    "sync_config.listed": GENERAL,
    "sync_config.save": OF_CONNECTION,
    "upload.form": GENERAL,
    "upload.submitted": GENERAL,
    "upload.template": GENERAL,
    "visits.end": Sample(lambda place: {"visit_id": place.visit_id}),
    "visits.shown": GENERAL,
}
