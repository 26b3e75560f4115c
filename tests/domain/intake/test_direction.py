"""Whether a document is a sale or a bill, and that it then has somebody on its other side: every type, every statement
of the person who takes it in, every place where the organisation may stand."""

import pytest

from dashboard.domain.intake import take_in
from dashboard.domain.intake.take_in import Fate
from dashboard.models import Record
from dashboard.vocabulary.records import Direction
from tests.samples import sample
from tests.samples.containers import pdf_with
from tests.support.world import World

US, GRANIT, BERGEN, NOBODY = "Nordlys AB", "Granit & Söner AB", "Bergen Stein AS", ""
PARTIES = ((US, GRANIT), (GRANIT, US), (GRANIT, BERGEN), (GRANIT, NOBODY), (NOBODY, BERGEN), (US, NOBODY), (NOBODY, US))
STATED = {"": None, "sale": Direction.SALE, "bill": Direction.PURCHASE}

A_SALE = "the seller is Nordlys AB"
A_BILL = "the buyer is Nordlys AB"
UNCLEAR = "it is not clear whether it is a sale or a bill"
NOT_A_BILL = "its type says that it is a sale, but it is taken in as a bill"
NOT_A_SALE = "its type says that it is a bill, but it is taken in as a sale"
NO_BUYER, NO_SELLER = "line 2 of file.csv, column buyer_name", "line 2 of file.csv, column seller_name"
NO_BUYER_READ, NO_SELLER_READ = "file.csv, line 2, column buyer_name", "file.csv, line 2, column seller_name"

# What comes of it where seller and buyer are, in this order, those of PARTIES: kind and contact, or words of a refusal.
EXPECTED = {
    ("invoice", ""): (
        f"invoice {GRANIT}", A_BILL, UNCLEAR, NO_BUYER_READ, f"invoice {BERGEN}", NO_BUYER_READ, A_BILL,
    ),
    ("invoice", "sale"): (
        f"invoice {GRANIT}", A_BILL, f"invoice {BERGEN}", NO_BUYER_READ, f"invoice {BERGEN}", NO_BUYER_READ, A_BILL,
    ),
    ("invoice", "bill"): (
        f"invoice {GRANIT}", A_BILL, NOT_A_BILL, NO_BUYER_READ, NOT_A_BILL, NO_BUYER_READ, A_BILL,
    ),
    ("bill", ""): (
        A_SALE, f"bill {GRANIT}", UNCLEAR, f"bill {GRANIT}", NO_SELLER_READ, A_SALE, NO_SELLER_READ,
    ),
    ("bill", "sale"): (
        A_SALE, f"bill {GRANIT}", NOT_A_SALE, NOT_A_SALE, NO_SELLER_READ, A_SALE, NO_SELLER_READ,
    ),
    ("bill", "bill"): (
        A_SALE, f"bill {GRANIT}", f"bill {GRANIT}", f"bill {GRANIT}", NO_SELLER_READ, A_SALE, NO_SELLER_READ,
    ),
    ("380", ""): (
        f"invoice {GRANIT}", f"bill {GRANIT}", UNCLEAR, UNCLEAR, UNCLEAR, NO_BUYER, NO_SELLER,
    ),
    ("380", "sale"): (
        f"invoice {GRANIT}", f"bill {GRANIT}", f"invoice {BERGEN}", NO_BUYER, f"invoice {BERGEN}", NO_BUYER, NO_SELLER,
    ),
    ("380", "bill"): (
        f"invoice {GRANIT}", f"bill {GRANIT}", f"bill {GRANIT}", f"bill {GRANIT}", NO_SELLER, NO_BUYER, NO_SELLER,
    ),
}  # fmt: skip


def file_of(kind: str, seller: str, buyer: str, number: str) -> bytes:
    return (
        "type,number,issue_date,currency,seller_name,buyer_name,description,unit_price,tax_rate\n"
        f"{kind},{number},2026-11-02,SEK,{seller},{buyer},Stone,100.00,25\n"
    ).encode()


def take(world: World, content: bytes, stated: Direction | None) -> take_in.Result:
    (result,) = take_in.take_in_file(
        world.session,
        world.nordlys.id,
        "file.csv",
        content,
        world.actor("bo"),
        world.now(),
        stated_direction=stated,
    )
    return result


