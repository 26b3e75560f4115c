"""UN/CEFACT CII: the same invoice as in UBL is the same document; profiles without lines; where a refusal is placed."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.intake.identity import fingerprint
from dashboard.vocabulary.documents import DocumentLine, Party, TaxSubtotal
from dashboard.vocabulary.records import Source
from tests.domain.intake.readers import INVOICE, read_one, refusal
from tests.samples import sample

D = Decimal
CII = sample("cii/invoice.xml").decode()
BASIC_WL = sample("cii/basic_wl_credit_note.xml").decode()
MONEY = "/ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
SETTLEMENT = "/CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"


def cii_with(old: str, new: str, text: str = CII) -> str:
    assert old in text, old
    return text.replace(old, new)


def minimum(net: str = "100.00", tax: str = "20.00", total: str = "120.00", due: str = "120.00") -> str:
    """The credit note's parties in the profile MINIMUM: totals alone."""
    text = cii_with("basicwl", "minimum", BASIC_WL).replace(">381<", ">380<")
    start, end = text.index("      <a:ApplicableTradeTax>"), text.index("      <a:SpecifiedTradeSettlementHeader")
    head, sums = text[:start], text[end:]
    sums = re.sub(r" *<a:(LineTotal|ChargeTotal)Amount>.*\n", "", sums)
    for old, new in ((">310.00<", net), (">33.00<", tax), ("GrandTotalAmount>343.00<", total), (">343.00<", due)):
        tail = old[old.index(">") :]
        sums = sums.replace(old, old.replace(tail, f">{new}<"))
    return head + sums


def test_the_same_invoice_in_ubl_and_cii_is_the_same_document() -> None:
    ubl, cii = read_one(INVOICE), read_one(CII)

    assert replace(cii, source=Source.UBL, place="/Invoice", notes=ubl.notes) == ubl
    assert fingerprint(cii) == fingerprint(ubl)
    assert cii.notes == (*ubl.notes, "Postage stamps are exempt")


def test_a_credit_note_without_lines_has_one_line_for_each_rate_and_its_charges() -> None:
    document = read_one(BASIC_WL)

    assert (document.type_code, document.is_credit, document.original_number) == ("381", True, "FA-70")
    assert document.lines == (
        DocumentLine("Total at 20 % tax; the document states no lines", D(1), D(100), D(100), "S", D(20)),
        DocumentLine("Total at 5.5 % tax; the document states no lines", D(1), D(200), D(200), "S", D("5.5")),
        DocumentLine("Transport", D(1), D(10), D(10), "S", D(20), is_charge=True),
    )
    assert document.buyer == Party("Nordlys AB", ("SE556677889901",))
    assert (document.net, document.tax, document.total) == (D(310), D(33), D(343))


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_credit_note_keeps_the_signs_it_states(sign: str) -> None:
    text = re.sub(r"(Amount[^>]*>)(\d)", rf"\g<1>{sign}\2", BASIC_WL)

    document = read_one(text)

    assert (document.is_credit, document.total) == (True, D(f"{sign}343"))


@pytest.mark.parametrize(
    ("tax", "total", "rate"),
    [("20.00", "120.00", "20"), ("5.50", "105.50", "5.5"), ("0.00", "100.00", "0")],
)
def test_a_document_of_totals_alone_has_one_line_whose_category_nobody_states(tax: str, total: str, rate: str) -> None:
    document = read_one(minimum(tax=tax, total=total, due=total))

    assert document.taxes == (TaxSubtotal("NS", D(rate), D(100), D(tax)),)
    assert [(line.net, line.category, line.tax_rate) for line in document.lines] == [(D(100), "NS", D(rate))]
    assert "profile MINIMUM" in document.notes[-1]
    assert document.prepaid == 0


def test_totals_alone_with_less_due_state_what_is_prepaid() -> None:
    assert read_one(minimum(due="70.00")).prepaid == 50


def test_totals_alone_whose_tax_no_single_rate_makes_are_refused() -> None:
    refused = refusal(minimum(net="1000.00", tax="163.70", total="1163.70", due="1163.70"))

    assert refused.place == SETTLEMENT + MONEY + "TaxTotalAmount"
    assert "no single rate" in refused.reason
    assert "EN 16931" in refused.fix


def test_a_profile_that_has_lines_is_refused_without_them() -> None:
    refused = refusal(cii_with("urn:factur-x.eu:1p0:basicwl", "urn:cen.eu:en16931:2017", BASIC_WL))

    assert refused.place.endswith("ram:IncludedSupplyChainTradeLineItem")
    assert "MINIMUM and BASIC WL" in refused.reason


