"""CSV files: columns, which rows make a document, what follows from what, and refusals that name every cell."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.intake.csv_columns import COLUMNS, template_csv
from dashboard.domain.intake.readers import ignored_columns, read
from dashboard.vocabulary.documents import DocumentLine, Party, TaxSubtotal
from dashboard.vocabulary.records import Direction, Source
from tests.domain.intake.readers import HEADINGS, read_one, refusal, table
from tests.samples import sample

D = Decimal
ROW = "bill,1,2026-01-31,EUR,Granit AB,,Tiles,2,10.00,,,25"


def row(**cells: str) -> str:
    """The row above with some cells changed."""
    names = HEADINGS.split(",")
    return ",".join((dict(zip(names, ROW.split(","), strict=True)) | cells)[name] for name in names)


def test_rows_of_one_document_become_its_lines() -> None:
    first, second, credit = read(sample("csv/sales.csv"), "sales.csv")

    assert (first.source, first.place, first.number) == (Source.CSV, "line 2 of sales.csv", "INV-2001")
    assert (first.issue_date, first.due_date) == (date(2026, 1, 5), date(2026, 2, 4))
    assert first.buyer == Party("Kiruna Bok HB", ("SE998877665501",), "SE", "post@kirunabok.example")
    assert first.seller == Party("")
    assert first.lines == (
        DocumentLine("Catalogue", D(20), D(10), D(200), "S", D(25), "3010", "CAT-1"),
        DocumentLine('Freight, "express"', D(1), D(50), D(50), "O", D(0), "3520"),
        DocumentLine("Gift box\nin two parts", D(7), D("0.5"), D("3.5"), "Z", D(0), "3030", "BOX"),
    )
    assert (first.net, first.tax, first.rounding, first.total) == (D("253.5"), D(50), D(0), D("303.5"))
    assert (first.order_reference, first.stated_direction, first.is_credit) == ("PO-1", Direction.SALE, False)
    assert (second.place, second.total, second.buyer.country) == ("line 6 of sales.csv", D(34), "US")
    assert (credit.type_code, credit.is_credit, credit.total) == ("381", True, D(25))


def test_semicolons_decimal_commas_and_windows_letters_are_understood() -> None:
    bill, credit = read(sample("csv/bills.csv"), "bills.csv")

    assert bill.seller == Party("Gruvköping Städ AB", ("SE555555000201",))
    assert (bill.issue_date, bill.due_date, bill.number) == (date(2026, 1, 31), date(2026, 3, 2), "4711")
    assert bill.taxes == (TaxSubtotal("S", D(25), D("1484.50"), D("371.13")),)
    assert (bill.total, bill.stated_direction, bill.is_credit) == (D("1855.63"), Direction.PURCHASE, False)
    assert (credit.stated_direction, credit.is_credit, credit.total) == (Direction.PURCHASE, True, D("201.60"))


def test_headings_that_mean_nothing_are_ignored_and_can_be_told() -> None:
    assert ignored_columns(sample("csv/bills.csv")) == ("Colour",)


def test_the_template_names_every_column_and_reads_without_a_fault() -> None:
    template = template_csv()

    assert template.split("\r\n")[0].split(",") == [column.name for column in COLUMNS]
    document = read_one(template)
    assert (len(document.lines), document.total, document.rounding) == (2, D(350), D(0))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_way_to_save_a_csv_reads_the_same(encoding: str, newline: str, delimiter: str) -> None:
    rows = (row(description="Fönster", seller_name="Café AB"), row(description='"a ""b"""', seller_name="Café AB"))
    text = table(*rows)
    if delimiter != ",":
        text = text.replace(",", delimiter)

    document = read_one(text.replace("\n", newline).encode(encoding))

    assert [line.description for line in document.lines] == ["Fönster", 'a "b"']
    assert document.seller.name == "Café AB"


