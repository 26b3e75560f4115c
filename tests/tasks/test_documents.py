"""Every kind of document with all that can be on it: the ledger agrees with the record to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard.db import writing
from dashboard.domain import standing
from dashboard.vocabulary.mappings import ROUNDING_ACCOUNT, MappingKind
from dashboard.vocabulary.postings import LedgerState, PostAs
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import KINDS, Scene, assert_booked_to_the_cent

COLUMNS = (
    "type,number,issue_date,due_date,currency,total,seller_name,seller_country,seller_tax_id,"
    "buyer_name,buyer_tax_id,buyer_country,description,quantity,unit_price,tax_category,tax_rate\n"
)
NORDLYS = "Nordlys AB,SE,SE556677889901"
FJORD = "Fjord Kaffe AS,NO987654321MVA,NO"
FJORD_SELLS = "Fjord Kaffe AS,NO,NO987654321MVA"
NORDLYS_BUYS = "Nordlys AB,SE556677889901,SE"


def table(kind: str, lines: list[str], *, currency: str = "SEK", total: str = "", number: str = "D-1") -> bytes:
    """One document of several lines, sold to or bought from Fjord Kaffe."""
    parties = f"{NORDLYS},{FJORD}" if kind in ("invoice", "credit note") else f"{FJORD_SELLS},{NORDLYS_BUYS}"
    head = f"{kind},{number},2026-11-02,2026-12-02,{currency},{total},{parties}"
    return (COLUMNS + "\n".join(f"{head},{line}" for line in lines)).encode()


SEVERAL_RATES = ["Coffee,3,33.3333,S,25", "Buns,7,1.99,S,12", "Newspapers,1,40,S,6", "Stamps,2,18.5,E,0"]


@pytest.mark.parametrize("kind", ["invoice", "bill", "credit note", "supplier credit note"])
def test_a_document_of_each_kind_with_several_tax_rates_agrees_to_the_cent(scene: Scene, kind: str) -> None:
    (record,) = scene.take_in("several-rates.csv", table(kind, SEVERAL_RATES))
    scene.map_all_of([record])
    (export,) = scene.world.approve([record])

    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert_booked_to_the_cent(scene.books, record)
    (held,) = scene.books.holds(KINDS[record.kind])
    assert (held["date"], held["id"]) == ("2026-11-02", export.ledger_id)
    assert export.ledger_url.endswith(export.ledger_id)
    (attempt,) = scene.attempts(export)
    assert ('"DueDate": "2026-12-02"' in attempt.request) is ("credit" not in kind), "a credit is not due"


def test_amounts_below_nought_among_others_stay_in_their_document(scene: Scene) -> None:
    lines = ["Coffee,10,25.00,S,25", "Freight,1,49.90,S,25", "Loyalty discount,1,-20.00,S,25", "Deposit back,-2,5,S,12"]
    (record,) = scene.take_in("discount.csv", table("invoice", lines))
    scene.map_all_of([record])
    scene.world.approve([record])

    scene.run()

    assert record.total == Decimal("338.68")
    assert_booked_to_the_cent(scene.books, record)


def test_a_rounding_difference_goes_to_the_account_chosen_for_it_as_a_line_of_its_own(scene: Scene) -> None:
    (record,) = scene.take_in("rounded.csv", table("invoice", ["Coffee,1,99.99,S,25"], total="125.00"))
    (export,) = scene.world.approve([record])
    scene.run()
    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, "rounding-account-missing")

    scene.map(MappingKind.ACCOUNT, ROUNDING_ACCOUNT, "860")
    scene.send_again(export)
    scene.run()

    assert_booked_to_the_cent(scene.books, record)
    (attempt,) = scene.attempts(export)
    assert [(line["account_code"], line["net"], line["tax_code"]) for line in attempt.posting["lines"]] == [
        ("200", "99.99", "OUTPUT"),
        ("860", "0.01", "NONE"),
    ]


def test_a_negative_invoice_goes_in_as_a_credit_note_with_positive_amounts(scene: Scene) -> None:
    (record,) = scene.take_in("negative.csv", table("invoice", ["Coffee returned,-4,25.00,S,25"]))
    scene.world.approve([record])

    scene.run()

    assert record.kind is RecordKind.CREDIT_NOTE
    assert [row["total"] for row in scene.books.holds("credit-notes")] == ["125.00"]
    assert scene.books.holds("invoices") == []


def test_a_foreign_currency_stays_the_documents_own(scene: Scene) -> None:
    exports = scene.approve(1, currency="EUR") + scene.approve(1, currency="GBP", kind="bill")

    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.SYNCED, Status.SYNCED]
    held = scene.books.holds("invoices") + scene.books.holds("bills")
    assert [(row["currency"], row["total"]) for row in held] == [("EUR", "125.00"), ("GBP", "125.00")]


def test_another_booking_date_is_sent_as_the_date_and_the_documents_own_in_the_text(scene: Scene) -> None:
    scene.books.change("lock-period:2026-09-30")
    scene.refresh_lists()
    (export,) = scene.approve(1, kind="bill", issued_on=date(2026, 9, 15))
    scene.run()
    assert scene.seen(export).error_code == "period-closed"
    with writing(scene.session):
        export.booking_date = date(2026, 10, 1)

    scene.send_again(export)
    scene.run()

    assert scene.books.document("T-00001", "bills")["date"] == "2026-10-01"
    (attempt,) = scene.attempts(export)
    assert attempt.posting["lines"][0]["description"] == "Coffee (document date 2026-09-15)"


@pytest.mark.parametrize(
    ("post_as", "status", "state"),
    [
        (PostAs.DRAFT, "DRAFT", LedgerState.DRAFT),
        (PostAs.AWAITING, "SUBMITTED", LedgerState.AWAITING),
        (PostAs.APPROVED, "AUTHORISED", LedgerState.APPROVED),
    ],
)
def test_a_document_is_posted_in_the_state_the_connection_asks_for_and_says_so(
    scene: Scene, post_as: PostAs, status: str, state: LedgerState
) -> None:
    scene.post_as(post_as)
    exports = [export for kind in ("invoice", "bill") for export in scene.approve(1, kind=kind)]

    scene.run()

    assert [row["status"] for row in scene.books.holds("invoices") + scene.books.holds("bills")] == [status] * 2
    assert [(scene.seen(export).status, export.ledger_state) for export in exports] == [(Status.SYNCED, state)] * 2
    said = "" if post_as is PostAs.APPROVED else post_as.value.replace("-", " ")
    assert {standing.note(export, scene.connection) for export in exports} == {said}


def test_bills_are_drafts_and_invoices_approved_unless_somebody_chose_otherwise(scene: Scene) -> None:
    scene.approve(1)
    scene.approve(1, kind="bill")

    scene.run()

    assert [row["status"] for row in scene.books.holds("invoices")] == ["AUTHORISED"]
    assert [row["status"] for row in scene.books.holds("bills")] == ["DRAFT"]


def test_the_records_link_is_where_the_ledger_keeps_our_key(scene: Scene) -> None:
    (export,) = scene.approve(1)

    scene.run()

    assert scene.books.document("T-00001")["key"] == f"http://localhost:5000/r/{export.key}"