def test_groups_and_information_among_the_lines_are_not_counted() -> None:
    first = CII.index("    <ram:IncludedSupplyChainTradeLineItem>")
    end = CII.index("</ram:IncludedSupplyChainTradeLineItem>") + len("</ram:IncludedSupplyChainTradeLineItem>\n")
    line = CII[first:end]
    extra = "".join(
        line.replace("<ram:LineID>1</ram:LineID>", f"<ram:LineID>0</ram:LineID><ram:LineStatusReasonCode>{reason}"
                     "</ram:LineStatusReasonCode>")
        for reason in ("GROUP", "INFORMATION")
    )  # fmt: skip

    assert read_one(CII[:first] + extra + CII[first:]).lines == read_one(CII).lines


def test_freight_that_is_stated_apart_is_a_charge() -> None:
    freight = (
        "<ram:SpecifiedLogisticsServiceCharge><ram:Description>Pallet</ram:Description>"
        "<ram:AppliedAmount>20.00</ram:AppliedAmount><ram:AppliedTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
        "<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>25</ram:RateApplicablePercent>"
        "</ram:AppliedTradeTax></ram:SpecifiedLogisticsServiceCharge>"
    )
    start = CII.index(
        "      <ram:SpecifiedTradeAllowanceCharge>\n        <ram:ChargeIndicator>\n          <udt:Indicator>true"
    )
    end = CII.index("</ram:SpecifiedTradeAllowanceCharge>", start) + len("</ram:SpecifiedTradeAllowanceCharge>")

    charges = [line for line in read_one(CII[:start] + freight + CII[end:]).lines if line.is_charge]

    assert {(line.description, line.net) for line in charges} == {("Pallet", D(20)), ("Loyalty", D(-10))}


def test_the_days_a_line_is_for_stand_in_its_description() -> None:
    period = (
        '<ram:BillingSpecifiedPeriod><ram:StartDateTime><udt:DateTimeString format="{0}">{1}</udt:DateTimeString>'
        '</ram:StartDateTime><ram:EndDateTime><udt:DateTimeString format="{0}">{2}</udt:DateTimeString>'
        "</ram:EndDateTime></ram:BillingSpecifiedPeriod>"
    )
    at = "<ram:SpecifiedTradeSettlementLineMonetarySummation>\n          <ram:LineTotalAmount>75.00"

    for written in (("102", "20260101", "20260228"), ("610", "202601", "202602")):
        coffee = read_one(cii_with(at, period.format(*written) + at)).lines[1]
        assert coffee.description == "Coffee (2026-01-01 to 2026-02-28)"


@pytest.mark.parametrize(
    ("format_", "words"),
    [
        ("102", "20260210"),
        ("102", " 20260210\n"),
        ("102", "2026-02-10"),
        ("", "20260210"),
        ("203", "202602101530"),
        ("204", "20260210153000"),
        ("205", "202602101530+0100"),
    ],
)
def test_a_day_is_read_in_every_usual_format(format_: str, words: str) -> None:
    text = cii_with('format="102">20260210<', f'format="{format_}">{words}<')

    assert read_one(text).issue_date == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("format_", "words", "why"),
    [
        ("610", "202602", "is a month"),
        ("101", "260210", "in the format 101 is not a date"),
        ("102", "20260230", "no day 2026-02-30"),
        ("102", "10.02.2026", "is not a date"),
        ("102", "", "missing or empty"),
    ],
)
def test_what_is_no_day_is_refused_at_its_element(format_: str, words: str, why: str) -> None:
    refused = refusal(cii_with('format="102">20260210<', f'format="{format_}">{words}<'))

    assert refused.place.startswith("/CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime")
    assert why in refused.reason


def test_a_month_in_which_money_is_due_ends_with_its_last_day() -> None:
    assert read_one(cii_with('format="102">20260312<', 'format="610">202602<')).due_date == date(2026, 2, 28)


def test_of_several_instalments_the_first_is_when_money_is_due() -> None:
    start = CII.index("      <ram:SpecifiedTradePaymentTerms>")
    earlier = (
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        '<udt:DateTimeString format="102">20260401</udt:DateTimeString></ram:DueDateDateTime>'
        "</ram:SpecifiedTradePaymentTerms>"
    )

    assert read_one(CII[:start] + earlier + CII[start:]).due_date == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("code", "is_credit"),
    [("380", False), ("381", True), ("384", False), ("389", False), ("751", False), ("261", True), ("386", False)],
)
def test_the_type_code_says_whether_it_is_a_credit(code: str, is_credit: bool) -> None:
    document = read_one(cii_with("<ram:TypeCode>380<", f"<ram:TypeCode>{code}<"))

    assert (document.type_code, document.is_credit) == (code, is_credit)