def test_headings_are_understood_in_other_spellings() -> None:
    headings = "Type;NUMBER;Issue Date;currency ;Seller-Name;buyer name;Item;QTY;Price;Net;Tax category;VAT %"

    assert read_one(f"sep=;\r\n{headings}\r\n{ROW.replace(',', ';')}\r\n").place == "line 3 of file.csv"


def test_rows_apart_still_make_one_document_and_other_sellers_another() -> None:
    documents = read(
        table(row(), row(number="2"), row(seller_name="Other AB"), row(), row(type="", seller_name="")).encode(), "f"
    )

    assert [(document.seller.name, document.number, len(document.lines)) for document in documents] == [
        ("Granit AB", "1", 3),
        ("Granit AB", "2", 1),
        ("Other AB", "1", 1),
    ]


@pytest.mark.parametrize(
    ("stated", "direction", "is_credit"),
    [
        ("Invoice", Direction.SALE, False),
        ("BILL", Direction.PURCHASE, False),
        ("credit_note", Direction.SALE, True),
        ("Supplier Credit Note", Direction.PURCHASE, True),
        ("380", None, False),
        ("381", None, True),
        ("", None, False),
    ],
)
def test_the_type_states_direction_and_credit(stated: str, direction: Direction | None, is_credit: bool) -> None:
    document = read_one(table(row(type=stated, buyer_name="Nordlys AB")))

    assert (document.stated_direction, document.is_credit) == (direction, is_credit)


@pytest.mark.parametrize(
    ("cells", "quantity", "unit_price", "net"),
    [
        ({"quantity": "3", "unit_price": "3.3350"}, "3", "3.335", "10.01"),
        ({"quantity": "", "unit_price": "7"}, "1", "7", "7"),
        ({"quantity": "", "unit_price": "", "net": "7"}, "1", "7", "7"),
        ({"quantity": "3", "unit_price": "", "net": "10"}, "3", "3.3333333333", "10"),
        ({"quantity": "3", "unit_price": "4", "net": "10"}, "3", "4", "10"),
        ({"quantity": "-2", "unit_price": "10"}, "-2", "10", "-20"),
        ({"currency": "JPY", "quantity": "3", "unit_price": "0.5"}, "3", "0.5", "2"),
    ],
)
def test_what_a_row_leaves_out_follows_from_the_rest(
    cells: dict[str, str], quantity: str, unit_price: str, net: str
) -> None:
    (line,) = read_one(table(row(**cells))).lines

    assert (line.quantity, line.unit_price, line.net) == (D(quantity), D(unit_price), D(net))


def test_tax_is_rounded_once_for_all_lines_of_a_rate() -> None:
    document = read_one(table(*[row(quantity="1", unit_price="3.33")] * 3))

    assert document.taxes == (TaxSubtotal("S", D(25), D("9.99"), D("2.50")),)


def test_stated_tax_amounts_are_summed_and_a_total_beside_them_becomes_rounding() -> None:
    headings = HEADINGS + ",tax_amount,total"
    document = read_one(table(*[row(quantity="1", unit_price="3.33") + ",0.83,12.50"] * 3, headings=headings))

    assert (document.tax, document.total, document.rounding) == (D("2.49"), D("12.50"), D("0.02"))


@pytest.mark.parametrize(
    ("currency", "price", "total", "rounding"),
    [
        ("SEK", "99.70", "125", "0.37"),
        ("NOK", "100.30", "125", "-0.38"),
        ("DKK", "99.70", "124.50", "-0.13"),
        ("CHF", "99.70", "124.65", "0.02"),
        ("EUR", "99.71", "124.60", "-0.04"),
        ("HUF", "1001", "1250", "-1.25"),
    ],
)
def test_a_total_rounded_as_for_cash_shows_its_rounding(currency: str, price: str, total: str, rounding: str) -> None:
    cells = row(currency=currency, quantity="1", unit_price=price)

    document = read_one(table(f"{cells},{total}", headings=HEADINGS + ",total"))

    assert (document.total, document.rounding) == (D(total), D(rounding))
    assert document.net + document.tax + document.rounding == document.total


