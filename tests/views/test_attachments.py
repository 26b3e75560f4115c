"""An original that the ledger refused is sent again from the record's page."""

from collections.abc import Callable

from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.models import AuditEntry, Connection, Export
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import accept
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]

SEND_AGAIN = "Send the file again"
WARNING = "The ledger adjusted a tax by 0.01; The original could not be attached: the file is too large"


def refused(world: World, attachment: AttachmentState = AttachmentState.REFUSED) -> Export:
    """An export that is Synced, whose original the ledger refused five times."""
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    accept(world, export)
    with writing(world.session) as session:
        session.execute(update(Export).values(attachment=attachment, attachment_tries=5, warning=WARNING))
    return export


def now(world: World, export: Export) -> Export:
    world.session.rollback()
    world.session.refresh(export)
    return export


def queued(world: World) -> list[AuditEntry]:
    world.session.rollback()
    return list(world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.ATTACHMENT_QUEUED)))


def test_a_refused_original_is_sent_again_once_by_a_press(world: World, visit: Visit) -> None:
    export, bo = refused(world), visit("bo")
    page = bo.get(f"/records/{export.record_id}")
    assert f"/records/{export.record_id}/exports/{export.id}/attachments" in page.text
    assert SEND_AGAIN in page.text

    first = bo.post(f"/records/{export.record_id}/exports/{export.id}/attachments")
    second = bo.post(f"/records/{export.record_id}/exports/{export.id}/attachments")

    assert "The file of T-00001 is sent to Xero again." in first.text
    assert "Waiting to be attached in Xero" in first.text
    assert SEND_AGAIN not in first.text
    assert "The file of T-00001 is on its way to Xero already." in second.text
    seen = now(world, export)
    assert (seen.status, seen.attachment, seen.attachment_tries) == (Status.SYNCED, AttachmentState.DUE, 0)
    assert seen.warning == "The ledger adjusted a tax by 0.01"
    (entry,) = queued(world)
    assert (entry.actor, entry.reference, entry.status) == ("Bo", "T-00001", Status.SYNCED)


def test_a_viewer_sees_the_button_and_why_it_is_not_theirs(world: World, visit: Visit) -> None:
    export, cleo = refused(world), visit("cleo")
    page = cleo.get(f"/records/{export.record_id}")
    assert SEND_AGAIN in page.text
    assert Permission.SEND.refusal in page.text

    assert cleo.post(f"/records/{export.record_id}/exports/{export.id}/attachments").status_code == 403
    assert now(world, export).attachment is AttachmentState.REFUSED


def test_what_was_not_refused_is_not_sent_again(world: World, visit: Visit) -> None:
    export, bo = refused(world, AttachmentState.DONE), visit("bo")
    assert SEND_AGAIN not in bo.get(f"/records/{export.record_id}").text

    told = bo.post(f"/records/{export.record_id}/exports/{export.id}/attachments")

    assert "No original of T-00001 was refused by Xero, so there is none to send again." in told.text
    assert now(world, export).attachment is AttachmentState.DONE
    assert queued(world) == []


def test_a_ledger_that_is_disconnected_has_to_be_connected_first(world: World, visit: Visit) -> None:
    export, bo = refused(world), visit("bo")
    with writing(world.session) as session:
        session.execute(update(Connection).values(state=ConnectionState.DISCONNECTED))
    assert "Xero is disconnected; connect it first." in bo.get(f"/records/{export.record_id}").text

    told = bo.post(f"/records/{export.record_id}/exports/{export.id}/attachments")

    assert "Xero is disconnected; connect it first." in told.text
    assert now(world, export).attachment is AttachmentState.REFUSED
