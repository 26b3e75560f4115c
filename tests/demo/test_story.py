"""The demo's story before it is told: believable in number and rhythm, its numbers without gaps, its sums true."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from dashboard.domain.intake import readers
from jobs.demo import story
from jobs.demo.documents import Paper

# A Saturday, a Monday, the first of a year, and the day after a month's end that falls on a weekend.
TODAYS = [date(2026, 11, 21), date(2026, 11, 23), date(2027, 1, 1), date(2026, 6, 1)]
of_any_day = pytest.mark.parametrize("today", TODAYS, ids=str)


def papers(today: date) -> list[Paper]:
    written = story.days(today)
    return [each for day in written.values() for each in (*day.shop, *day.projects, *day.bills, *day.till)]


@of_any_day
def test_sixty_days_make_some_fifteen_hundred_documents(today: date) -> None:
    assert 1_300 <= len(papers(today)) <= 1_600


@of_any_day
def test_numbers_of_our_own_follow_each_other_without_a_gap(today: date) -> None:
    for series in ("W-", "NL-", "NLC-", "MF-"):
        numbers = [
            int(each.number.removeprefix(series)) for each in papers(today) if re.match(rf"{series}\d", each.number)
        ]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@of_any_day
def test_no_supplier_gives_a_number_twice(today: date) -> None:
    given = Counter((each.seller.name, each.number) for each in papers(today))
    assert [found for found, times in given.items() if times > 1] == []


def test_little_comes_on_saturdays_nothing_on_sundays_and_much_at_the_end_of_a_month() -> None:
    written = story.days(date(2026, 11, 19))
    by_day = {day.on: len(day.shop) + len(day.projects) + len(day.bills) for day in written.values()}
    weekdays = [count for on, count in by_day.items() if on.weekday() < 5 and not story.is_month_end(on)]
    assert max(count for on, count in by_day.items() if on.weekday() == 5) < min(weekdays)
    assert {count for on, count in by_day.items() if on.weekday() == 6} == {0}
    assert by_day[date(2026, 10, 30)] > 1.4 * sum(weekdays) / len(weekdays)


def test_the_last_two_weekdays_of_a_month_are_its_end() -> None:
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]
    assert [day for day in days if story.is_month_end(day)] == [date(2026, 10, 29), date(2026, 10, 30)]


def test_a_short_story_has_the_same_papers_as_the_end_of_the_whole_one() -> None:
    written = story.days(TODAYS[0])
    assert list(written) == list(range(story.DAYS, -1, -1))
    assert written[0].on == TODAYS[0]


def test_every_file_can_be_read_and_states_what_the_paper_says() -> None:
    day = story.days(TODAYS[1])[4]
    stated = {each.number: each.net + each.tax for each in (*day.shop, *day.projects, *day.bills, *day.till)}
    read: dict[str, Decimal] = {}
    for file in (*day.morning, *day.afternoon, *day.evening):
        read |= {each.number: each.total for each in readers.read(file.content, file.name)}
    assert read == stated