@pytest.mark.parametrize(
    ("currency", "total"),
    [("SEK", "126.00"), ("SEK", "124.00"), ("SEK", "125.50"), ("EUR", "125.05"), ("DKK", "125.50"), ("HUF", "130.00")],
)
def test_a_whole_step_or_a_total_off_the_step_is_no_cash_rounding(currency: str, total: str) -> None:
    cells = row(currency=currency, quantity="1", unit_price="100.00")

    assert "The total with tax is stated as" in refusal(table(f"{cells},{total}", headings=HEADINGS + ",total")).reason


@pytest.mark.parametrize(
    ("rounding", "total", "read_rounding", "read_total"),
    [
        ("0.38", "25.38", "0.38", "25.38"),
        ("-0,40", "24.60", "-0.40", "24.60"),
        ("1", "", "1", "26"),
        ("0", "25.00", "0", "25"),
        ("", "", "0", "25"),
    ],
)
def test_a_stated_rounding_is_part_of_the_total(rounding: str, total: str, read_rounding: str, read_total: str) -> None:
    cells = row().replace("10.00", "10")

    document = read_one(table(f'{cells},"{rounding}",{total}', headings=HEADINGS + ",rounding,total"))

    assert (document.rounding, document.total) == (D(read_rounding), D(read_total))


@pytest.mark.parametrize(("currency", "rounding"), [("EUR", "1.01"), ("EUR", "-4000"), ("HUF", "10.5"), ("JPY", "11")])
def test_a_file_does_not_set_how_much_is_rounding(currency: str, rounding: str) -> None:
    refused = refusal(table(f"{row(currency=currency)},{rounding}", headings=HEADINGS + ",rounding"))

    assert refused.place == "file.csv, line 2, column rounding"
    assert "is more than a rounding, which is at most 1" in refused.reason
    assert refused.fix == "State the rest as a line, or correct the total."


def test_a_rounding_that_the_total_does_not_show_is_refused() -> None:
    refused = refusal(table(row() + ",0.40,25.00", headings=HEADINGS + ",rounding,total"))

    assert "net, tax and rounding add up to 25.40 EUR" in refused.reason


def test_a_total_that_its_lines_do_not_make_refuses_the_whole_file() -> None:
    text = table(row() + ",25.00", row(number="2") + ",26.00", headings=HEADINGS + ",total")

    refused = refusal(text)

    assert refused.place == "file.csv, line 3"
    assert refused.reason.startswith(
        "The total with tax is stated as 26.00 EUR, but net, tax and rounding add up to 25.00 EUR"
    )


def test_lines_that_add_up_to_more_than_can_be_kept_are_refused() -> None:
    text = table(*[row(quantity="1", unit_price="900000000000")] * 2)

    assert "larger than any amount" in refusal(text).reason


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"number": ""}, "number", "This cell is empty."),
        ({"issue_date": ""}, "issue_date", "This cell is empty."),
        ({"currency": ""}, "currency", "This cell is empty."),
        ({"currency": "EURO"}, "currency", "not an ISO 4217"),
        ({"seller_name": ""}, "seller_name", "This cell is empty."),
        ({"type": "invoice"}, "buyer_name", "This cell is empty."),
        ({"type": "order"}, "type", "is not a type"),
        ({"description": ""}, "description", "This cell is empty."),
        ({"unit_price": ""}, "unit_price", "Neither unit_price nor net"),
        ({"quantity": "0", "unit_price": "", "net": "5"}, "quantity", "no unit price"),
        ({"quantity": "two"}, "quantity", "is not a number"),
        ({"unit_price": "€10"}, "unit_price", "is not a number"),
        ({"unit_price": "1e9"}, "unit_price", "is not a number"),
        ({"net": "1.23456"}, "net", "more than 4 decimals"),
        ({"unit_price": "99999999999999"}, "unit_price", "larger than any amount"),
        ({"quantity": "999999999999", "unit_price": "99"}, "unit_price", "larger than any amount"),
        ({"tax_rate": ""}, "tax_rate", "This cell is empty."),
        ({"tax_rate": "0"}, "tax_category", "A rate of 0 % needs its category."),
        ({"tax_rate": "0.25"}, "tax_rate", "is no tax rate"),
        ({"tax_rate": "-5"}, "tax_rate", "outside 0 to 100"),
        ({"tax_category": "E"}, "tax_category", "has a rate of 0 %"),
        ({"tax_category": "exempt"}, "tax_category", "not a tax category"),
        ({"issue_date": "2026-02-30"}, "issue_date", "no day"),
        ({"issue_date": "Jan 5"}, "issue_date", "not a date"),
        ({"type": "supplier credit note", "quantity": "-2"}, "", "The credit note comes to -25"),
    ],
)
def test_a_fault_is_named_with_line_and_column(cells: dict[str, str], column: str, why: str) -> None:
    refused = refusal(table(row(**cells)))

    assert refused.place == "file.csv, line 2" + (f", column {column}" if column else "")
    assert why in refused.reason


