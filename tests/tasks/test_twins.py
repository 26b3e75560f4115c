"""A bill that two records bring: seen where both meet, at the ledger's contact, before it is booked a second time."""

from datetime import UTC, datetime

import pytest

from dashboard.db import writing
from dashboard.domain import archiving, duplicates
from dashboard.models import Export, Record
from dashboard.vocabulary import days
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene

_COLUMNS = (
    "type,number,issue_date,due_date,currency,seller_name,seller_tax_id,seller_country,buyer_name,buyer_tax_id,"
    "description,quantity,unit_price,tax_category,tax_rate"
)


def bill(
    scene: Scene, seller: str, tax_id: str, *, number: str = "T-523", kind: str = "bill", price: int = 900
) -> Record:
    """A bill of that seller, mapped to the ledger's one contact."""
    row = (
        f"{kind},{number},2026-11-02,2026-12-31,SEK,{seller},{tax_id},SE,Nordlys AB,SE556677889901,Wire,1,{price},S,25"
    )
    (record,) = scene.take_in(
        f"{seller}-{kind}-{number}-{price}.csv", f"{_COLUMNS}\n{row}".encode(), Direction.PURCHASE
    )
    scene.map(MappingKind.CONTACT, record.contact_key, scene.contact_id())
    return record


def both(scene: Scene) -> tuple[Record, Record]:
    """The same bill under two names of one supplier, which intake takes for two suppliers."""
    first = bill(scene, "Trådverket AB", "SE559900112201")
    second = bill(scene, "Tradverket Sverige Aktiebolag", "")
    assert not second.is_possible_duplicate
    return first, second


def sent(scene: Scene, record: Record) -> Export:
    (export,) = scene.world.approve([record])
    scene.run()
    return scene.seen(export)


def elsewhere(scene: Scene, *records: Record) -> None:
    """The suppliers of these records are mapped to another contact of the ledger."""
    scene.books.seed(contacts=[{"Name": "Other Place"}])
    scene.refresh_lists()
    for record in records:
        scene.map(MappingKind.CONTACT, record.contact_key, scene.contact_id("Other Place"))


@pytest.mark.requirement("B-24")
def test_a_bill_taken_in_again_under_another_name_of_its_supplier_is_booked_once(scene: Scene) -> None:
    first, second = both(scene)
    assert sent(scene, first).status is Status.SYNCED

    export = sent(scene, second)

    assert (export.status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    day = days.day(first.created_at.astimezone(scene.world.nordlys.zone))
    assert export.error_words == (
        f"Xero holds bill T-523 of Trådverket AB already, from another record taken in on {day}: same bill?"
    )
    assert len(scene.books.holds("bills")) == len(scene.books.document_writes()) == 1
    scene.session.refresh(second)
    assert (second.is_possible_duplicate, second.duplicate_of_id) == (True, first.id)


def test_two_that_wait_together_are_told_apart_before_the_first_is_sent(scene: Scene) -> None:
    first, second = both(scene)
    exports = scene.world.approve([first, second])

    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.SYNCED, Status.FAILED]
    assert exports[1].error_words.startswith("Bill T-523 of Trådverket AB is on its way to Xero already")
    assert len(scene.books.holds("bills")) == 1


@pytest.mark.requirement("B-24")
def test_kept_as_a_document_of_its_own_it_may_be_sent(scene: Scene) -> None:
    first, second = both(scene)
    sent(scene, first)
    export = sent(scene, second)
    with writing(scene.session) as session:
        duplicates.keep_both(session, second, scene.world.actor("bo"), scene.clock())

    scene.send_again(export)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.holds("bills")) == 2


@pytest.mark.requirement("B-24")
def test_what_lost_to_another_that_was_booked_is_not_booked_when_it_is_restored(scene: Scene) -> None:
    first = bill(scene, "Trådverket AB", "SE559900112201")
    second = bill(scene, "Trådverket AB", "SE559900112201", price=901)
    bo = scene.world.actor("bo")
    assert second.is_possible_duplicate
    with writing(scene.session) as session:
        duplicates.archive_other(session, second, bo, scene.clock())
    assert sent(scene, second).status is Status.SYNCED
    with writing(scene.session) as session:
        archiving.restore(session, first, bo, scene.clock())

    assert scene.world.approve([first]) == []
    scene.settle()

    assert len(scene.books.holds("bills")) == 1


