"""The questions that pages leave for the runner: lists, what stands in the way, contacts, companies, disconnecting."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import connections, grants, lookups, mappings, references
from dashboard.domain.vault import Vault
from dashboard.models import Grant, Lookup, Record, TaskLease
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.references import ReferenceKind
from dashboard.vocabulary.statuses import Status
from jobs import tokens
from jobs.connectors.wire import Transport
from jobs.tasks import consents, drain
from jobs.tasks.office import Office
from tests.tasks.network import PATIENCE, DyingAtACall, Held, Killed
from tests.tasks.scene import Scene
from tests.tasks.test_fencing import slow_runner


def ask(scene: Scene, kind: LookupKind, **question: Any) -> Lookup:
    with writing(scene.session):
        return lookups.ask(scene.session, scene.connection, kind, question, scene.world.actor("ada"), scene.clock())


def answered(scene: Scene, lookup: Lookup) -> dict[str, Any]:
    """The answer that the page shows."""
    scene.session.rollback()
    scene.session.refresh(lookup)
    assert lookup.state is LookupState.ANSWERED, lookup.error
    return lookup.answer


def failure(scene: Scene, lookup: Lookup) -> str:
    """Why there is no answer, as the page says it."""
    scene.session.rollback()
    scene.session.refresh(lookup)
    assert lookup.state is LookupState.FAILED
    return lookup.error


def unknown_customer(scene: Scene, **how: Any) -> Record:
    (export,) = scene.approve(1, **{"contact": "Bergen Bok AS", "contact_tax_id": "NO111111111MVA", **how})
    scene.run()
    assert scene.seen(export).error_code == "contact-not-mapped"
    return scene.session.get_one(Record, export.record_id)


def create_contact(scene: Scene, record: Record) -> Lookup:
    return ask(scene, LookupKind.CREATE_CONTACT, record=record.id, contact_key=record.contact_key)


def test_refreshed_lists_hold_what_the_ledger_holds_now_and_move_no_export(scene: Scene) -> None:
    record = unknown_customer(scene)
    before = [entry.id for entry in scene.log() if entry.export_id]
    scene.books.seed(contacts=[{"Name": "Bergen Bok AS", "TaxNumber": "NO111111111MVA"}])
    scene.books.change("deactivate-account:260")

    lookup = ask(scene, LookupKind.LISTS)
    scene.run()

    counts = answered(scene, lookup)["counts"]
    assert (set(counts), counts["Contacts"]) == ({"Accounts", "Tax rates", "Contacts", "Items", "Organisation"}, 2)
    ledger = references.ledger(scene.session, scene.connection.id)
    assert not ledger.accounts["260"].is_active
    assert [contact.name for contact in ledger.contacts_with(record.contact_tax_id, record.contact_name)] == [
        "Bergen Bok AS"
    ]
    assert scene.statuses() == [Status.FAILED]
    assert [entry.id for entry in scene.log() if entry.export_id] == before
    (entry,) = [entry for entry in scene.log() if entry.act is Act.LISTS_REFRESHED][1:]
    assert entry.actor == "Ada"


@pytest.mark.requirement("S1-26")
def test_lists_refreshed_while_exports_are_queued_stop_none_of_them(scene: Scene) -> None:
    scene.approve(3)

    lookup = ask(scene, LookupKind.LISTS)
    assert scene.statuses() == [Status.PENDING] * 3
    scene.run()

    assert answered(scene, lookup)["counts"]
    assert scene.statuses() == [Status.SYNCED] * 3


def test_what_stands_under_a_number_is_found_without_sending(scene: Scene) -> None:
    line = {"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    theirs = {"Type": "ACCREC", "InvoiceNumber": "T-00001", "Contact": {"Name": "Somebody"}, "LineItems": [line]}
    scene.books.seed(invoices=[theirs])
    (export,) = scene.approve(1)
    scene.run()
    writes = len(scene.books.document_writes())

    lookup = ask(scene, LookupKind.FIND, export=export.id)
    scene.run()

    answer = answered(scene, lookup)
    assert (answer["found"], answer["objects"][0]["contact_name"]) == ("foreign", "Somebody")
    assert len(scene.books.document_writes()) == writes


def test_what_was_never_sent_cannot_be_found(scene: Scene) -> None:
    record = unknown_customer(scene)

    lookup = ask(scene, LookupKind.FIND, export=record.id)
    scene.run()

    assert failure(scene, lookup) == "It was never sent, so there is nothing to look for."


def test_a_contact_is_created_mapped_and_used(scene: Scene) -> None:
    record = unknown_customer(scene)

    lookup = create_contact(scene, record)
    scene.run()

    answer = answered(scene, lookup)
    (made,) = [contact for contact in scene.books.contacts() if contact["name"] == "Bergen Bok AS"]
    assert answer["is_created"]
    assert (answer["contact_id"], made["tax_number"]) == (made["id"], "NO111111111MVA")
    mapped = mappings.load(scene.session, scene.connection.id)
    assert mapped[MappingKind.CONTACT, "tax:NO111111111MVA"].target_id == made["id"]
    (entry,) = [entry for entry in scene.log() if entry.act is Act.CONTACT_CREATED]
    assert (entry.actor, entry.reference) == ("Ada", "Bergen Bok AS")


def test_a_contact_with_the_same_tax_id_is_taken_and_none_created(scene: Scene) -> None:
    record = unknown_customer(scene)
    scene.books.seed(contacts=[{"Name": "Bergen Bok (old name)", "TaxNumber": "NO 111 111 111 MVA"}])

    lookup = create_contact(scene, record)
    scene.run()

    answer = answered(scene, lookup)
    assert (answer["name"], answer["is_created"]) == ("Bergen Bok (old name)", False)
    assert len(scene.books.contacts()) == 2
    assert scene.books.asked("/Contacts", "PUT") == []


def test_a_contact_with_the_same_tax_id_and_quite_another_name_is_taken_by_nobody(scene: Scene) -> None:
    scene.books.seed(contacts=[{"Name": "Oslo Te AS", "TaxNumber": "NO111111111MVA"}])
    record = unknown_customer(scene)

    lookup = create_contact(scene, record)
    scene.run()

    answer = answered(scene, lookup)
    assert (answer["name"], answer["is_created"]) == ("Bergen Bok AS", True)


def test_what_stands_for_having_no_tax_id_is_not_written_into_the_ledger(scene: Scene) -> None:
    record = unknown_customer(scene, contact_tax_id="N/A")
    assert (record.contact_key, record.contact_tax_id) == ("name:bergen bok as", "N/A")

    create_contact(scene, record)
    scene.run()

    (made,) = [contact for contact in scene.books.contacts() if contact["name"] == "Bergen Bok AS"]
    assert not made["tax_number"]


@pytest.mark.parametrize("is_answered", [False, True], ids=["before", "after"])
def test_a_contact_whose_creation_broke_off_is_there_once(
    scene: Scene, office_over: Callable[[Transport], Office], is_answered: bool
) -> None:
    record = unknown_customer(scene)
    lookup = create_contact(scene, record)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(2, is_answered=is_answered)))

    scene.run()

    assert answered(scene, lookup)["name"] == "Bergen Bok AS"
    assert [contact["name"] for contact in scene.books.contacts()].count("Bergen Bok AS") == 1


def test_a_contact_that_the_ledger_did_not_answer_about_is_not_created_twice(scene: Scene) -> None:
    record = unknown_customer(scene)
    scene.books.fault("drop-after-commit", method="PUT", path="/Contacts")
    first = create_contact(scene, record)
    scene.run()
    assert "Ask again" in failure(scene, first)
    (entry,) = [entry for entry in scene.log() if entry.act is Act.CONTACT_LEFT_OPEN]
    assert (entry.actor, entry.reference, entry.words) == ("Ada", "Bergen Bok AS", first.error)

    second = create_contact(scene, record)
    scene.run()

    assert answered(scene, second)["name"] == "Bergen Bok AS"
    assert len(scene.books.contacts()) == 2


def test_a_contact_name_that_the_ledger_refuses_is_told_in_its_words(scene: Scene) -> None:
    scene.books.seed(contacts=[{"Name": "Bergen Bok AS", "TaxNumber": "SE999999999901"}])
    record = unknown_customer(scene)

    lookup = create_contact(scene, record)
    scene.run()

    assert "is already assigned to another contact" in failure(scene, lookup)
    (entry,) = [entry for entry in scene.log() if entry.act is Act.CONTACT_REFUSED]
    assert (entry.actor, entry.reference, entry.error_code) == ("Ada", "Bergen Bok AS", "contact-name-taken")
    assert entry.words == lookup.error
    assert [entry for entry in scene.log() if entry.act is Act.CONTACT_LEFT_OPEN] == []


def test_an_order_for_a_contact_that_nobody_can_be_asked_for_is_logged_once(scene: Scene) -> None:
    record = unknown_customer(scene)
    scene.books.change("revoke-grant")

    lookup = create_contact(scene, record)
    scene.run()
    scene.later(minutes=10)
    scene.run()

    (entry,) = [entry for entry in scene.log() if entry.act is Act.CONTACT_LEFT_OPEN]
    assert (entry.actor, entry.reference, entry.words) == ("Ada", "Bergen Bok AS", failure(scene, lookup))


def test_disconnecting_tells_the_provider_and_calls_it_no_more(scene: Scene) -> None:
    (export,) = scene.approve(1)
    with writing(scene.session):
        assert connections.order_disconnection(scene.session, scene.connection, scene.world.actor("ada"), scene.clock())

    scene.run()

    scene.session.refresh(scene.connection)
    assert scene.connection.state is ConnectionState.DISCONNECTED
    assert scene.seen(export).status is Status.PENDING
    last = scene.books.calls()[-1]
    assert (last["method"], last["path"].rpartition("/")[0]) == ("DELETE", "/connections")
    scene.later(hours=7)
    before = len(scene.books.calls())
    scene.run()
    assert len(scene.books.calls()) == before


@pytest.mark.parametrize("kind", [LookupKind.LISTS, LookupKind.FIND, LookupKind.CREATE_CONTACT])
def test_on_a_broken_connection_a_question_is_told_so_and_nobody_is_called(scene: Scene, kind: LookupKind) -> None:
    scene.books.change("revoke-grant")
    scene.approve(1)
    scene.run()
    before = len(scene.books.calls())

    lookup = ask(scene, kind, export=1, record=1)
    scene.run()

    assert failure(scene, lookup) == "Xero is not connected; reconnect it first."
    assert len(scene.books.calls()) == before


def test_a_question_that_finds_the_access_withdrawn_is_told_so(scene: Scene) -> None:
    scene.books.change("revoke-grant")

    lookup = ask(scene, LookupKind.LISTS)
    scene.run()

    assert failure(scene, lookup) == "Xero is not connected; reconnect it first."


def test_a_question_at_the_ledgers_limit_waits_without_calling_and_is_answered_then(scene: Scene) -> None:
    scene.books.limits(per_minute=0)
    lookup = ask(scene, LookupKind.LISTS)

    scene.run()
    assert len(scene.books.asked("/Accounts")) == 1
    scene.books.limits(factor=1000)
    scene.later(minutes=1.1)
    scene.run()

    assert answered(scene, lookup)["counts"]["Contacts"] == 1


def test_a_question_that_would_have_to_wait_for_hours_is_told_why_at_once(scene: Scene) -> None:
    scene.books.limits(per_day=0)
    lookup = ask(scene, LookupKind.LISTS)

    scene.run()

    said = failure(scene, lookup)
    assert said.startswith("Xero cannot be asked for ")
    assert said.endswith(" minutes (Xero's limit); ask again then.")


def test_the_companies_of_a_fresh_consent_are_told_before_anything_is_connected(scene: Scene) -> None:
    granted, company_id = scene.books.consent("Nordlys Norge AS")
    now, ada = scene.clock(), scene.world.actor("ada")
    with writing(scene.session):
        vault = Vault(scene.office.config.token_keys)
        grant = grants.create(scene.session, vault, scene.world.nordlys.id, Provider.XERO, granted, ada, now)
        lookup = lookups.ask_companies(scene.session, grant, {}, ada, now)

    assert consents.run(scene.office) is True

    companies = answered(scene, lookup)["companies"]
    assert company_id in {company["external_id"] for company in companies}
    assert all(company["link_id"] and company["name"] for company in companies)
    assert consents.run(scene.office) is False


def test_a_consent_that_is_withdrawn_before_it_is_used_is_told_so(scene: Scene) -> None:
    with writing(scene.session):
        grant = scene.session.scalars(select(Grant)).one()
        lookup = lookups.ask_companies(scene.session, grant, {}, scene.world.actor("ada"), scene.clock())
    scene.books.change("revoke-grant")

    consents.run(scene.office)

    assert failure(scene, lookup).startswith("The ledger did not say which organisations may be connected")


def test_lists_that_were_never_read_are_read_before_anything_is_sent(scene: Scene) -> None:
    granted, company_id = scene.books.consent("Nordlys Norge AS")
    norway = scene.world.connect_xero(company=Company(company_id, "Nordlys Norge AS"), tokens=granted, lists=False)
    assert references.asked_at(scene.session, norway.id) == {}

    scene.run()

    assert set(references.asked_at(scene.session, norway.id)) == set(ReferenceKind)
    assert [call["path"].rpartition("/")[2] for call in scene.books.calls()] == [
        "Accounts",
        "TaxRates",
        "Contacts",
        "Items",
        "Organisation",
        "Currencies",
    ]


def test_a_look_that_comes_back_to_a_former_holder_says_nothing_of_what_was_booked_since(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    scene.books.change("deactivate-account:200")
    (export,) = scene.by_hand(1)
    scene.run()
    assert scene.seen(export).status is Status.FAILED
    scene.books.change("activate-account:200")
    ask(scene, LookupKind.FIND, export=export.id)
    held = Held("GET", "/Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.send_again(export)
        scene.run()
        assert scene.seen(export).status is Status.SYNCED

    assert scene.seen(export).found is None


def fresh_consent(scene: Scene, company: str) -> Lookup:
    granted, _ = scene.books.consent(company)
    now, ada = scene.clock(), scene.world.actor("ada")
    with writing(scene.session):
        vault = Vault(scene.office.config.token_keys)
        grant = grants.create(scene.session, vault, scene.world.nordlys.id, Provider.XERO, granted, ada, now)
        return lookups.ask_companies(scene.session, grant, {}, ada, now)


def test_a_consent_about_which_the_provider_is_silent_keeps_no_other_waiting(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    first, second = fresh_consent(scene, "Nordlys AB"), fresh_consent(scene, "Nordlys Norge AS")
    held = Held("GET", "/connections", is_answered=False)
    slow = office_over(held)
    asking = Thread(target=consents.run, args=(slow,))
    asking.start()
    assert held.is_under_way.wait(PATIENCE)

    assert consents.run(scene.office) is True
    assert answered(scene, second)["companies"]
    assert len(scene.books.asked("/connections")) == 1, "the first is asked about by one alone"
    assert consents.run(scene.office) is False

    held.let_go.set()
    asking.join()
    assert answered(scene, first)["companies"]


def test_a_consent_whose_access_another_runner_is_renewing_is_asked_about_a_moment_later(scene: Scene) -> None:
    lookup = fresh_consent(scene, "Nordlys Norge AS")
    scene.later(minutes=31)
    with writing(scene.session) as session:
        grant = session.get_one(Grant, lookup.grant_id, populate_existing=True)
        key = grants.take_refresh_lock(session, grant, 30)
    assert key is not None

    consents.run(scene.office)

    scene.session.rollback()
    assert scene.session.get_one(Lookup, lookup.id, populate_existing=True).state.is_open
    with writing(scene.session) as session:
        grants.release_refresh_lock(session, grant, key)
        session.execute(update(TaskLease).values(until=TaskLease.until - tokens.BUSY))
    assert consents.run(scene.office) is True
    assert answered(scene, lookup)["companies"]