def test_all_faults_of_a_file_are_named_at_once() -> None:
    refused = refusal(table(row(currency="EURO"), row(number="2"), row(number="3", quantity="x", tax_rate="")))

    assert refused.place == "file.csv"
    assert refused.reason.startswith("3 faults. line 2, column currency: ")
    assert "line 4, column quantity: " in refused.reason
    assert "line 4, column tax_rate: " in refused.reason


def test_more_than_twenty_faults_are_counted() -> None:
    refused = refusal(table(*[row(number=str(number), tax_rate="x") for number in range(30)]))

    assert refused.reason.startswith("30 faults. ")
    assert refused.reason.count("column tax_rate") == 20
    assert refused.reason.endswith(" And 10 more.")


def test_rows_of_a_document_that_disagree_about_it_are_refused() -> None:
    refused = refusal(table(row(), row(issue_date="2026-02-01")))

    assert refused.place == "file.csv, line 3, column issue_date"
    assert "“2026-02-01” differs from “2026-01-31”" in refused.reason


def test_tax_amounts_on_some_lines_of_a_rate_only_are_refused() -> None:
    refused = refusal(table(row() + ",5.00", row() + ",", headings=HEADINGS + ",tax_amount"))

    assert refused.place == "file.csv, line 3, column tax_amount"


def test_missing_columns_are_named_together() -> None:
    refused = refusal("number,date,customer,quantity\n1,2026-01-31,Ann,2\n")

    assert refused.reason == "These columns are missing: currency, description, tax_rate, unit_price or net."


def test_two_headings_for_one_column_are_refused() -> None:
    assert "“Date” and “Invoice date” both mean issue_date" in refusal("Number,Date,Invoice date\n1,2,3\n").reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("just some words\nin a file\n", "does not name columns"),
        (HEADINGS + "\n", "no rows"),
        (HEADINGS + "\n,,,,,\n", "no rows"),
        (table(row() + ",1"), "13 cells, but there are 12 headings"),
        (table(row(description='"open')), "cannot be told apart"),
        (table(row(description="x" * 200_000)), "cannot be told apart"),
        (table(*[row()] * 50_001), "more than 50,000 rows"),
        (table(*[row(number=str(number)) for number in range(5_001)]), "more than 5,000 documents"),
    ],
)
def test_a_table_that_cannot_be_told_apart_is_refused(text: str, why: str) -> None:
    assert why in refusal(text).reason


def test_blank_rows_are_skipped_and_lines_are_counted_in_the_file() -> None:
    text = table("", row(description='"two\nlines"'), ",,,,,,,,,,,", row(number="2"))

    assert [document.place for document in read(text.encode(), "a.csv")] == ["line 3 of a.csv", "line 6 of a.csv"]