def test_that_one_was_kept_in_the_place_of_another_does_not_keep_both(scene: Scene) -> None:
    first, second = both(scene)
    scene.books.change("deactivate-account:400")
    exports = scene.world.approve([first, second])
    scene.run()
    scene.books.change("activate-account:400")
    scene.refresh_lists()
    bo = scene.world.actor("bo")
    with writing(scene.session) as session:
        scene.session.refresh(second)
        duplicates.archive_other(session, second, bo, scene.clock())
        archiving.restore(session, first, bo, scene.clock())
    scene.send_again(exports[1])
    scene.run()
    assert scene.seen(exports[1]).status is Status.SYNCED
    with writing(scene.session):
        # As if the restored one had come to the check before sending all the same.
        first.is_possible_duplicate = False

    scene.send_again(exports[0])
    scene.run()

    assert (scene.seen(exports[0]).status, exports[0].error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert len(scene.books.holds("bills")) == 1


def test_a_possible_duplicate_that_is_queued_all_the_same_is_not_sent(scene: Scene) -> None:
    first, second = scene.world.records(2)
    (export,) = scene.world.approve([second])
    with writing(scene.session):
        second.is_possible_duplicate, second.duplicate_of_id = True, first.id

    scene.run()

    assert (scene.seen(export).status, export.error_words) == (
        Status.FAILED,
        f"{second.number} may be a duplicate of another record: it is not sent until that is decided",
    )
    assert scene.books.document_writes() == []


def test_a_third_is_asked_about_beside_each_of_the_others_and_then_sent(scene: Scene) -> None:
    first, second = both(scene)
    sent(scene, first)
    export = sent(scene, second)
    with writing(scene.session) as session:
        duplicates.keep_both(session, second, scene.world.actor("bo"), scene.clock())
    scene.send_again(export)
    scene.run()
    third = bill(scene, "Verket for Trad", "")

    last = sent(scene, third)

    asked = []
    while scene.seen(last).status is Status.FAILED:
        scene.session.refresh(third)
        asked.append(third.duplicate_of_id)
        with writing(scene.session) as session:
            duplicates.keep_both(session, third, scene.world.actor("bo"), scene.clock())
        scene.send_again(last)
        scene.run()
    assert asked == [first.id, second.id]
    assert last.status is Status.SYNCED


def test_another_number_or_a_credit_is_another_document(scene: Scene) -> None:
    first = bill(scene, "Trådverket AB", "SE559900112201")
    sent(scene, first)

    other = sent(scene, bill(scene, "Trådverket i Malmö", "", number="T-524"))
    credit = sent(scene, bill(scene, "Trådverket i Lund", "", kind="supplier credit note"))

    assert [other.status, credit.status] == [Status.SYNCED, Status.SYNCED]


def test_a_record_archived_while_it_was_held_back_is_not_sent(scene: Scene) -> None:
    first = bill(scene, "Trådverket AB", "SE559900112201")
    (export,) = scene.world.approve([first])
    with writing(scene.session):
        first.archived_at = scene.clock()

    scene.run()

    assert (scene.seen(export).status, export.error_words) == (Status.FAILED, "T-523 is archived")
    assert scene.books.document_writes() == []


def test_the_day_that_the_other_was_taken_in_is_the_organisations(scene: Scene) -> None:
    first, second = both(scene)
    sent(scene, first)
    with writing(scene.session):
        first.created_at = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)

    assert "from another record taken in on 4 Nov 2026: same bill?" in sent(scene, second).error_words


@pytest.mark.requirement("B-24")
def test_a_supplier_mapped_elsewhere_since_does_not_hide_the_bill_that_was_sent(scene: Scene) -> None:
    first, second = both(scene)
    assert sent(scene, first).status is Status.SYNCED
    elsewhere(scene, first)

    export = sent(scene, second)

    assert (export.status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert export.error_words.startswith("Xero holds bill T-523 of Trådverket AB already, from another record")
    assert len(scene.books.holds("bills")) == 1


def test_the_supplier_mapped_to_where_the_other_went_since_is_asked_about_too(scene: Scene) -> None:
    first, second = both(scene)
    assert sent(scene, first).status is Status.SYNCED
    elsewhere(scene, first, second)

    assert sent(scene, second).status is Status.FAILED
    assert len(scene.books.holds("bills")) == 1


@pytest.mark.requirement("B-24")
def test_a_bill_that_was_moved_to_another_contact_in_the_ledger_is_found_there_and_decided_on(scene: Scene) -> None:
    first, second = both(scene)
    elsewhere(scene, second)
    export = sent(scene, first)
    scene.books.change(f"assign:{export.ledger_id}:Other Place")

    export = sent(scene, second)

    assert (export.status, export.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert export.error_words.startswith("Xero holds bill T-523 of Trådverket AB already, from another record")
    scene.session.refresh(second)
    assert (second.is_possible_duplicate, second.duplicate_of_id) == (True, first.id)
    with writing(scene.session) as session:
        duplicates.keep_both(session, second, scene.world.actor("bo"), scene.clock())
    scene.send_again(export)
    scene.run()
    assert (scene.seen(export).status, len(scene.books.holds("bills"))) == (Status.SYNCED, 2)
