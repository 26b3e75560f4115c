"""Taking in: what is the same, which side it is on, who wins when two come at once, and nothing half saved."""

import threading
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import audit, counts
from dashboard.domain.intake import readers, take_in
from dashboard.domain.intake.take_in import Fate, Result
from dashboard.models import AuditEntry, Original, Record, RecordOriginal
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Approval, Direction, Payment, RecordKind
from dashboard.vocabulary.statuses import Status
from tests.samples import sample
from tests.samples.containers import pdf_with, signed
from tests.support.statements import statements
from tests.support.world import World

UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>B-1</cbc:ID><cbc:IssueDate>2026-11-01</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyTaxScheme><cbc:CompanyID>SE555555000101</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>Granit &amp; Söner AB</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0007">5566778899</cbc:EndpointID>
<cac:PartyLegalEntity><cbc:RegistrationName>Nordlys AB</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">25.00</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="SEK">100.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="SEK">25.00</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="SEK">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="SEK">125.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="SEK">125.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>Granite, grey</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="SEK">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>"""
HEADINGS = (
    "type,number,issue_date,currency,seller_name,seller_tax_id,buyer_name,buyer_tax_id,description,quantity,"
    "unit_price,tax_category,tax_rate"
)
GRANIT = ("Granit & Söner AB", "SE555555000101")
NORDLYS = ("Nordlys AB", "SE556677889901")


def row(
    number: str = "B-1",
    *,
    kind: str = "bill",
    on: str = "2026-11-01",
    seller: tuple[str, str] = GRANIT,
    buyer: tuple[str, str] = NORDLYS,
    price: str = "100.00",
    quantity: str = "1",
) -> str:
    return ",".join((kind, number, on, "SEK", *seller, *buyer, "Stone", quantity, price, "S", "25"))


def table(*rows: str) -> str:
    return "\n".join((HEADINGS, *rows))


def fates(results: list[Result]) -> list[Fate]:
    return [result.fate for result in results]


def taken(world: World, result: Result) -> Record:
    world.session.rollback()
    return world.session.get_one(Record, result.record_id)


def test_the_same_file_again_makes_no_second_record_whatever_its_name(world: World) -> None:
    first = world.take_in("may.csv", table(row("B-1"), row("B-2")))
    again = world.take_in("may (1).csv", table(row("B-1"), row("B-2")))
    assert fates(first) == [Fate.TAKEN_IN] * 2
    assert fates(again) == [Fate.ALREADY_HERE] * 2
    assert [each.record_id for each in again] == [each.record_id for each in first]
    assert world.session.scalar(select(func.count()).select_from(RecordOriginal)) == 2


@pytest.mark.requirement("B-24")
def test_one_invoice_as_xml_as_csv_and_as_pdf_is_one_record_with_three_originals(world: World) -> None:
    (first,) = world.take_in("stone.xml", UBL)
    (second,) = world.take_in("stone.csv", table(row("b-0001", seller=("granit & söner ab", ""))))
    assert (first.fate, second.fate) == (Fate.TAKEN_IN, Fate.ATTACHED)
    assert first.record_id == second.record_id
    (third,) = world.take_in("stone.pdf", pdf_with(("stone.xml", UBL.encode())))
    assert (third.fate, third.record_id) == (Fate.ATTACHED, first.record_id)
    originals = select(func.count()).where(RecordOriginal.record_id == first.record_id)
    assert world.session.scalar(originals) == 3


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize("first", ["invoice.pdf", "cii.xml", "ubl.xml"])
def test_one_invoice_as_pdf_as_cii_and_as_ubl_is_one_record_with_three_originals(world: World, first: str) -> None:
    cii, ubl = sample("cii/invoice.xml"), sample("ubl/invoice.xml")
    files = {"invoice.pdf": pdf_with(("factur-x.xml", cii)), "cii.xml": cii, "ubl.xml": ubl}
    names = sorted(files, key=lambda name: name != first)
    for _ in range(2):
        results = {name: world.take_in(name, files[name]) for name in names}
        assert len({result.record_id for (result,) in results.values()}) == 1
    assert {fate for found in results.values() for fate in fates(found)} == {Fate.ALREADY_HERE}
    ((result,), *_) = results.values()
    assert taken(world, result).contact_name == "Granit & Söner AB"
    kept = select(RecordOriginal.file_name, Original.media_type, Original.content).join(
        Original, Original.id == RecordOriginal.original_id
    )
    xml = "application/xml"
    assert {tuple(each) for each in world.session.execute(kept)} == {
        ("invoice.pdf", "application/pdf", files["invoice.pdf"]),
        ("cii.xml", xml, cii),
        ("ubl.xml", xml, ubl),
    }


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize(
    "changes",
    [
        {">E</ram:CategoryCode>": ">Z</ram:CategoryCode>"},
        {">EUR<": ">NOK<", '"EUR">': '"NOK">'},
        {">120.00<": ">119.00<", ">20.00<": ">21.00<", ">235.00<": ">234.00<"},
    ],
    ids=["category", "currency", "line nets"],
)
def test_the_same_bill_in_another_syntax_with_another_figure_is_asked_about(
    world: World, changes: dict[str, str]
) -> None:
    world.take_in("ubl.xml", sample("ubl/invoice.xml"))
    other = sample("cii/invoice.xml").decode()
    for old, new in changes.items():
        assert old in other
        other = other.replace(old, new)
    (result,) = world.take_in("cii.xml", other)
    assert result.fate is Fate.POSSIBLE_DUPLICATE