@pytest.mark.parametrize("category", ["Z", "E", "AE", "K", "G", "O"])
def test_every_reason_for_no_tax_is_a_category_of_its_own(category: str) -> None:
    document = read_one(cii_with("<ram:CategoryCode>E<", f"<ram:CategoryCode>{category}<"))

    assert document.lines[2].category == document.taxes[2].category == category


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        (">120.00<", ">120,00<", "ram:LineTotalAmount", "is not a number"),
        (">120.00<", ">1.2e2<", "ram:LineTotalAmount", "is not a number"),
        (">12.5000<", ">12.50000000001<", "ram:ChargeAmount", "more than 10 decimals"),
        ("<ram:BilledQuantity unitCode=\"KGM\">30<", "<ram:BilledQuantity>many<", "ram:BilledQuantity", "not a number"),
        (">4</ram:BasisQuantity>", ">0</ram:BasisQuantity>", "ram:BasisQuantity", "A price for 0 units"),
        (">EUR<", ">EURO<", "ram:InvoiceCurrencyCode", "ISO 4217"),
        ("<ram:CategoryCode>E<", "<ram:CategoryCode>X<", "ram:CategoryCode", "not a tax category"),
        ("<ram:CountryID>SE<", "<ram:CountryID>Sweden<", "ram:CountryID", "not a two-letter country"),
        (">F-2026-0042<", "> <", "rsm:ExchangedDocument/ram:ID", "missing or empty"),
        ("<ram:Name>Nordlys AB<", "<ram:Name><", "ram:BuyerTradeParty/ram:Name", "missing or empty"),
        ("<ram:TypeCode>380<", "<ram:TypeCode>325<", "ram:TypeCode", "pro forma"),
        (">35.00<", ">36.00<", "ram:CalculatedAmount", "a difference of"),
        (">235.00<", ">236.00<", MONEY + "LineTotalAmount", "a difference of"),
        ("TaxBasisTotalAmount>245.00<", "TaxBasisTotalAmount>246.00<", MONEY + "TaxBasisTotalAmount", "a difference"),
        ('"EUR">42.80<', '"EUR">43.80<', MONEY + "TaxTotalAmount", "a difference of"),
        (">88.00<", ">90.00<", MONEY + "DuePayableAmount", "a difference of"),
        (">200.00<", "><", MONEY + "DuePayableAmount", "missing or empty"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_at_its_element(old: str, new: str, place: str, why: str) -> None:
    refused = refusal(cii_with(old, new))

    assert place in refused.place
    assert why in refused.reason
    assert refused.fix or "not a two-letter" not in refused.reason


def test_a_test_document_is_refused() -> None:
    at = "    <ram:GuidelineSpecifiedDocumentContextParameter>"
    test = "<ram:TestIndicator><udt:Indicator>true</udt:Indicator></ram:TestIndicator>"

    assert "marked as a test" in refusal(cii_with(at, test + at)).reason


OPTIONAL = (
    "ram:IncludedNote",
    "ram:GrossPriceProductTradePrice",
    "ram:BuyerReference",
    "ram:DefinedTradeContact",
    "ram:PostalTradeAddress",
    "ram:URIUniversalCommunication",
    "ram:SpecifiedLegalOrganization",
    "ram:SpecifiedTaxRegistration",
    "ram:BuyerOrderReferencedDocument",
    "ram:SpecifiedTradePaymentTerms",
    "ram:ExemptionReason",
    "ram:LineTotalAmount",
    "ram:(?:Charge|Allowance)TotalAmount",
    "ram:ReceivableSpecifiedTradeAccountingAccount",
    "ram:TaxCurrencyCode",
    "ram:SellerAssignedID",
)


@given(st.sets(st.sampled_from(OPTIONAL)), st.sampled_from(["", "\n   ", "\t"]), st.sampled_from(["rsm", "inv", "a"]))
def test_what_may_be_left_out_changes_no_figure(left_out: set[str], white: str, prefix: str) -> None:
    text = CII
    for name in left_out:
        pattern = rf"<{name}\b(?:[^>]*/>|.*?</{name}>)"
        head, sums = text.split("<ram:SpecifiedTradeSettlementHeaderMonetarySummation>")
        if name == "ram:LineTotalAmount":
            sums = re.sub(pattern, "", sums, flags=re.DOTALL)
        else:
            head = re.sub(pattern, "", head, flags=re.DOTALL)
            sums = re.sub(pattern, "", sums, flags=re.DOTALL)
        text = f"{head}<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{sums}"
    text = (
        re.sub(r">([\d.]+)<", rf">{white}\1{white}<", text).replace("rsm:", f"{prefix}:").replace(":rsm", f":{prefix}")
    )

    document = read_one(text)

    assert fingerprint(document) == fingerprint(read_one(CII))
