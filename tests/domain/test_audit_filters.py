"""The filter of the audit log as an address: written, read back, and refused with a reason."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.audit_filters import MACHINE, Choices, Filters, midnight, read
from dashboard.vocabulary.audit import EntryKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

CHOICES = Choices(
    {3: "Xero · Nordlys AB", 14: "Xero · Nordlys Norge"}, {MACHINE: "tieout, by itself", 7: "Bo", 8: "Ada"}
)
DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))
TEXTS = st.text(max_size=60).map(str.strip).filter(str.isprintable)


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    days = sorted(draw(st.tuples(DAYS, DAYS)))
    return Filters(
        status=draw(st.none() | st.sampled_from(Status)),
        kind=draw(st.none() | st.sampled_from(EntryKind)),
        type=draw(st.none() | st.sampled_from(RecordKind)),
        destination=draw(st.none() | st.sampled_from(list(CHOICES.destinations))),
        error=draw(st.none() | st.sampled_from(ErrorCode)),
        person=draw(st.none() | st.sampled_from(list(CHOICES.people))),
        reference=draw(TEXTS),
        from_day=draw(st.none() | st.just(days[0])),
        to_day=draw(st.none() | st.just(days[1])),
        text=draw(TEXTS),
    )


@given(filters())
def test_a_filter_survives_being_an_address(chosen: Filters) -> None:
    reading = read(chosen.query(), CHOICES)
    assert reading.errors == {}
    assert reading.filters == chosen


@given(filters())
def test_every_filter_in_force_is_said_in_words_and_can_be_taken_away(chosen: Filters) -> None:
    said = dict(chosen.in_words(CHOICES))
    assert list(said) == list(chosen.query())
    assert all(said.values())
    for argument in said:
        assert argument not in chosen.without(argument).query()
        assert len(chosen.without(argument).query()) == len(said) - 1


@given(st.dictionaries(st.sampled_from(["status", "kind", "type", "destination", "error", "person", "reference", "from",
                                        "to", "q"]), st.text(max_size=300)))  # fmt: skip
def test_no_address_can_raise_and_each_argument_counts_or_is_refused(arguments: dict[str, str]) -> None:
    reading = read(arguments, CHOICES)
    for argument, given_value in arguments.items():
        if given_value.strip():
            assert (argument in reading.filters.query()) or argument in reading.errors


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("status", "zz", "“zz” is not a status; choose one of the list."),
        ("kind", "zz", "“zz” is not a kind of entry; choose one of the list."),
        ("type", "zz", "“zz” is not a type of record; choose one of the list."),
        ("error", "zz", "“zz” is not a kind of error; choose one of the list."),
        ("destination", "99", "There is no such destination in this organisation."),
        ("destination", "³", "There is no such destination in this organisation."),
        ("person", "99", "There is no such person in this organisation's log."),
        ("from", "2026-13-01", "“2026-13-01” is not a day; write it as 2026-11-30."),
        ("to", "0001-01-01", "Choose a day from 2000 to 2199."),
        ("reference", "a\x00b", "This holds characters that cannot be searched for."),
        ("q", "x" * 201, "At most 200 characters can be searched for."),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_at_its_field(argument: str, value: str, message: str) -> None:
    reading = read({argument: value}, CHOICES)
    assert reading.errors == {argument: message}
    assert reading.filters == Filters()


def test_the_last_day_may_not_lie_before_the_first_one() -> None:
    assert read({"from": "2026-11-02", "to": "2026-11-01"}, CHOICES).errors == {
        "to": "The last day lies before the first one."
    }


def test_error_is_another_word_for_failed() -> None:
    assert read({"status": "Error"}, CHOICES).filters == Filters(status=Status.FAILED)


def test_a_day_begins_at_midnight_of_the_organisation_before_and_after_the_clocks_change() -> None:
    stockholm = ZoneInfo("Europe/Stockholm")
    assert (
        midnight(date(2026, 10, 25), stockholm).astimezone(ZoneInfo("UTC")).isoformat() == "2026-10-24T22:00:00+00:00"
    )
    assert (
        midnight(date(2026, 10, 26), stockholm).astimezone(ZoneInfo("UTC")).isoformat() == "2026-10-25T23:00:00+00:00"
    )
