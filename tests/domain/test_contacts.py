"""Contacts: suggestions among the ledger's own, and orders to create one."""

import pytest

from dashboard.db import writing
from dashboard.domain import connections, contacts, lookups
from dashboard.domain.scope import NotFound
from dashboard.models import Connection, Lookup
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from tests.support.world import World

FJORD = "tax:NO987654321MVA"


def contact(identity: str, name: str, *tax_ids: str, is_active: bool = True) -> ReferenceItem:
    return ReferenceItem(ReferenceKind.CONTACT, identity, "", name, is_active, tax_ids=tax_ids)


def order(world: World, connection: Connection, key: str = FJORD) -> Lookup:
    with writing(world.session):
        return contacts.order(world.session, connection, key, world.actor("ada"), world.now())


def test_the_likeliest_names_come_first_and_legal_forms_make_none_alike() -> None:
    directory = contacts.Directory(
        [
            contact("far", "Oslo Kaffe og Te Fjord Import AS"),
            contact("trade", "Oslo Kaffe AS"),
            contact("near", "Fjord-Kaffe AS"),
            contact("other", "Berg & Dal AS"),
            contact("same", "Something Else", "NO 987654321 mva"),
            contact("gone", "Fjord Kaffe", is_active=False),
        ]
    )
    found = directory.alike("Fjord Kaffe AS", "NO987654321MVA")
    assert [each.external_id for each in found.same_tax_id] == ["same"]
    assert [each.external_id for each in found.similar_name] == ["near", "far"]
    assert directory.alike("", "") == contacts.Alike((), ())


def test_a_legal_form_or_a_word_of_the_trade_makes_no_two_companies_alike() -> None:
    directory = contacts.Directory([contact("a", "Berg Hotell HB"), contact("b", "Dal Consulting Limited")])
    assert directory.alike("Fjord Hotell HB", "").similar_name == ()
    assert directory.alike("Elm Company Limited", "").similar_name == ()
    assert [each.external_id for each in directory.alike("Hotell Berg AB", "").similar_name] == ["a"]


def test_one_word_makes_names_alike_only_where_it_is_all_that_one_of_them_has() -> None:
    directory = contacts.Directory([contact("a", "Nordic Coffee AB"), contact("b", "Nordic AB")])
    assert [each.external_id for each in directory.alike("Nordic Steel AB", "").similar_name] == ["b"]
    assert [each.external_id for each in directory.alike("Coffee Ltd", "").similar_name] == ["a"]
    assert contacts.words_to_search("Nordic Steel Holding AB") == "Nordic Steel"
    assert contacts.words_to_search("AB") == "AB"


def test_a_search_wants_all_of_its_words() -> None:
    directory = contacts.Directory([contact("a", "Fjord Kaffe"), contact("b", "Fjord Te", "SE77")])
    assert [each.external_id for each in directory.having("FJORD")] == ["a", "b"]
    assert [each.external_id for each in directory.having("fjord se77")] == ["b"]
    assert len(directory.having("", at_most=1)) == 1


def test_an_order_still_open_is_not_given_twice_and_a_refused_one_may_be_given_again(world: World) -> None:
    connection = world.connect_xero()
    world.records()
    first = order(world, connection)
    world.records()
    assert order(world, connection).id == first.id
    with writing(world.session):
        lookups.fail(world.session, first, "Email address must be valid.", world.now())
    again = order(world, connection)
    assert again.id != first.id
    assert contacts.orders(world.session, connection) == {FJORD: again}


def test_nothing_is_ordered_for_a_contact_that_is_mapped_unknown_or_out_of_reach(world: World) -> None:
    connection = world.connect_xero()
    with pytest.raises(NotFound):
        order(world, connection, "tax:NOBODY")
    world.records(tenant=world.maple)
    with pytest.raises(NotFound):
        order(world, connection)
    world.records()
    world.map_all(connection)
    with pytest.raises(contacts.AlreadyMapped):
        order(world, connection)
    with writing(world.session):
        connections.break_off(world.session, connection, ErrorCode.ACCESS_EXPIRED, "dead", world.now())
    with pytest.raises(contacts.NotConnected):
        order(world, connection)
