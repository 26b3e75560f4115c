"""A number that the ledger has already: ours is adopted when everything agrees, another's is shown side by side."""

from typing import Any

import pytest

from dashboard.models.export import AttemptState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


def theirs(scene: Scene, number: str, **more: Any) -> str:
    """Somebody else's invoice in the ledger; its id."""
    line = {"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    sent = {"Type": "ACCREC", "InvoiceNumber": number, "Contact": {"Name": "Somebody"}, "LineItems": [line], **more}
    (booked,) = scene.books.seed(invoices=[sent])["invoices"]
    return str(booked["InvoiceID"])


@pytest.mark.requirement("S3-10")
def test_our_own_document_that_no_look_had_shown_is_adopted_when_its_number_is_refused(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    scene.books.fault(f"find-stale:{3_600_000}", method="GET", path="/Invoices", times=2)
    (export,) = scene.approve(1)
    scene.run()
    for _ in range(2):
        scene.later(minutes=5.1)
        scene.run()
    assert scene.seen(export).status is Status.PENDING

    scene.later(minutes=1.3)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers() == ["T-00001"]
    assert export.ledger_id == scene.books.document("T-00001")["id"]
    assert scene.states(export) == [AttemptState.UNANSWERED, AttemptState.REFUSED]
    (adopted,) = [entry for entry in scene.log(export) if entry.act is Act.EXPORT_ADOPTED]
    assert adopted.words == "T-00001 was in the ledger already, and is this very document"
    assert (adopted.actor, adopted.status) == ("tieout", Status.SYNCED)


@pytest.mark.requirement("S3-10")
def test_anothers_document_under_the_number_is_kept_to_be_shown_side_by_side(scene: Scene) -> None:
    their_id = theirs(scene, "T-00001")
    (export,) = scene.approve(1)

    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert export.found is not None
    (shown,) = export.found["objects"]
    assert (shown["ledger_id"], shown["contact_name"], shown["total"]) == (their_id, "Somebody", "6.25")
    assert "It does not carry this record's link." in export.found["differences"]
    scene.settle()
    assert len(scene.books.document_writes()) == 1


def test_a_document_that_agrees_in_everything_but_our_key_is_not_adopted(scene: Scene) -> None:
    theirs(
        scene,
        "T-00001",
        Contact={"ContactID": scene.contact_id()},
        Date="2026-11-02",
        LineItems=[{"Description": "Coffee", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}],
    )
    (export,) = scene.approve(1)

    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert export.found is not None
    assert export.found["differences"] == ["It does not carry this record's link."]


@pytest.mark.requirement("S3-12")
def test_with_the_other_document_deleted_in_the_ledger_the_record_goes_through(scene: Scene) -> None:
    their_id = theirs(scene, "T-00001")
    (export,) = scene.approve(1)
    scene.run()
    assert scene.seen(export).status is Status.FAILED
    scene.books.change(f"delete:{their_id}")

    scene.resync([export])
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert export.found is None
    assert sorted(row["status"] for row in scene.books.holds("invoices")) == ["AUTHORISED", "DELETED"]


def test_a_bill_whose_number_another_bill_has_is_a_bill_of_its_own(scene: Scene) -> None:
    """Every supplier numbers its own bills, and the ledger lets two bear one number."""
    theirs(scene, "T-00001", Type="ACCPAY", LineItems=[{"Description": "Tea", "UnitAmount": 5, "AccountCode": "400"}])
    (export,) = scene.approve(1, kind="bill")

    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.holds("bills")) == 2
