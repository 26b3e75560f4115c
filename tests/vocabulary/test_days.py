"""Days in sentences: no leading zero, English, on every platform."""

from datetime import UTC, date, datetime

from dashboard.vocabulary.days import day, day_and_month, month


def test_a_day_is_written_without_a_leading_zero() -> None:
    assert [day(date(2026, 11, 2)), day_and_month(date(2026, 3, 31)), month(date(2026, 9, 1))] == [
        "2 Nov 2026",
        "31 Mar",
        "September 2026",
    ]


def test_a_moment_is_written_as_the_day_of_its_own_zone() -> None:
    assert day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "31 Dec 2026"