def test_the_bodies_of_a_fattura_are_records_of_their_own_signed_or_not(world: World) -> None:
    fattura = sample("fatturapa/two_bodies.xml")
    first = world.take_in("IT.xml.p7m", signed(fattura))
    again = world.take_in("IT.xml", fattura)
    assert (fates(first), fates(again)) == ([Fate.TAKEN_IN] * 2, [Fate.ATTACHED] * 2)
    fee, credit = (taken(world, each) for each in first)
    assert (fee.kind, fee.total, fee.tax_country) == (RecordKind.BILL, Decimal("1370.80"), "IT")
    assert (credit.kind, credit.total, credit.original_number) == (RecordKind.BILL_CREDIT, Decimal(61), "12/P")
    assert set(world.session.scalars(select(Original.media_type))) == {"application/pkcs7-mime", "application/xml"}


@pytest.mark.requirement("B-24")
def test_the_same_bill_with_another_amount_is_a_possible_duplicate_and_is_not_approved(world: World) -> None:
    world.connect_xero()
    (first,) = world.take_in("one.csv", table(row("B-0007")))
    results = take_in.take_in_file(
        world.session,
        world.nordlys.id,
        "two.csv",
        table(row("b 7", price="120.00")).encode(),
        world.actor("bo"),
        world.now(),
        approve=True,
    )
    assert fates(results) == [Fate.POSSIBLE_DUPLICATE]
    twin = taken(world, results[0])
    assert (twin.is_possible_duplicate, twin.duplicate_of_id) == (True, first.record_id)
    assert twin.approval is Approval.AWAITING


def test_two_suppliers_may_use_one_number(world: World) -> None:
    other = ("Skiffer AB", "SE555555000301")
    results = world.take_in("both.csv", table(row("B-1"), row("B-1", seller=other)))
    assert fates(results) == [Fate.TAKEN_IN] * 2


def test_what_is_sold_has_one_seller_however_the_file_names_it(world: World) -> None:
    buyer = ("Kiruna Bok HB", "SE998877665501")
    (named,) = world.take_in("one.csv", table(row("S-1", kind="invoice", seller=NORDLYS, buyer=buyer)))
    nickname = ("Boken i Kiruna", "")
    (unnamed,) = world.take_in("two.csv", table(row("S-1", kind="invoice", seller=("", ""), buyer=nickname)))
    assert (named.fate, unnamed.fate) == (Fate.TAKEN_IN, Fate.ATTACHED)


def test_a_file_is_taken_in_whole_or_not_at_all(world: World) -> None:
    (refused,) = world.take_in("mixed.csv", table(row("B-1"), row("B-2", on="soon")))
    assert refused.fate is Fate.REFUSED
    assert refused.refusal is not None
    assert "line 3" in refused.said
    assert world.session.scalar(select(func.count()).select_from(Record)) == 0


def test_a_refused_file_is_kept_and_logged_once_more_each_time(world: World) -> None:
    for _ in range(2):
        world.take_in("broken.xml", "<Invoice>")
    assert world.session.scalar(select(func.count()).select_from(Original)) == 1
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.FILE_REFUSED)).all()
    assert len(entries) == 2
    assert entries[0].words


