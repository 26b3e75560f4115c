"""Numbers and dates in cells: what is certain, what its neighbours settle, and what stays refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.intake.readers import read_one, refusal

HEADINGS = "type;number;issue_date;due_date;currency;seller_name;description;quantity;unit_price;tax_rate"
amounts = st.decimals(min_value=Decimal("-99999999"), max_value=Decimal("99999999"), places=2)

# The grouping mark and the decimal sign.
STYLES = [
    ("", "."),
    ("", ","),
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("'", "."),
    ("’", "."),
]
NO_NUMBERS = ["1,23,456.00", "1.2.3", "1,234,56", "12 34,00", "..5", "5-", "(5)", "$5", "5 kr", "--5", "½", "٣"]
ONE_DAY = ["2026-01-31", "2026/01/31", "20260131", "2026-01-31 14:05:00.000", "2026-01-31T00:00:00Z"]
NO_DATES = ["31/01/26", "2026-13-01", "31.02.2026", "1899-12-31", "2201-01-01", "45321", "2026-1-31"]


def bill(*prices: str, issue_date: str = "2026-01-31", due_date: str = "") -> str:
    rows = [f"bill;1;{issue_date};{due_date};EUR;Granit AB;Tiles;1;{price};25" for price in prices]
    return "\n".join((HEADINGS, *rows)) + "\n"


def prices_in(text: str) -> list[Decimal]:
    return [line.unit_price for line in read_one(text).lines]


def written(value: Decimal, grouping: str, sign: str) -> str:
    return f"{value:,.2f}".replace(",", "g").replace(".", sign).replace("g", grouping)


@given(st.lists(amounts, min_size=1, max_size=5), st.sampled_from(STYLES))
def test_an_amount_comes_back_however_it_was_written(values: list[Decimal], style: tuple[str, str]) -> None:
    assert prices_in(bill(*(written(value, *style) for value in values))) == values


@given(st.lists(amounts, min_size=1, max_size=4), st.sampled_from([",", ";", "\t"]), st.sampled_from([".", ","]))
def test_an_amount_comes_back_under_every_delimiter(values: list[Decimal], delimiter: str, sign: str) -> None:
    rows = bill(*(f'"{written(value, "", sign)}"' for value in values)).replace(";", delimiter)

    assert prices_in(rows) == values


@pytest.mark.parametrize("ambiguous", ["1,234", "1.234", "12,345", "999.999", "-1,234"])
def test_a_number_that_may_be_a_thousand_times_as_much_is_refused(ambiguous: str) -> None:
    refused = refusal(bill(ambiguous))

    assert refused.place == "file.csv, line 2, column unit_price"
    assert f"“{ambiguous}” may mean " in refused.reason


@pytest.mark.parametrize(
    ("prices", "first"),
    [
        (("1,234", "5.50"), "1234"),
        (("1,234", "5,50"), "1.234"),
        (("1.234", "5.50"), "1.234"),
        (("1.234", "5,50"), "1234"),
        (("1.234", "1.234.567"), "1234"),
        (("1,234", "0,125"), "1.234"),
        (("1,234", "12345,678"), "1.234"),
    ],
)
def test_the_rest_of_the_column_settles_an_ambiguous_number(prices: tuple[str, ...], first: str) -> None:
    assert prices_in(bill(*prices))[0] == Decimal(first)


def test_another_column_settles_a_column_that_is_ambiguous_all_along() -> None:
    document = read_one(bill("12.50", "3.75").replace(";1;12", ";1.000;12").replace(";1;3", ";2.000;3"))

    assert [line.quantity for line in document.lines] == [1, 2]


def test_a_column_is_settled_by_itself_before_by_another() -> None:
    document = read_one(bill("1.234", "5,50").replace(";1;1.234", ";0.5;1.234"))

    assert [line.unit_price for line in document.lines] == [Decimal(1234), Decimal("5.5")]


def test_a_rate_with_three_decimals_is_certain() -> None:
    assert read_one(bill("100").replace(";25\n", ";6.625\n")).lines[0].tax_rate == Decimal("6.625")


def test_a_column_with_both_decimal_signs_is_refused() -> None:
    assert "both decimal points and decimal commas" in refusal(bill("1.50", "2,50")).reason


@pytest.mark.parametrize("wrong", NO_NUMBERS)
def test_what_is_no_number_is_refused(wrong: str) -> None:
    assert "not a number" in refusal(bill(wrong)).reason


@pytest.mark.parametrize("written", [*ONE_DAY, "31.01.2026", "31/1/2026", "31-01-2026"])
def test_a_date_may_be_written_in_these_ways(written: str) -> None:
    assert read_one(bill("5", issue_date=written)).issue_date.isoformat() == "2026-01-31"


@pytest.mark.parametrize(("written", "day"), [("03.04.2026", "2026-04-03"), ("05/05/2026", "2026-05-05")])
def test_dots_and_equal_halves_leave_no_doubt(written: str, day: str) -> None:
    assert read_one(bill("5", issue_date=written)).issue_date.isoformat() == day


def test_a_date_whose_month_may_be_its_day_is_refused_with_both_readings() -> None:
    refused = refusal(bill("5", issue_date="03/04/2026"))

    assert refused.place == "file.csv, line 2, column issue_date"
    assert refused.reason == "“03/04/2026” may be 2026-04-03 or 2026-03-04."
    assert refused.fix == "Write dates as 2026-01-31."


def test_another_date_settles_that_the_day_comes_first() -> None:
    assert read_one(bill("5", issue_date="03/04/2026", due_date="30/04/2026")).issue_date.isoformat() == "2026-04-03"


def test_dates_with_the_month_first_are_refused_all_of_them() -> None:
    refused = refusal(bill("5", issue_date="03/04/2026", due_date="04/30/2026"))

    assert refused.reason.startswith("2 faults. ")
    assert refused.reason.count("month before the day") == 2


@pytest.mark.parametrize("wrong", NO_DATES)
def test_what_is_no_date_is_refused(wrong: str) -> None:
    assert refusal(bill("5", issue_date=wrong)).place == "file.csv, line 2, column issue_date"
