"""Before a bill is created the ledger is searched by vendor and number."""

import pytest

from dashboard.domain import in_ledger
from dashboard.models import Record
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene

BILL = {"Type": "ACCPAY", "Date": "2026-11-02", "DueDate": "2026-12-31", "Status": "AUTHORISED"}


def entered_by_hand(scene: Scene, number: str, contact: str = "Fjord Kaffe AS", net: float = 100) -> None:
    """Somebody enters a bill in the ledger."""
    lines = [{"Description": "Coffee", "Quantity": 1, "UnitAmount": net, "AccountCode": "400", "TaxType": "INPUT"}]
    bill = {**BILL, "Contact": {"Name": contact}, "InvoiceNumber": number, "LineItems": lines}
    scene.books.seed(invoices=[bill])


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize("net", [100, 250], ids=["the same", "another amount"])
def test_a_bill_that_the_ledger_holds_already_is_not_booked_a_second_time(scene: Scene, net: float) -> None:
    entered_by_hand(scene, "T-00001", net=net)
    exports = scene.approve(2, kind="bill")

    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.FAILED, Status.SYNCED]
    assert exports[0].error_code == ErrorCode.NUMBER_EXISTS
    assert scene.books.numbers("bills") == ["T-00001", "T-00002"]
    assert scene.states(exports[0]) == [AttemptState.NOT_SENT]
    assert len(in_ledger.told(scene.session, exports[0]).objects) == 1


@pytest.mark.requirement("B-24")
def test_another_vendors_bill_with_that_number_stands_in_nobodys_way(scene: Scene) -> None:
    scene.books.seed(contacts=[{"Name": "Somebody Else"}])
    entered_by_hand(scene, "T-00001", "Somebody Else")
    (export,) = scene.approve(1, kind="bill")

    scene.run()

    assert scene.seen(export).status is Status.SYNCED


def test_one_that_was_voided_stands_in_nobodys_way(scene: Scene) -> None:
    entered_by_hand(scene, "T-00001")
    scene.books.change(f"void:{scene.books.document('T-00001', 'bills')['id']}")
    (export,) = scene.approve(1, kind="bill")

    scene.run()

    assert scene.seen(export).status is Status.SYNCED


def test_many_bills_are_searched_for_with_one_call(scene: Scene) -> None:
    scene.approve(30, kind="bill")
    before = len(scene.books.asked("Invoices", "GET"))

    scene.run()

    assert scene.tile(Status.SYNCED) == 30
    assert len(scene.books.asked("Invoices", "GET")) - before == 1


def test_sales_need_no_search(scene: Scene) -> None:
    scene.approve(3)
    before = len(scene.books.asked("Invoices", "GET"))

    scene.run()

    assert len(scene.books.asked("Invoices", "GET")) == before


def test_a_supplier_credit_that_was_entered_by_hand_and_agrees_in_everything_is_taken_for_it(scene: Scene) -> None:
    lines = [{"Description": "Coffee", "Quantity": 1, "UnitAmount": 100, "AccountCode": "400", "TaxType": "INPUT"}]
    credit = {"Type": "ACCPAYCREDIT", "Contact": {"Name": "Fjord Kaffe AS"}, "CreditNoteNumber": "T-00001"}
    scene.books.seed(credit_notes=[{**credit, "Date": "2026-11-02", "CurrencyCode": "SEK", "LineItems": lines}])
    (export,) = scene.approve(1, kind="supplier credit note")

    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers("bill-credits") == ["T-00001"]
    assert "it is there already" in scene.outcomes(export)[-1].words


def test_a_person_who_knows_that_it_is_another_bill_sends_it_beside(scene: Scene) -> None:
    entered_by_hand(scene, "T-00001", net=70)
    (export,) = scene.approve(1, kind="bill")
    scene.run()
    record = scene.session.get_one(Record, export.record_id)
    said = in_ledger.told(scene.session, scene.seen(export))
    alike = in_ledger.alike(record, export, said)
    assert alike is not None

    scene.send_again(export)
    scene.run()
    assert scene.seen(export).status is Status.FAILED, "sending it again alone does not say that it is another one"
    scene.send(record, beside=alike.ledger_id)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers("bills") == ["T-00001", "T-00001"]
    assert any("which is another one" in entry.words for entry in scene.log(export))


def test_while_the_ledger_cannot_be_searched_nothing_is_sent(scene: Scene) -> None:
    scene.books.fault("503", method="GET", times=1, path="Invoices")
    (export,) = scene.approve(1, kind="bill")

    scene.run()
    assert (scene.seen(export).status, scene.books.document_writes()) == (Status.PENDING, [])
    scene.later(minutes=2)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