def test_a_file_that_is_too_large_is_refused_and_not_kept(world: World) -> None:
    (refused,) = world.take_in("huge.csv", b"x" * (readers.MAX_BYTES + 1))
    assert refused.fate is Fate.REFUSED
    assert "20 MB" in refused.said
    assert world.session.scalar(select(func.count()).select_from(Original)) == 0


def test_a_name_that_cannot_be_stored_is_made_readable(world: World) -> None:
    (result,) = world.take_in("b\x00ill\udce9.csv", table(row()))
    kept = world.session.scalars(select(RecordOriginal.file_name).where(RecordOriginal.record_id == result.record_id))
    assert kept.one() == "b\N{REPLACEMENT CHARACTER}ill\N{REPLACEMENT CHARACTER}.csv"


@pytest.mark.parametrize(
    "seller",
    [
        ("Nordlys", "SE556677889901"),
        ("Nordlys", "se 556677-8899 01"),
        ("Nordlys", "5566778899"),
        ("Nordlys", "556677-8899"),
        ("NORDLYS AB.", ""),
        ("nordlys ab", "HRB 4711"),
    ],
)
def test_the_organisation_is_known_by_its_tax_id_its_company_number_or_its_name(
    world: World, seller: tuple[str, str]
) -> None:
    buyer = ("Kiruna Bok HB", "SE998877665501")
    (result,) = world.take_in("one.csv", table(row("S-1", kind="380", seller=seller, buyer=buyer)))
    assert taken(world, result).kind is RecordKind.INVOICE


def test_another_company_of_the_same_name_is_not_the_organisation(world: World) -> None:
    namesake = ("Nordlys AB", "SE111111111101")
    (result,) = world.take_in("one.csv", table(row("S-1", kind="380", seller=namesake, buyer=("Somebody", ""))))
    assert result.fate is Fate.REFUSED
    assert result.refusal is not None
    assert "sale or a bill" in result.refusal.reason


@pytest.mark.parametrize(
    ("kind", "seller", "buyer", "says"),
    [
        ("invoice", GRANIT, NORDLYS, ("a sale", "the buyer is Nordlys AB", "bill or supplier credit note")),
        ("supplier credit note", NORDLYS, GRANIT, ("a bill", "the seller is Nordlys AB", "invoice or credit note")),
    ],
)
def test_a_type_that_contradicts_who_the_organisation_is_is_refused(
    world: World, kind: str, seller: tuple[str, str], buyer: tuple[str, str], says: tuple[str, ...]
) -> None:
    content = table(row("S-1", kind=kind, seller=seller, buyer=buyer))
    (refused,) = world.take_in("sales.csv", content)
    assert refused.fate is Fate.REFUSED
    for words in ("line 2 of sales.csv", "S-1", *says):
        assert words in refused.said
    assert world.session.scalar(select(func.count()).select_from(Record)) == 0


def test_who_the_organisation_is_outweighs_what_somebody_said_of_the_files(world: World) -> None:
    content = table(row("X-1", kind="380")).encode()
    (result,) = take_in.take_in_file(
        world.session,
        world.nordlys.id,
        "x.csv",
        content,
        world.actor("bo"),
        world.now(),
        stated_direction=Direction.SALE,
    )
    assert taken(world, result).kind is RecordKind.BILL


def test_where_neither_side_is_the_organisation_somebody_says_which(world: World) -> None:
    content = table(row("X-1", kind="380", buyer=("Somebody else", ""))).encode()
    results = take_in.take_in_file(
        world.session,
        world.nordlys.id,
        "x.csv",
        content,
        world.actor("bo"),
        world.now(),
        stated_direction=Direction.PURCHASE,
    )
    record = taken(world, results[0])
    assert (record.kind, record.contact_name) == (RecordKind.BILL, GRANIT[0])


def test_a_negative_invoice_becomes_a_credit_note_with_positive_amounts(world: World) -> None:
    (result,) = world.take_in("minus.csv", table(row("B-9", quantity="-2")))
    record = taken(world, result)
    assert record.kind is RecordKind.BILL_CREDIT
    assert (record.net, record.tax, record.total) == (Decimal(200), Decimal(50), Decimal(250))
    assert record.lines[0].quantity == 2


def test_a_document_of_nothing_awaits_no_payment(world: World) -> None:
    (result,) = world.take_in("gift.csv", table(row("B-5", price="0.00")))
    assert taken(world, result).payment is Payment.PAID


