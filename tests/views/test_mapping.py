"""Mapping: what is missing comes first, many rows are saved at once, contacts are picked or created by a person."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from dashboard.db import writing
from dashboard.domain import lifecycle, lookups, mappings, references
from dashboard.models import AuditEntry, Connection, Export, Lookup, Mapping, MappingChange, Resync
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import DEFAULT_PURCHASE_ACCOUNT, DEFAULT_SALES_ACCOUNT, MappingKind
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.consenting import Visit, afresh, break_off
from tests.support.world import World

FJORD = "tax:NO987654321MVA"


def fail(world: World, exports: Sequence[Export], *faults: Fault) -> None:
    with writing(world.session):
        for export in exports:
            fresh = world.session.get_one(Export, export.id)
            lifecycle.move(world.session, fresh, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults)


def account_missing(code: str = "4010") -> Fault:
    return Fault(ErrorCode.ACCOUNT_NOT_MAPPED, code, f"Account {code} is not mapped", code)


def contact_missing() -> Fault:
    return Fault(ErrorCode.CONTACT_NOT_MAPPED, "Fjord Kaffe AS", "Fjord Kaffe AS is not mapped", FJORD)


def form_of(page: str) -> dict[str, str]:
    """The rows of the mapping form, as a browser would send them untouched."""
    found = dict(re.findall(r'name="((?:value|seen)-\d+)" value="([^"]*)"', page))
    for n, options in re.findall(r'<select id="target-(\d+)" name="[^"]*"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[f"target-{n}"] = chosen.group(1) if chosen else ""
    for name in ("connection", "kind", "value", "find", "after"):
        hidden = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page[page.index('id="mapping"') :])
        if hidden:
            found[name] = hidden.group(1)
    return {name: unescape(value) for name, value in found.items()}


def choose(form: dict[str, str], value: str, target: str) -> dict[str, str]:
    (n,) = (name.removeprefix("value-") for name, each in form.items() if name.startswith("value-") and each == value)
    return form | {f"target-{n}": target}


def mapped(world: World, connection: Connection) -> dict[tuple[MappingKind, str], str]:
    afresh(world)
    return {key: target.target_id for key, target in mappings.load(world.session, connection.id).items()}


def options_of(page: str, value: str) -> str:
    """The drop-down of the row of this value."""
    n = re.search(rf'name="value-(\d+)" value="{re.escape(value)}"', page)
    assert n is not None
    found = re.search(rf'<select id="target-{n.group(1)}".*?</select>', page, re.DOTALL)
    assert found is not None
    return found.group(0)


def test_without_a_connection_the_page_leads_to_connections(world: World, visit: Visit) -> None:
    assert "Nothing to map yet" in visit("ada").get("/mapping").text


@pytest.mark.requirement("S0-15")
def test_an_admin_saves_several_mappings_at_once(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    form = form_of(ada.get("/mapping").text)
    form = choose(choose(form, DEFAULT_SALES_ACCOUNT, "200"), DEFAULT_PURCHASE_ACCOUNT, "400")
    assert "2 mappings saved." in ada.post("/mapping", form).text
    assert mapped(world, connection) == {
        (MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT): "200",
        (MappingKind.ACCOUNT, DEFAULT_PURCHASE_ACCOUNT): "400",
    }
    logged = world.session.scalars(select(AuditEntry.words).where(AuditEntry.act == Act.MAPPING_CHANGED)).all()
    assert "Sales without an account of their own: not mapped → 200 Sales" in logged


@pytest.mark.requirement("S0-15")
@pytest.mark.parametrize("name", ["bo", "cleo"])
def test_who_may_not_map_sees_the_drop_downs_disabled_and_is_refused(world: World, visit: Visit, name: str) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    visitor = visit(name)
    page = visitor.get("/mapping").text
    assert "Only an admin may change mappings." in page
    assert 'action="/mapping"' not in page.replace('method="get" action="/mapping"', "")
    selects = re.findall(r'<select id="target-\d+"([^>]*)>', page)
    assert selects
    assert all("disabled" in attributes for attributes in selects)
    assert "200 Sales" in page
    before = mapped(world, connection)
    form = {"connection": str(connection.id), "kind": "account", "value-0": "4010", "seen-0": "", "target-0": "200"}
    assert visitor.post("/mapping", form).status_code == 403
    assert visitor.post("/mapping/contacts", {"connection": str(connection.id), "create": FJORD}).status_code == 403
    assert mapped(world, connection) == before


def test_what_failed_records_lack_comes_with_its_count_the_most_wanted_first(world: World, visit: Visit) -> None:
    world.connect_xero()
    exports = world.approve(world.records(3))
    fail(world, exports[:1], account_missing("4099"))
    fail(world, exports[1:], account_missing("4010"), contact_missing())
    page = visit("ada").get("/mapping").text
    assert page.index(f'value="{DEFAULT_SALES_ACCOUNT}"') < page.index('value="4010"') < page.index('value="4099"')
    assert re.search(r"Accounts</span> <b>.*?2<", page)
    assert re.search(r"Contacts</span> <b>.*?1<", page)
    contacts = visit("ada").get("/mapping?kind=contact").text
    assert "Fjord Kaffe AS" in contacts
    assert re.search(r'<td class="num" data-label="Waiting">2</td>', contacts)


def test_a_remedy_leads_to_its_value_on_top_and_in_focus(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    fail(world, world.approve(world.records(2)), account_missing("4010"), account_missing("4020"))
    page = visit("ada").get(f"/mapping?connection={connection.id}&kind=account&value=4020").text
    assert page.index('value="4020"') < page.index('value="4010"')
    assert len(re.findall(r'name="value-\d+" value="4020"', page)) == 1
    assert "autofocus" in options_of(page, "4020")
    assert "autofocus" not in options_of(page, "4010")


def test_only_what_the_ledger_lets_stand_there_is_offered(world: World, visit: Visit) -> None:
    world.connect_xero()
    page = visit("ada").get("/mapping").text
    sales, purchases = options_of(page, DEFAULT_SALES_ACCOUNT), options_of(page, DEFAULT_PURCHASE_ACCOUNT)
    assert "200 Sales" in sales
    assert "400 Purchases" not in sales
    assert "400 Purchases" in purchases
    assert "401 Closed account" not in sales + purchases


def test_tax_rates_of_the_same_rate_come_first(world: World, visit: Visit) -> None:
    world.connect_xero()
    fault = Fault(ErrorCode.TAX_NOT_MAPPED, "Sale 25 %", "not mapped", "sale:S:25:SE")
    fail(world, world.approve(world.records()), fault)
    page = visit("ada").get("/mapping?kind=tax").text
    assert "Sale, standard rate 25 % (SE)" in page
    options = options_of(page, "sale:S:25:SE")
    assert options.index("At 25 %") < options.index("Sales 25 % (25 %)") < options.index("At other rates")


@pytest.mark.parametrize("target", ["401", "9999", "400"])
def test_an_account_that_cannot_stand_there_is_refused_at_its_field(world: World, visit: Visit, target: str) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    form = choose(form_of(ada.get("/mapping").text), DEFAULT_SALES_ACCOUNT, target)
    form = choose(form, DEFAULT_PURCHASE_ACCOUNT, "400")
    refused = ada.post("/mapping", form)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in options_of(refused.text, DEFAULT_SALES_ACCOUNT)
    assert "Not saved" in refused.text
    assert 'value="400" selected' in options_of(refused.text, DEFAULT_PURCHASE_ACCOUNT)
    assert mapped(world, connection) == {}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    form = form_of(ada.get("/mapping").text)
    world.map_all(connection)
    refused = ada.post("/mapping", choose(form, DEFAULT_SALES_ACCOUNT, "860"))
    assert refused.status_code == 422
    assert "Somebody changed this meanwhile, to 200 Sales." in refused.text
    assert mapped(world, connection)[MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT] == "200"


def test_rows_that_were_not_touched_keep_what_others_made_of_them(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    form = form_of(ada.get("/mapping").text)
    world.map_all(connection)
    ada.post("/mapping", choose(form, "default:rounding", "860"))
    now = mapped(world, connection)
    assert now[MappingKind.ACCOUNT, "default:rounding"] == "860"
    assert now[MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT] == "200"


def test_a_form_sent_twice_has_one_effect(world: World, visit: Visit) -> None:
    world.connect_xero()
    ada = visit("ada")
    form = choose(form_of(ada.get("/mapping").text), DEFAULT_SALES_ACCOUNT, "200")
    ada.post("/mapping", form)
    assert "Nothing was changed." in ada.post("/mapping", form).text
    assert world.session.scalar(select(func.count()).select_from(MappingChange)) == 1


def test_every_change_is_kept_with_who_when_before_and_after(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    for name, target in (("ada", "200"), ("alma", "860"), ("alma", "")):
        visitor = visit(name)
        visitor.post("/mapping", choose(form_of(visitor.get("/mapping").text), DEFAULT_SALES_ACCOUNT, target))
    page = visit("bo").get("/mapping").text
    history = re.sub(r"<[^>]+>", "|", page[page.index('id="history"') :])
    changes = [[cell for cell in row.split("|") if cell.strip()] for row in history.split("Sales without an account")]
    assert [change[1:4] for change in changes[1:]] == [
        ["860 Rounding", "Not mapped", "Alma"],
        ["200 Sales", "860 Rounding", "Alma"],
        ["Not mapped", "200 Sales", "Ada"],
    ]
    assert mapped(world, connection) == {}
    versions = world.session.scalars(select(MappingChange.version).order_by(MappingChange.id)).all()
    assert versions == [1, 2, 3]


def test_after_saving_the_records_that_lack_nothing_more_are_offered_for_a_resync(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(3))
    fail(world, exports[:2], account_missing("4010"))
    fail(world, exports[2:], account_missing("4010"), contact_missing())
    ada = visit("ada")
    page = ada.get("/mapping")
    assert 'id="mended"' not in page.text
    done = ada.post("/mapping", choose(form_of(page.text), "4010", "400")).text
    assert "2 failed records lack nothing any more" in done
    assert re.findall(r'<button class="btn primary"[^>]*>([^<]+)<', page.text) == ["Save mappings"]
    assert re.findall(r'<button class="btn primary"[^>]*>([^<]+)<', done) == ["Resync 2 to Xero"]
    banner = done[done.index('id="mended"') :]
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', banner[: banner.index("</form>")]))
    for _ in range(2):
        ada.post("/resyncs", sent)
    afresh(world)
    assert [each.total for each in world.session.scalars(select(Resync))] == [2]
    assert world.session.get_one(Export, exports[2].id).status is Status.FAILED
    assert connection.id == world.session.scalars(select(Resync.connection_id)).one()


def test_a_mapping_that_still_fails_is_asked_for_again(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    fault = Fault(ErrorCode.ACCOUNT_INACTIVE, "200", "Account 200 is archived", DEFAULT_SALES_ACCOUNT)
    fail(world, world.approve(world.records()), fault)
    page = visit("ada").get("/mapping").text
    row = page[page.index(f'value="{DEFAULT_SALES_ACCOUNT}"') :]
    assert '<td class="num" data-label="Waiting">1</td>' in row[: row.index("</tr>")]


def test_suggestions_for_a_contact_are_same_tax_number_then_similar_names(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    kind = ReferenceKind.CONTACT
    items = [
        ReferenceItem(kind, "c-1", "", "Fjord Kaffe AS", True, tax_ids=("NO987654321MVA",)),
        ReferenceItem(kind, "c-3", "", "Fjord Kaffe Drift", True, tax_ids=("NO 987 654 321 MVA",)),
        ReferenceItem(kind, "c-4", "", "Kaffe Fjord Oslo AS", True),
        ReferenceItem(kind, "c-7", "", "Kaffe Oslo AS", True),
        ReferenceItem(kind, "c-5", "", "Entirely Else AS", True),
        ReferenceItem(kind, "c-6", "", "Fjord Kaffe (old)", False),
    ]
    with writing(world.session):
        references.store(world.session, connection, kind, items, world.now() + timedelta(seconds=1), is_whole=True)
    fail(world, world.approve(world.records()), contact_missing())
    options = options_of(visit("ada").get("/mapping?kind=contact").text, FJORD)
    assert options.index("Same tax number") < options.index("c-1") < options.index("c-3")
    assert options.index("c-3") < options.index("Similar name") < options.index("c-4")
    assert "c-5" not in options
    assert "c-7" not in options
    assert "c-6" not in options


def test_among_thousands_of_contacts_one_is_found_by_searching(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    kind = ReferenceKind.CONTACT
    items = [ReferenceItem(kind, f"c-{n}", "", f"Supplier number{n}", True) for n in range(3000)]
    items.append(ReferenceItem(kind, "c-hidden", "", "Bønner & Venner", True, email="post@bonner.example"))
    with writing(world.session):
        references.store(world.session, connection, kind, items, world.now() + timedelta(seconds=1), is_whole=True)
    fail(world, world.approve(world.records()), contact_missing())
    ada = visit("ada")
    page = ada.get("/mapping?kind=contact").text
    assert page.count("<option") < 50
    found = ada.get(f"/mapping?kind=contact&value={FJORD}&q=bonner.example").text
    assert "c-hidden" in options_of(found, FJORD)
    assert "No active contact in Xero contains" in ada.get(f"/mapping?kind=contact&value={FJORD}&q=zzz").text
    done = ada.post("/mapping", choose(form_of(found), FJORD, "c-hidden"))
    assert "1 mapping saved." in done.text
    assert mapped(world, connection)[MappingKind.CONTACT, FJORD] == "c-hidden"
    assert world.session.scalar(select(Mapping.source_label)) == "Fjord Kaffe AS"


def test_searching_all_contacts_saves_what_was_chosen_for_the_others_and_searches_at_once(
    world: World, visit: Visit
) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(2))
    bergen = Fault(ErrorCode.CONTACT_NOT_MAPPED, "Bergen Bok AS", "Bergen Bok AS is not mapped", "tax:NO111111111MVA")
    fail(world, exports[:1], contact_missing())
    fail(world, exports[1:], bergen)
    ada = visit("ada")
    untouched = form_of(ada.get("/mapping?kind=contact").text)
    shown = ada.post("/mapping", untouched | {"search": FJORD}).text
    assert "Nothing was changed" not in shown
    form = choose(untouched, "tax:NO111111111MVA", "c-1")
    page = ada.post("/mapping", form | {"search": FJORD}).text
    assert "1 mapping saved." in page
    assert mapped(world, connection) == {(MappingKind.CONTACT, "tax:NO111111111MVA"): "c-1"}
    search = re.search(r'<input id="q"[^>]*>', page)
    assert search is not None
    assert 'value="Fjord Kaffe"' in search.group(0)
    assert page.count("autofocus") == 1
    assert "Found by “Fjord Kaffe”" in page
    stale = choose(untouched, "tax:NO111111111MVA", "gone") | {"search": FJORD}
    assert ada.post("/mapping", stale).status_code == 422


def test_contacts_show_their_tax_id_or_that_they_have_none_mapped_or_not(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ledger = references.ledger(world.session, connection.id)
    for key in (FJORD, "name:fjord kaffe as"):
        with writing(world.session):
            mappings.save(
                world.session, connection, MappingKind.CONTACT, key, "c-1", ledger, world.actor("ada"), world.now()
            )
    page = visit("cleo").get("/mapping?kind=contact").text
    rows = page[page.index('id="rows"') :]
    assert rows.count('<small class="muted">NO987654321MVA</small>') == 2  # Under Mapped, and among the changes.
    assert rows.count('<small class="muted">no tax id</small>') == 2


def test_who_may_not_map_sees_as_well_that_the_ledger_no_longer_offers_an_account(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ledger = references.ledger(world.session, connection.id)
    with writing(world.session):
        mappings.save(
            world.session, connection, MappingKind.ACCOUNT, "4010", "400", ledger, world.actor("ada"), world.now()
        )
    gone = ReferenceItem(ReferenceKind.ACCOUNT, "400", "400", "Purchases", False)
    with writing(world.session):
        references.store(
            world.session, connection, gone.kind, [gone], world.now() + timedelta(seconds=1), is_whole=True
        )
    assert "(archived or not usable here)" in visit("bo").get("/mapping").text


def test_a_mapped_contact_of_quite_another_name_is_not_said_to_be_archived(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ledger = references.ledger(world.session, connection.id)
    key = "name:visby hostel"
    with writing(world.session):
        mappings.save(
            world.session, connection, MappingKind.CONTACT, key, "c-1", ledger, world.actor("ada"), world.now()
        )
    options = options_of(visit("ada").get("/mapping?kind=contact").text, key)
    assert 'value="c-1" selected>Fjord Kaffe AS (NO987654321MVA)' in options
    assert "archived" not in options
    assert "archived" not in visit("bo").get("/mapping?kind=contact").text


def test_a_contact_is_created_by_a_persons_order_once(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    fail(world, world.approve(world.records(2)), contact_missing())
    ada = visit("ada")
    page = ada.get("/mapping?kind=contact").text
    assert "Create in Xero" in page
    ordered = [ada.post("/mapping/contacts", form_of(page) | {"create": FJORD}) for _ in range(2)]
    assert "Being created in Xero" in ordered[-1].text
    afresh(world)
    (order,) = [
        each
        for each in lookups.open_of_connection(world.session, connection.id)
        if each.kind is LookupKind.CREATE_CONTACT
    ]
    assert order.question["contact_key"] == FJORD
    part = ada.part(f"/mapping/lookups/{order.id}").text
    assert part.lstrip().startswith(f'<div id="order-{order.id}"')
    assert "data-poll" in part
    ledger = references.ledger(world.session, connection.id)
    with writing(world.session):
        mappings.save(
            world.session, connection, MappingKind.CONTACT, FJORD, "c-1", ledger, world.actor("ada"), world.now()
        )
        lookups.answer(world.session, order, {"contact_id": "c-1", "name": "Fjord Kaffe AS"}, world.now())
    part = ada.part(f"/mapping/lookups/{order.id}?row=0").text
    assert "data-poll" not in part
    assert "Found in Xero, not created, and mapped: <b>Fjord Kaffe AS</b>" in part
    assert 'value="c-1" selected' in part[part.index('hx-target="#field-0"') :]
    assert "2 failed records lack nothing any more" in part[part.index('hx-target="#standing"') :]
    assert '<hx-partial hx-target="#messages" hx-swap="innerHTML"></hx-partial>' in part
    with writing(world.session):
        fresh = world.session.get_one(Lookup, order.id, populate_existing=True)
        fresh.answer = fresh.answer | {"is_created": True}
    assert "Created in Xero, and mapped" in ada.get("/mapping?kind=contact").text
    assert "mapped already" in ada.post("/mapping/contacts", form_of(page) | {"create": FJORD}).text


def test_creating_one_contact_saves_what_was_chosen_for_the_others(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(2))
    bergen = Fault(ErrorCode.CONTACT_NOT_MAPPED, "Bergen Bok AS", "Bergen Bok AS is not mapped", "tax:NO111111111MVA")
    fail(world, exports[:1], contact_missing())
    fail(world, exports[1:], bergen)
    ada = visit("ada")
    form = choose(form_of(ada.get("/mapping?kind=contact").text), FJORD, "c-1")
    form = choose(form, "tax:NO111111111MVA", "c-1")
    done = ada.post("/mapping/contacts", form | {"create": FJORD}).text
    assert "1 mapping saved. The contact is being created in Xero." in done
    assert mapped(world, connection) == {(MappingKind.CONTACT, "tax:NO111111111MVA"): "c-1"}
    stale = choose(form, "tax:NO111111111MVA", "gone") | {"create": FJORD}
    assert ada.post("/mapping/contacts", stale).status_code == 422


def test_a_refused_contact_says_why_and_can_be_ordered_again(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    fail(world, world.approve(world.records()), contact_missing())
    ada = visit("ada")
    ada.get("/mapping?kind=contact")
    order = {"connection": str(connection.id), "create": FJORD}
    ada.post("/mapping/contacts", order)
    (lookup,) = world.session.scalars(select(Lookup).where(Lookup.kind == LookupKind.CREATE_CONTACT))
    with writing(world.session):
        lookups.fail(world.session, lookup, "Email address must be valid.", world.now())
    page = ada.get("/mapping?kind=contact").text
    assert "Email address must be valid." in page
    assert "Create in Xero" in page
    assert "Being created" in ada.post("/mapping/contacts", order).text


def test_no_contact_is_created_while_the_ledger_is_not_connected(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    fail(world, world.approve(world.records()), contact_missing())
    break_off(world, connection)
    ada = visit("ada")
    ada.get("/mapping?kind=contact")
    done = ada.post("/mapping/contacts", {"connection": str(connection.id), "create": FJORD})
    assert "Reconnect Nordlys AB first." in done.text


def test_a_contact_that_no_record_has_is_not_found(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    ada.get("/mapping")
    for key in ("tax:NOBODY", "", "x" * 5000):
        assert ada.post("/mapping/contacts", {"connection": str(connection.id), "create": key}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "kind=tax&value=garbage",
        "kind=tax&value=sale:S",
        "kind=contact&value=nothing",
        "kind=account&value=" + "x" * 400,
        "kind=account&value=x&find=x&after=99999999999999999999999999",
        "kind=account&find=%25_&after=-1",
    ],
)
def test_an_address_that_makes_no_sense_is_answered_without_it(world: World, visit: Visit, query: str) -> None:
    world.connect_xero()
    assert visit("ada").get(f"/mapping?{query}").status_code == 200


def test_what_belongs_to_another_organisation_is_not_found(world: World, visit: Visit) -> None:
    mine, theirs = world.connect_xero(), world.connect_xero(world.maple)
    with writing(world.session):
        order = lookups.ask(
            world.session, theirs, LookupKind.CREATE_CONTACT, {"record": 1}, world.actor("dov"), world.now()
        )
    ada = visit("ada")
    ada.get("/mapping")
    form = {"kind": "account", "value-0": "4010", "seen-0": "", "target-0": "200"}
    for other in (theirs.id, 999, 10**30):
        assert ada.get(f"/mapping?connection={other}").status_code == 404
        assert ada.post("/mapping", form | {"connection": str(other)}).status_code == 404
        assert ada.post("/mapping/contacts", {"connection": str(other), "create": FJORD}).status_code == 404
    assert ada.get(f"/mapping/lookups/{order.id}").status_code == 404
    assert ada.post("/mapping", form | {"connection": str(mine.id), "kind": "weather"}).status_code == 404
    (lists,) = lookups.open_of_connection(world.session, mine.id)
    assert ada.get(f"/mapping/lookups/{lists.id}").status_code == 404
    assert mapped(world, theirs) == {}


def test_each_of_several_connections_has_mappings_of_its_own(world: World, visit: Visit) -> None:
    first = world.connect_xero()
    second = world.connect_xero(company=Company("c-2", "Nordlys Norge AS", "l-2"), lists=False)
    with writing(world.session):
        items = [ReferenceItem(ReferenceKind.ACCOUNT, "b-300", "300", "Salg", True)]
        references.store(world.session, second, ReferenceKind.ACCOUNT, items, world.now(), is_whole=True)
    ada = visit("ada")
    page = ada.get(f"/mapping?connection={second.id}").text
    assert "300 Salg" in page
    assert "200 Sales" not in page
    ada.post("/mapping", choose(form_of(page), DEFAULT_SALES_ACCOUNT, "300"))
    assert mapped(world, second) == {(MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT): "300"}
    assert mapped(world, first) == {}


def test_many_mappings_are_shown_by_the_page_and_can_be_found(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ledger = references.ledger(world.session, connection.id)
    with writing(world.session):
        for n in range(45):
            mappings.save(
                world.session,
                connection,
                MappingKind.ACCOUNT,
                f"{4000 + n}",
                "400",
                ledger,
                world.actor("ada"),
                world.now(),
            )
    ada = visit("ada")
    address, seen = "/mapping?kind=account", []
    while address:
        page = ada.get(address).text
        seen += re.findall(r'name="value-\d+" value="(4\d+)"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(older.group(1)) if older else ""
    assert seen == [f"{4000 + n}" for n in range(45)]
    found = ada.get("/mapping?kind=account&find=4017").text
    assert re.findall(r'name="value-\d+" value="(4\d+)"', found) == ["4017"]


@pytest.mark.parametrize("query", ["q=abc", "kind=contact&q=x", "kind=tax&q=a", "kind=contact&value=unknown&q=a"])
def test_words_to_look_for_without_a_contact_to_look_for_are_no_crash(world: World, visit: Visit, query: str) -> None:
    world.connect_xero()

    assert visit("cleo").get(f"/mapping?{query}").status_code == 200


def test_accounts_stand_in_the_order_of_their_codes_and_sales_begin_with_revenue(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    kind = ReferenceKind.ACCOUNT
    items = [
        ReferenceItem(kind, f"a-{code}", code, name, is_active, account_class=group)
        for code, name, group, is_active in (
            ("400", "Purchases", "EXPENSE", False),
            ("620", "Bank", "ASSET", True),
            ("260", "Other Sales", "REVENUE", True),
            ("200", "Sales", "REVENUE", True),
            ("493", "Travel", "EXPENSE", True),
        )
    ]
    with writing(world.session):
        references.store(world.session, connection, kind, items, world.now() + timedelta(seconds=1), is_whole=True)
    page = visit("ada").get("/mapping").text
    drop_down = options_of(page, DEFAULT_SALES_ACCOUNT)
    assert re.findall(r'<option value="(\d+)"', drop_down)[:2] == ["200", "260"]
    assert "(archived or not usable here)" not in drop_down
    assert "(archived or not usable here)" in options_of(page, DEFAULT_PURCHASE_ACCOUNT)
