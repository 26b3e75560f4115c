"""From approval to the ledger, over the wire; and what is bound to fail before anything is sent."""

import pytest

from dashboard.db import writing
from dashboard.domain import publishing
from dashboard.models.export import AttemptState
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.statuses import Status
from jobs.tasks import drain
from tests.tasks.scene import Scene, codes


@pytest.mark.requirement("S2-01", "S3-03", "S3-05")
def test_an_approved_invoice_is_pending_and_then_in_the_ledger_once(scene: Scene) -> None:
    exports = scene.approve(3)
    assert scene.statuses() == [Status.PENDING] * 3
    assert scene.books.holds("invoices") == []

    scene.run()

    assert scene.statuses() == [Status.SYNCED] * 3
    assert scene.books.numbers() == ["T-00001", "T-00002", "T-00003"]
    assert {scene.seen(export).ledger_id for export in exports} == {row["id"] for row in scene.books.holds("invoices")}
    assert scene.states() == [AttemptState.ACCEPTED] * 3
    assert [entry.status for export in exports for entry in scene.outcomes(export)] == [Status.SYNCED] * 3
    assert [call["elements"] for call in scene.books.document_writes()] == [3]


@pytest.mark.requirement("S2-01")
def test_where_nothing_is_connected_approval_exports_nothing(scene: Scene) -> None:
    records = scene.world.records(1, tenant=scene.world.maple)

    assert scene.world.approve(records) == []

    scene.run()
    assert scene.books.document_writes() == []


def test_a_call_holds_at_most_fifty_documents(scene: Scene) -> None:
    scene.approve(60)

    scene.run()

    assert [call["elements"] for call in scene.books.document_writes()] == [50, 10]
    assert scene.tile(Status.SYNCED) == 60


def test_a_call_holds_documents_of_one_kind(scene: Scene) -> None:
    for kind in ("invoice", "bill", "invoice", "bill"):
        scene.approve(1, kind=kind)

    scene.run()

    calls = [call["elements"] for call in scene.books.document_writes()]
    assert calls == [2, 2]
    assert (len(scene.books.numbers()), len(scene.books.numbers("bills"))) == (2, 2)


def test_what_a_person_sends_goes_before_bulk_work(scene: Scene) -> None:
    scene.approve(3)
    (urgent,) = scene.by_hand(1, kind="bill")

    scene.run()

    assert [call["elements"] for call in scene.books.document_writes()] == [1, 3]
    assert scene.seen(urgent).status is Status.SYNCED


@pytest.mark.requirement("S3-13")
def test_a_record_that_is_queued_is_not_sent_a_second_time_by_hand(scene: Scene) -> None:
    (export,) = scene.approve(1)
    with pytest.raises(publishing.NotSendable, match="waiting to be sent"):
        scene.send_again(export)

    scene.run()

    assert len(scene.books.document_writes()) == 1


@pytest.mark.requirement("B-10")
def test_what_is_bound_to_fail_makes_no_write_call_and_names_every_fault(scene: Scene) -> None:
    unmapped = {"account": "4711", "contact": "Unknown Ltd", "contact_tax_id": "GB999999999", "tax_rate": "7"}
    (export,) = scene.approve(1, **unmapped)

    scene.run()

    assert scene.statuses() == [Status.FAILED]
    assert codes(scene.seen(export)) == ["contact-not-mapped", "account-not-mapped", "tax-not-mapped"]
    assert [fault["source_value"] for fault in export.faults] == ["tax:GB999999999", "4711", "sale:S:7:SE"]
    assert scene.books.document_writes() == []
    assert scene.states(export) == []
    assert (export.tries, scene.outcomes(export)[0].words) == (0, export.error_words)


@pytest.mark.requirement("S0-16", "S4-09")
def test_with_the_missing_account_assigned_the_next_export_posts(scene: Scene) -> None:
    (export,) = scene.approve(1, account="4711")
    scene.run()
    assert codes(scene.seen(export)) == ["account-not-mapped"]
    assert scene.books.document_writes() == []

    scene.map(MappingKind.ACCOUNT, "4711", "210")
    scene.send_again(export)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert export.ledger_id == scene.books.document("T-00001")["id"]


def test_a_contact_is_mapped_by_itself_only_when_one_active_contact_has_its_tax_id(scene: Scene) -> None:
    (known,) = scene.books.seed(contacts=[{"Name": "Bergen Bok", "TaxNumber": "NO 111 111 111 MVA"}])["contacts"]
    twins = [{"Name": "Twin one", "TaxNumber": "SE222"}, {"Name": "Twin two", "TaxNumber": "SE222"}]
    scene.books.seed(contacts=[*twins, {"Name": "Named alike"}])
    scene.refresh_lists()
    (one,) = scene.approve(1, contact="Bergen Bok AS", contact_tax_id="NO111111111MVA")
    (two,) = scene.approve(1, contact="Twin one", contact_tax_id="SE222")
    (nameless,) = scene.approve(1, contact="Named alike", contact_tax_id="")

    scene.run()

    assert scene.seen(one).status is Status.SYNCED
    assert scene.books.document("T-00001")["contact_id"] == known["ContactID"]
    assert codes(scene.seen(two)) == codes(scene.seen(nameless)) == ["contact-not-mapped"]


def test_a_document_on_hold_is_not_sent_by_itself(scene: Scene) -> None:
    with writing(scene.session):
        scene.connection.start_date = scene.clock().date().replace(year=2027)
    (export,) = scene.approve(1)

    scene.run()

    assert scene.seen(export).status is Status.ON_HOLD
    assert scene.books.document_writes() == []


def test_a_drain_with_nothing_to_do_calls_nobody(scene: Scene) -> None:
    before = len(scene.books.calls())

    assert drain.run(scene.office) is False
    assert len(scene.books.calls()) == before
