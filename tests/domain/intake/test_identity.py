"""What counts as the same number, tax id, name and content."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.intake.identity import (
    are_names_apart,
    fingerprint,
    is_same_party,
    normalised_name,
    normalised_number,
    normalised_tax_id,
)
from dashboard.vocabulary.documents import TaxSubtotal
from tests.domain.intake.readers import INVOICE, read_one, table


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-0007", "inv 7"),
        ("2024-001", "2024001"),
        ("018304 / 28865", "18304/28865"),
        ("№ 12", "NO12"),
        ("F１２", "f12"),
        ("A-0", "a0"),
        ("INV\u200b-7", "INV-7\u3164"),
        ("A\u030a-7", "Å-7"),
    ],
)
def test_one_number_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert normalised_number(one) == normalised_number(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-7", "INV-70"),
        ("2024-001", "2024-1"),
        ("A7", "B7"),
        ("#", "##"),
        ("1", ""),
        ("सी-7", "सू-7"),
        ("Q\u0303-7", "Q-7"),
        ("A\u030a-7", "A-7"),
    ],
)
def test_two_numbers_stay_two(one: str, other: str) -> None:
    assert normalised_number(one) != normalised_number(other)


@given(st.text(max_size=60))
def test_normalising_a_number_twice_changes_nothing_more(number: str) -> None:
    once = normalised_number(number)

    assert normalised_number(once) == once
    assert len(once) <= 255


def test_tax_ids_are_compared_by_letters_and_digits() -> None:
    assert normalised_tax_id("nl 8200.98.395.B.01") == "NL820098395B01"


@pytest.mark.parametrize(
    "tax_id",
    ["", "N/A", "0", "none", "-", "unknown", "TBD", "xxx", "Foretaksregisteret", "000000000", "SE000000000000",
     "OO99999999999", "99-999-999", "11111", "XAXX010101000", "SE1", "\u3164\u3164"],
)  # fmt: skip
def test_what_stands_for_having_no_tax_id_is_none(tax_id: str) -> None:
    assert normalised_tax_id(tax_id) == ""
    assert not is_same_party("Alfa AB", [tax_id], "Beta GmbH", [tax_id])
    assert is_same_party("Alfa AB", [tax_id], "ALFA AB", ["SE556677889901"])


@pytest.mark.parametrize(
    "tax_id", ["NO987654321MVA", "5566778899", "AAPFU0939F", "LI 54321", "RO 4711", "IE6388047V", "XIA010101AB4"]
)
def test_a_short_or_lettered_tax_id_is_one(tax_id: str) -> None:
    assert normalised_tax_id(tax_id)


@pytest.mark.parametrize(
    ("one", "other", "are_apart"),
    [
        ("Alfa AB", "Beta AB", True),
        ("Granit & Söner AB", "Kiruna Bok HB", True),
        ("Granit & Söner AB", "GRANIT", False),
        ("Nord Lys AB", "Nordlys", False),
        ("Müller GmbH", "Mueller GmbH", False),
        ("", "Alfa AB", False),
        ("AB", "Alfa AB", False),
    ],
)
def test_names_are_apart_when_nothing_of_them_is_shared(one: str, other: str, are_apart: bool) -> None:
    assert are_names_apart(one, other) is are_names_apart(other, one) is are_apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordlys AB", "NORDLYS  AB."),
        ("My N.V.", "My NV"),
        ("O'Neill Ltd", "O’Neill Ltd."),
        ("O´Neill Ltd", "O'Neill Ltd."),
        ("A & B", "A-B"),
        ("Café AB", "CAFE\u0301 AB"),
        ("Ｆｊｏｒｄ", "fjord"),
        ("Nord\u00adlys\ufeff AB", "Nordlys\u00a0AB"),
        ("\u0301Nordlys ♥", "Nordlys"),
    ],
)
def test_case_and_punctuation_of_a_name_do_not_matter(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordlys AB", "Nordlys AS"),
        ("Müller", "Muller"),
        ("Nordlys AB", "Nordlys"),
        ("सीता", "सूता"),
        ("राम ट्रेडर्स", "रमा ट्रेडर्स"),
        ("กา", "กี"),
        ("C++ AB", "C AB"),
        ("C# AB", "C AB"),
        ("100 % Kaffe", "100 Kaffe"),
    ],
)
def test_legal_forms_accents_vowel_marks_and_spoken_signs_of_a_name_do(one: str, other: str) -> None:
    assert normalised_name(one) != normalised_name(other)


def test_an_invoice_in_ubl_and_in_csv_has_one_fingerprint() -> None:
    ubl = INVOICE.replace('Amount currencyID="EUR">0.20<', 'Amount currencyID="EUR">0<').replace(">200.00<", ">199.80<")
    headings = "type,number,issue_date,currency,seller_name,description,net,tax_category,tax_rate"
    rows = [
        f"bill,F-2026-0042,2026-02-10,EUR,Granit,{what},{net},{category},{rate}"
        for what, net, category, rate in (
            ("Loyalty", "-10", "S", "12"),
            ("Stamps", "40", "E", "0"),
            ("Freight", "20", "S", "25"),
            ("Coffee", "75", "S", "12"),
            ("Tile", "120", "S", "25"),
        )
    ]

    assert fingerprint(read_one(ubl)) == fingerprint(read_one(table(*rows, headings=headings)))


def test_every_figure_that_has_to_agree_changes_the_fingerprint() -> None:
    document = read_one(INVOICE)
    first = document.lines[0]
    others = [
        replace(document, currency="SEK"),
        replace(document, net=document.net + 1),
        replace(document, tax=document.tax + 1),
        replace(document, total=document.total + 1),
        replace(document, taxes=(*document.taxes, TaxSubtotal("Z", Decimal(0), Decimal(0), Decimal(0)))),
        replace(document, lines=document.lines[1:]),
        replace(document, lines=(replace(first, net=first.net + 1), *document.lines[1:])),
        replace(document, lines=(replace(first, category="Z"), *document.lines[1:])),
        replace(document, lines=(replace(first, tax_rate=Decimal(6)), *document.lines[1:])),
    ]

    assert len({fingerprint(other) for other in (document, *others)}) == len(others) + 1


def test_order_spelling_and_wording_do_not_change_the_fingerprint() -> None:
    document = read_one(INVOICE)
    lines = tuple(replace(line, description="", account="", net=line.net * Decimal("1.000")) for line in document.lines)

    assert fingerprint(replace(document, lines=lines[::-1], notes=())) == fingerprint(document)