@pytest.mark.parametrize(("kind", "stated"), EXPECTED)
def test_a_bills_contact_is_its_seller_and_a_sales_its_buyer_and_nobody_is_refused(
    world: World, kind: str, stated: str
) -> None:
    for position, (seller, buyer) in enumerate(PARTIES):
        expected = EXPECTED[kind, stated][position]
        result = take(world, file_of(kind, seller, buyer, f"N-{position}"), STATED[stated])
        if result.fate is Fate.TAKEN_IN:
            record = world.session.get_one(Record, result.record_id)
            assert f"{record.kind.value} {record.contact_name}" == expected
        else:
            assert expected in result.said


def test_who_contradicts_the_type_is_told_what_to_do(world: World) -> None:
    refused = take(world, file_of("invoice", GRANIT, BERGEN, "N-1"), Direction.PURCHASE)

    assert refused.said == (
        "line 2 of file.csv, column type: N-1: its type says that it is a sale, but it is taken in as a bill. "
        "Set the type to bill or supplier credit note, leave it empty, or do not say that all are bills."
    )


def test_a_name_that_nobody_can_read_is_none(world: World) -> None:
    refused = take(world, file_of("380", "\u200b -", US, "N-1"), None)

    assert refused.said == (
        "line 2 of file.csv, column seller_name: N-1 is a bill, and nobody is named as its seller. "
        "Name who it was bought from, and take the file in again."
    )


UBL = (
    "ubl/invoice.xml", "Granit &amp; Söner AB", ("cac:AccountingSupplierParty", "cac:AccountingCustomerParty"),
)  # fmt: skip
CII = ("cii/invoice.xml", "Granit &amp; Söner AB", ("ram:SellerTradeParty", "ram:BuyerTradeParty"))
FATTURAPA = ("fatturapa/two_bodies.xml", "Rossi", ("CedentePrestatore", "CessionarioCommittente"))
AGREEMENT = "/CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement"


def nameless(format_: tuple[str, str, tuple[str, str]], *, is_sale: bool) -> bytes:
    """The sample, whose buyer is the organisation, with nobody on the other side; for a sale the two change places."""
    path, other, (seller, buyer) = format_
    text = sample(path).decode().replace("<Nome>Anna</Nome>", "").replace(f">{other}<", ">-<")
    if is_sale:
        text = text.replace(seller, "HERE").replace(buyer, seller).replace("HERE", buyer)
    return text.encode()


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (nameless(UBL, is_sale=False), "/Invoice/cac:AccountingSupplierParty/cac:Party"),
        (nameless(UBL, is_sale=True), "/Invoice/cac:AccountingCustomerParty/cac:Party"),
        (nameless(CII, is_sale=False), f"{AGREEMENT}/ram:SellerTradeParty"),
        (nameless(CII, is_sale=True), f"{AGREEMENT}/ram:BuyerTradeParty"),
        (
            pdf_with(("factur-x.xml", nameless(CII, is_sale=False))),
            f"embedded factur-x.xml: {AGREEMENT}/ram:SellerTradeParty",
        ),
        (
            pdf_with(("factur-x.xml", nameless(CII, is_sale=True))),
            f"embedded factur-x.xml: {AGREEMENT}/ram:BuyerTradeParty",
        ),
        (
            nameless(FATTURAPA, is_sale=False),
            "/FatturaElettronica/FatturaElettronicaHeader/CedentePrestatore",
        ),
        (
            nameless(FATTURAPA, is_sale=True),
            "/FatturaElettronica/FatturaElettronicaHeader/CessionarioCommittente",
        ),
        (file_of("380", "-", US, "N-1"), "line 2 of file.csv, column seller_name"),
        (file_of("380", US, "-", "N-1"), "line 2 of file.csv, column buyer_name"),
    ],
)
def test_whoever_is_not_named_is_looked_for_where_the_format_names_them(
    world: World, content: bytes, place: str
) -> None:
    first, *_ = take_in.take_in_file(
        world.session, world.nordlys.id, "file.csv", content, world.actor("bo"), world.now()
    )

    assert first.said.startswith(f"{place}: ")
    assert "nobody is named as its " in first.said
