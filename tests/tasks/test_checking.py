"""What may or may not have arrived is looked up in the ledger, and never sent again blindly."""

import pytest
from sqlalchemy import text

from dashboard.db import writing
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


def look_twice(scene: Scene) -> None:
    """A ledger's reads may lag: only the second look, as much later again, proves that something is absent."""
    for _ in range(2):
        scene.later(minutes=5.1)
        scene.run()


@pytest.mark.requirement("B-02", "B-01")
@pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit"])
@pytest.mark.parametrize("kind", ["invoice", "bill", "credit note", "supplier credit note"])
def test_what_was_booked_although_no_answer_came_is_found_and_not_sent_again(
    scene: Scene, kind: str, fault: str
) -> None:
    scene.books.fault(fault, method="PUT")
    (export,) = scene.approve(1, kind=kind)
    path = "CreditNotes" if "credit" in kind else "Invoices"

    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    # What suppliers number is searched for before it is sent.
    before = len(scene.books.asked(path, "GET"))
    scene.later(minutes=4.8)
    scene.run()
    assert len(scene.books.asked(path, "GET")) == before, "it may still be booked: looking now would tell nothing"

    scene.later(minutes=0.3)
    scene.run()

    assert (scene.seen(export).status, len(scene.books.asked(path, "GET")) - before) == (Status.SYNCED, 1)
    assert len(scene.books.document_writes()) == 1
    held = [row for each in ("invoices", "bills", "credit-notes", "bill-credits") for row in scene.books.holds(each)]
    assert [row["id"] for row in held] == [export.ledger_id]
    assert [(entry.status, entry.words[:19]) for entry in scene.outcomes(export)][-1] == (
        Status.SYNCED,
        "Found in the ledger",
    )
    assert scene.states(export) == [AttemptState.UNANSWERED]


@pytest.mark.requirement("B-02")
def test_what_never_arrived_goes_again_when_it_is_automatic(scene: Scene) -> None:
    scene.books.fault("drop-before", method="PUT")
    (export,) = scene.approve(1)

    scene.run()
    look_twice(scene)
    assert (scene.seen(export).status, export.tries) == (Status.PENDING, 1)
    assert export.next_try_at is not None
    scene.later(minutes=1.3)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers() == ["T-00001"]


@pytest.mark.requirement("B-02")
def test_what_never_arrived_is_failed_when_a_person_sent_it(scene: Scene) -> None:
    scene.books.fault("drop-before", method="PUT")
    (export,) = scene.by_hand(1)

    scene.run()
    look_twice(scene)

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NOT_IN_LEDGER)
    assert len(scene.books.document_writes()) == 1


def test_one_look_that_shows_nothing_is_not_enough(scene: Scene) -> None:
    scene.books.fault(f"commit-late:{240_000}", method="PUT")
    scene.books.fault(f"find-stale:{240_000}", times=0)
    (export,) = scene.approve(1)

    scene.run()
    scene.later(minutes=5.1)
    scene.run()
    assert (scene.seen(export).status, export.absences) == (Status.CHECKING, 1)
    scene.later(minutes=5.1)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers() == ["T-00001"]
    assert len(scene.books.document_writes()) == 1


@pytest.mark.requirement("B-02")
def test_a_foreign_document_under_the_number_is_kept_to_be_compared(scene: Scene) -> None:
    scene.books.fault("drop-before", method="PUT")
    (export,) = scene.approve(1)
    scene.run()
    line = {"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    theirs = {"Type": "ACCREC", "InvoiceNumber": "T-00001", "Contact": {"Name": "Somebody"}, "LineItems": [line]}
    scene.books.seed(invoices=[theirs])

    scene.later(minutes=5.1)
    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert export.found is not None
    (shown,) = export.found["objects"]
    assert (shown["number"], shown["contact_name"], shown["total"]) == ("T-00001", "Somebody", "6.25")
    assert any("Its total in Xero is 6.25" in difference for difference in export.found["differences"])
    assert len(scene.books.document_writes()) == 1


@pytest.mark.requirement("B-02")
def test_a_voided_namesake_is_told_of_only_after_a_second_look(scene: Scene) -> None:
    scene.books.fault("drop-before", method="PUT")
    (export,) = scene.approve(1)
    scene.run()
    line = {"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    theirs = {"Type": "ACCREC", "InvoiceNumber": "T-00001", "Contact": {"Name": "Somebody"}, "LineItems": [line]}
    scene.books.seed(invoices=[{**theirs, "Status": "AUTHORISED"}])
    scene.books.change(f"void:{scene.books.document('T-00001')['id']}")

    scene.later(minutes=5.1)
    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    scene.later(minutes=5.1)
    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert len(scene.books.document_writes()) == 1


@pytest.mark.requirement("B-02")
def test_our_own_document_that_was_edited_in_the_ledger_is_told_apart(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    (export,) = scene.approve(1)
    scene.run()
    scene.books.change(f"edit:{scene.books.document('T-00001')['id']}:99.00")

    scene.later(minutes=5.1)
    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.FOUND_DIFFERENT)
    assert export.found is not None
    assert export.found["differences"] == [
        "Its tax in Xero is 19.80; 25.00 was sent.",
        "Its total in Xero is 99.00; 125.00 was sent.",
    ]


@pytest.mark.requirement("B-02")
def test_what_cannot_be_told_apart_is_for_a_person_to_look_at(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    (export,) = scene.approve(1, kind="supplier credit note")
    scene.run()
    scene.books.change(f"edit:{scene.books.document('T-00001', 'bill-credits')['id']}:99.00")

    scene.later(minutes=5.1)
    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.CANNOT_TELL)
    assert export.error_words.startswith("Look in the ledger:")
    scene.settle()
    assert len(scene.books.document_writes()) == 1


def test_a_ledger_that_cannot_be_asked_is_asked_later(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    (export,) = scene.approve(1)
    scene.run()
    scene.books.fault("503", method="GET", times=2)

    scene.later(minutes=5.1)
    for _ in range(2):
        scene.run()
        assert scene.seen(export).status is Status.CHECKING
        scene.later(minutes=5.1)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED


def test_a_whole_batch_without_an_answer_is_looked_up_and_each_is_there_once(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    scene.approve(50)

    scene.run()
    assert scene.tile(Status.CHECKING) == 50
    scene.later(minutes=5.1)
    scene.run()

    assert scene.tile(Status.SYNCED) == 50
    assert len(scene.books.numbers()) == len(set(scene.books.numbers())) == 50


def test_one_finding_that_the_database_refuses_is_set_aside_and_keeps_no_other_waiting(scene: Scene) -> None:
    (first,) = scene.approve()
    scene.run()
    scene.books.fault("drop-after-commit", method="PUT", path="/Invoices")
    (export,) = scene.approve()
    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    with writing(scene.session) as session:
        # A database that does not take this one export as Synced, whatever its reason.
        refusal = f"CREATE UNIQUE INDEX refuses ON export (tenant_id) WHERE status = 'synced' AND id <= {export.id}"
        session.execute(text(refusal))
    (other,) = scene.approve()

    scene.settle()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.CANNOT_TELL)
    assert "what was found there could not be stored here" in export.error_words
    assert [scene.seen(each).status for each in (first, other)] == [Status.SYNCED, Status.SYNCED]
    assert len(scene.books.numbers()) == 3