def test_approving_at_intake_starts_the_export(world: World) -> None:
    connection = world.connect_xero()
    results = take_in.take_in_file(
        world.session, world.nordlys.id, "a.csv", table(row()).encode(), world.actor("bo"), world.now(), approve=True
    )
    record = taken(world, results[0])
    assert (record.approval, record.approved_by_id) == (Approval.APPROVED, world.users["bo"].id)
    acts = world.session.scalars(
        select(AuditEntry.act).where(AuditEntry.record_id == record.id).order_by(AuditEntry.id)
    )
    assert list(acts) == [Act.RECORD_TAKEN_IN, Act.RECORD_APPROVED, Act.EXPORT_QUEUED]
    assert connection.id


def test_a_large_file_is_stored_in_a_few_statements(world: World) -> None:
    """A writer holds the database: statement by statement, a large file would keep everybody else waiting."""
    world.take_in("before.csv", table(*(row(f"B-{n}") for n in range(0, 1000, 100))))
    content = table(*(row(f"B-{n}") for n in range(1000)), *(row(f"b {n}", price="7.00") for n in range(1, 1000, 50)))
    with statements(world.session) as said:
        results = world.take_in("large.csv", content)
    assert len(said) < 30
    found = Counter(fates(results))
    assert found == {Fate.TAKEN_IN: 990, Fate.ATTACHED: 10, Fate.POSSIBLE_DUPLICATE: 20}
    world.session.rollback()
    assert world.session.scalar(select(func.count()).select_from(Record)) == 1020
    assert world.session.scalar(select(func.count()).select_from(RecordOriginal)) == 1030
    logged = select(func.count()).select_from(AuditEntry).where(AuditEntry.record_id.is_not(None))
    assert world.session.scalar(logged) == 1030


def test_what_one_file_states_twice_is_one_record_and_what_it_contradicts_is_asked_about(world: World) -> None:
    rows = (row("B-1"), row("b 01", seller=("GRANIT & SÖNER AB", "")), row("B-001", price="120.00"))
    first, again, other = world.take_in("three.csv", table(*rows))
    assert (first.fate, again.fate, other.fate) == (Fate.TAKEN_IN, Fate.ATTACHED, Fate.POSSIBLE_DUPLICATE)
    assert again.record_id == first.record_id
    assert taken(world, other).duplicate_of_id == first.record_id


def test_a_large_file_is_approved_whole(world: World) -> None:
    world.connect_xero()
    content = table(*(row(f"B-{n}") for n in range(450)))
    take_in.take_in_file(
        world.session, world.nordlys.id, "l.csv", content.encode(), world.actor("bo"), world.now(), approve=True
    )
    world.session.rollback()
    approved = select(func.count()).select_from(Record).where(Record.approval == Approval.APPROVED)
    assert world.session.scalar(approved) == 450
    assert counts.by_status(world.session, world.nordlys.id)[Status.PENDING] == 450


