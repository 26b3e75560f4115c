"""Contradictions are refused with both figures; what rounding explains is not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.domain.intake.readers import check_totals
from dashboard.vocabulary.documents import Document, DocumentLine, TaxSubtotal, UnreadableFile
from tests.domain.intake.readers import INVOICE, invoice_with, read_one, refusal, table

TOTALS = "/Invoice/cac:LegalMonetaryTotal/cbc:"


@pytest.mark.parametrize(
    ("old", "new", "place", "difference"),
    [
        ("TaxExclusiveAmount", ("245.00", "255.00"), TOTALS + "TaxExclusiveAmount", "10.00 EUR"),
        ("TaxInclusiveAmount", ("287.80", "287.90"), TOTALS + "TaxInclusiveAmount", "0.10 EUR"),
        ("LineExtensionAmount", (">235.00", ">234.00"), TOTALS + "LineExtensionAmount", "1.00 EUR"),
        ("ChargeTotalAmount", ("20.00", "21.00"), TOTALS + "ChargeTotalAmount", "1.00 EUR"),
        ("PayableAmount", ("200.00", "288.00"), TOTALS + "PayableAmount", "88.00 EUR"),
        ("TaxAmount", ("42.80", "42.90"), "/Invoice/cac:TaxTotal/cbc:TaxAmount", "0.10 EUR"),
        ("TaxAmount", (">35.00", ">36.00"), "/Invoice/cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", "1.00 EUR"),
        ("TaxableAmount", ("65.00", "66.00"), "/Invoice/cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount", "1.00 EUR"),
    ],
)
def test_a_wrong_figure_is_refused_at_its_element_with_the_difference(
    old: str, new: tuple[str, str], place: str, difference: str
) -> None:
    lines = INVOICE.splitlines()
    at = next(number for number, line in enumerate(lines) if f"cbc:{old} " in line and new[0] in line)
    lines[at] = lines[at].replace(*new)

    refused = refusal("\n".join(lines))

    assert refused.place == place
    assert f"a difference of {difference}." in refused.reason
    assert refused.fix == "Ask the sender for a corrected document."


def test_both_figures_stand_in_the_refusal() -> None:
    assert refusal(invoice_with(">245.00<", ">255.00<")).reason == (
        "The total without tax is stated as 255.00 EUR, but the lines and charges add up to 245.00 EUR: "
        "a difference of 10.00 EUR."
    )


def test_a_breakdown_at_another_rate_than_the_lines_is_refused() -> None:
    moved = INVOICE.replace("<cbc:Percent>12</cbc:Percent>", "<cbc:Percent>6</cbc:Percent>", 1)

    assert "the lines and charges at S 6 % add up to 0.00 EUR" in refusal(moved).reason


def test_lines_of_a_rate_that_the_breakdown_leaves_out_are_refused() -> None:
    document = three_lines("2.50")
    free = DocumentLine("y", Decimal(1), Decimal(0), Decimal(1), "Z", Decimal(0))

    with pytest.raises(UnreadableFile, match="at Z 0 %"):
        check_totals(replace(document, lines=(*document.lines, free), net=Decimal("10.99"), total=Decimal("13.49")))


def test_a_cent_for_each_amount_added_up_is_rounding() -> None:
    assert read_one(invoice_with(">42.80<", ">42.83<").replace("287.80", "287.83").replace("200.00", "200.03"))
    assert refusal(invoice_with(">42.80<", ">42.84<").replace("287.80", "287.84").replace("200.00", "200.04"))


def three_lines(tax: str, currency: str = "EUR") -> Document:
    """Three lines of 3.33 at 25 %: the tax is 2.50 on the sum (2.4975), 2.49 where each line is rounded (0.83)."""
    document = read_one(table(*["bill,1,2026-01-01,EUR,S,,x,1,3.33,,S,25"] * 3))
    net = Decimal("9.99")
    return replace(
        document,
        currency=currency,
        taxes=(TaxSubtotal("S", Decimal(25), net, Decimal(tax)),),
        tax=Decimal(tax),
        total=net + Decimal(tax),
    )


@pytest.mark.parametrize("tax", ["2.50", "2.49", "2.52", "2.47"])
def test_tax_rounded_per_line_or_per_rate_agrees(tax: str) -> None:
    check_totals(three_lines(tax))


@pytest.mark.parametrize("tax", ["2.53", "2.46", "0.00", "-2.50"])
def test_tax_beyond_rounding_is_refused(tax: str) -> None:
    with pytest.raises(UnreadableFile, match="The tax at S 25 %"):
        check_totals(three_lines(tax))


def test_a_currency_without_cents_rounds_by_whole_units() -> None:
    check_totals(three_lines("5.00", currency="JPY"))
    with pytest.raises(UnreadableFile):
        check_totals(three_lines("6.00", currency="JPY"))


@pytest.mark.parametrize(
    ("currency", "stated", "difference"),
    [("EUR", "1,000.50 EUR", "998.0025 EUR"), ("JPY", "1,000.5 JPY", "998.0025 JPY"), ("KWD", "1,000.500 KWD", "")],
)
def test_amounts_stand_in_a_refusal_as_documents_print_them(currency: str, stated: str, difference: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        check_totals(three_lines("1000.5", currency=currency))

    assert f"is stated as {stated}, but 25 % of 9.99" in refused.value.reason
    assert difference in refused.value.reason


def test_two_subtotals_of_one_category_and_rate_count_together() -> None:
    document = three_lines("2.50")
    halves = (
        TaxSubtotal("S", Decimal("25.0"), Decimal("3.33"), Decimal("0.83")),
        TaxSubtotal("S", Decimal(25), Decimal("6.66"), Decimal("1.67")),
    )

    check_totals(replace(document, taxes=halves))


def test_rounding_belongs_to_the_total() -> None:
    document = three_lines("2.50")

    check_totals(replace(document, rounding=Decimal("-0.49"), total=Decimal("12.00")))
    with pytest.raises(UnreadableFile, match="The total with tax"):
        check_totals(replace(document, total=Decimal("12.00")))


def test_a_line_too_many_is_refused() -> None:
    document = three_lines("2.50")
    further = DocumentLine("y", Decimal(1), Decimal(1), Decimal(1), "S", Decimal(25))

    with pytest.raises(UnreadableFile, match=r"the lines and charges add up to 10\.99 EUR"):
        check_totals(replace(document, lines=(*document.lines, further)))