def test_one_bill_uploaded_twice_at_the_same_moment_is_one_record(world: World) -> None:
    """Two people, two browsers: whoever comes second finds what the first one stored."""
    start, results = threading.Barrier(2), list[Fate]()
    contents = (table(row()), table(row()) + "\n")

    def upload(content: str) -> None:
        with Session(world.session.get_bind(), expire_on_commit=False) as own:
            start.wait(timeout=10)
            done = take_in.take_in_file(
                own, world.nordlys.id, "b.csv", content.encode(), world.actor("bo"), world.now()
            )
            results.extend(fates(done))

    threads = [threading.Thread(target=upload, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == [Fate.ATTACHED, Fate.TAKEN_IN]
    world.session.rollback()
    assert world.session.scalar(select(func.count()).select_from(Record)) == 1


def test_taking_in_does_not_wait_for_what_is_being_logged(world: World) -> None:
    """A row that is being added holds its organisation a little; a full lock on that would wait for it."""
    if world.session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    with Session(world.session.get_bind()) as other, writing(other):
        audit.note_act(other, world.nordlys.id, Act.SIGNED_IN, world.now(), words="Signed in")
        world.session.execute(text("SET lock_timeout = '500ms'"))
        world.session.commit()
        (result,) = world.take_in("one.csv", table(row()))
    assert result.fate is Fate.TAKEN_IN


def test_organisations_do_not_see_each_others_bills(world: World) -> None:
    content = table(
        row("B-1", buyer=("Maple & Finch", "GB123456789")),
    )
    world.take_in("one.csv", table(row("B-1")))
    (theirs,) = world.take_in("one.csv", content, world.maple)
    assert theirs.fate is Fate.TAKEN_IN
    assert taken(world, theirs).issue_date == date(2026, 11, 1)


def test_an_invoice_between_two_others_is_not_taken_for_a_sale_of_ours(world: World) -> None:
    rows = (
        "type,number,issue_date,currency,seller_name,buyer_name,description,unit_price,tax_category,tax_rate\n"
        "invoice,X-1,2026-11-02,SEK,Foo AB,Bar AB,Coffee,100,S,25\n"
    )

    (result,) = world.take_in("others.csv", rows)

    assert result.fate is Fate.REFUSED
    assert "neither the seller Foo AB nor the buyer Bar AB is Nordlys AB" in result.said


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize("tax_id", ["N/A", "0", "none", "OO99999999999"])
def test_suppliers_without_a_tax_id_are_told_apart_by_name(world: World, tax_id: str) -> None:
    results = [world.take_in(f"{name}.csv", table(row(seller=(name, tax_id)))) for name in ("Alfa AB", "Beta GmbH")]
    assert [fates(result) for result in results] == [[Fate.TAKEN_IN]] * 2
    alfa, beta = (taken(world, result) for (result,) in results)
    assert (alfa.contact_key, beta.contact_key) == ("name:alfa ab", "name:beta gmbh")
    assert {alfa.contact_tax_id, beta.contact_tax_id} == {tax_id}


def test_suppliers_whose_names_differ_in_vowel_marks_alone_are_two(world: World) -> None:
    results = [world.take_in(f"{name}.csv", table(row(seller=(name, "")))) for name in ("सीता", "सूता")]
    assert [fates(result) for result in results] == [[Fate.TAKEN_IN]] * 2
    assert len({taken(world, result).contact_key for (result,) in results}) == 2


def test_of_several_ids_the_first_that_identifies_somebody_counts(world: World) -> None:
    (result,) = world.take_in("stone.xml", UBL.replace(
        "<cac:PartyTaxScheme>",
        "<cac:PartyTaxScheme><cbc:CompanyID>0000</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        "</cac:PartyTaxScheme><cac:PartyTaxScheme>",
    ))  # fmt: skip
    record = taken(world, result)
    assert (record.contact_key, record.contact_tax_id) == ("tax:SE555555000101", "SE555555000101")


@pytest.mark.requirement("B-24")
def test_the_same_bill_under_one_tax_id_and_quite_another_name_is_asked_about(world: World) -> None:
    (first,) = world.take_in("a.csv", table(row()))
    (other,) = world.take_in("b.csv", table(row(seller=("Kiruna Bok HB", GRANIT[1]))))
    (alike,) = world.take_in("c.csv", table(row(seller=("Granit", GRANIT[1]))))
    assert (other.fate, alike.fate) == (Fate.POSSIBLE_DUPLICATE, Fate.ATTACHED)
    assert taken(world, other).duplicate_of_id == first.record_id == alike.record_id


@pytest.mark.parametrize("unseen", ["\u200b", "\u3164", "\u2060", "\ufeff\u200d", "\u00a0", "\u2800", "\u0301"])
def test_a_name_or_number_that_nobody_can_see_is_refused_with_place_field_and_fix(world: World, unseen: str) -> None:
    cii = sample("cii/invoice.xml").decode().replace(">Granit<", f">{unseen}<")
    for name, content, place, field in (
        ("number.csv", table(row(unseen)), "number.csv, line 2", "column number"),
        ("name.csv", table(row(seller=(unseen, ""))), "name.csv, line 2", "column seller_name"),
        ("number.xml", UBL.replace("<cbc:ID>B-1<", f"<cbc:ID>{unseen}<"), "/Invoice", "cbc:ID"),
        ("name.xml", UBL.replace("Granit &amp; Söner AB", unseen), "/Invoice/cac:AccountingSupplierParty", "Name"),
        ("cii.xml", cii.replace("F-2026-0042", unseen), "/Cross", "ram:ID"),
        ("party.xml", cii.replace("Granit &amp; Söner AB", unseen), "/Cross", "ram:Name"),
    ):
        (result,) = world.take_in(name, content)
        assert result.refusal is not None, (name, result)
        assert result.refusal.place.startswith(place)
        assert field in result.refusal.place
        assert result.refusal.fix
