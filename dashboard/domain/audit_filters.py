"""The filter of the audit log: read from an address, written back to one, said in words.

The list, and whatever else acts on "what is shown", use this one object. Asking a database is audit_conditions.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from dashboard.domain.guides import guide
from dashboard.vocabulary.audit import EntryKind
from dashboard.vocabulary.day_ranges import DayRange
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

Word = TypeVar("Word", bound=StrEnum)

MACHINE = 0
"""Stands for tieout itself where a person's id is asked for; "tieout" in an address."""

LONGEST_TEXT = 200
_DAYS = (date(2000, 1, 1), date(2199, 12, 31))


@dataclass(frozen=True)
class Choices:
    """What can be chosen in one organisation: labels by connection id and by user id, MACHINE among them."""

    destinations: Mapping[int, str]
    people: Mapping[int, str]


@dataclass(frozen=True)
class Filters:
    """Every filter of the log; None or "" stands for any. Days are calendar days of the organisation, both included.

    `since` is a moment, aware, that pages lead to; it is no field of the form.
    """

    status: Status | None = None
    kind: EntryKind | None = None
    type: RecordKind | None = None
    destination: int | None = None
    error: ErrorCode | None = None
    person: int | None = None
    reference: str = ""
    range: DayRange | None = None
    from_day: date | None = None
    to_day: date | None = None
    text: str = ""
    since: datetime | None = None

    def query(self) -> dict[str, Any]:
        """The arguments of the address that shows just this."""
        return {_ARGUMENTS[name]: _written(name, value) for name, value in self._chosen()}

    def without(self, argument: str) -> "Filters":
        name = next(name for name, known in _ARGUMENTS.items() if known == argument)
        return replace(self, **{name: getattr(_NO_FILTERS, name)})

    def in_words(self, choices: Choices) -> list[tuple[str, str]]:
        """Each filter in force as (argument, words): ("status", "Status: Failed")."""
        return [(_ARGUMENTS[name], self._said(name, choices)) for name, _ in self._chosen()]

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day asked for; None for no bound."""
        return self.range.days(today) if self.range else (self.from_day, self.to_day)

    def span(self, zone: ZoneInfo, today: date) -> tuple[datetime | None, datetime | None]:
        """The first instant asked for, and the first one no longer asked for; aware, None for no bound."""
        from_day, to_day = self.days(today)
        first = max(filter(None, (midnight(from_day, zone) if from_day else None, self.since)), default=None)
        return first, midnight(to_day + timedelta(days=1), zone) if to_day else None

    def _chosen(self) -> list[tuple[str, Any]]:
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return [(name, value) for name, value in values if value not in (None, "")]

    def _said(self, name: str, choices: Choices) -> str:
        match name:
            case "destination":
                return f"Destination: {choices.destinations.get(self.destination or 0, 'unknown')}"
            case "person":
                return f"Person: {choices.people.get(self.person or MACHINE, 'unknown')}"
            case "error" if self.error:
                return f"Error: {guide(self.error).title}"
            case "reference":
                return f"Reference begins with {self.reference}"
            case "range" if self.range:
                return self.range.label
            case "from_day" | "to_day":
                return f"{'From' if name == 'from_day' else 'To'} {getattr(self, name)}"
            case "text":
                return f"Text: {self.text}"
            case "since":
                return f"Since {self.since:%Y-%m-%d %H:%M}"
        return f"{name.title()}: {getattr(self, name).label}"


@dataclass(frozen=True)
class Reading:
    """An address as read: the filters that are sound, what was given for each argument, and what is wrong with it."""

    filters: Filters
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def read(arguments: Mapping[str, str], choices: Choices) -> Reading:
    """Read the arguments of an address. Nothing is raised: what cannot be meant is said under `errors`."""
    given = {argument: arguments.get(argument, "").strip() for argument in _ARGUMENTS.values()}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, argument in _ARGUMENTS.items():
        if given[argument]:
            try:
                values[name] = _read_one(name, given[argument], choices)
            except ValueError as wrong:
                errors[argument] = str(wrong)
    found = Filters(**values)
    if found.from_day and found.to_day and found.from_day > found.to_day:
        errors["to"] = "The last day lies before the first one."
    if found.range and (found.from_day or found.to_day):
        errors["range"] = "Choose either a range or days of your own."
    return Reading(found, given, errors)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a calendar day begins in the zone, as UTC: a midnight that the clocks skip or repeat equals
    nothing while it is told by them."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


_ARGUMENTS = {
    "status": "status",
    "kind": "kind",
    "type": "type",
    "destination": "destination",
    "error": "error",
    "person": "person",
    "reference": "reference",
    "range": "range",
    "from_day": "from",
    "to_day": "to",
    "text": "q",
    "since": "since",
}
_NO_FILTERS = Filters()


def _written(name: str, value: Any) -> str:
    if name == "person" and value == MACHINE:
        return "tieout"
    return value.isoformat() if isinstance(value, date) else str(value)


def _read_one(name: str, given: str, choices: Choices) -> Any:
    match name:
        case "status":
            return _known(Status.from_words(given), f"“{given}” is not a status; choose one of the list.")
        case "kind":
            return _word(EntryKind, given, "kind of entry")
        case "type":
            return _word(RecordKind, given, "type of record")
        case "error":
            return _word(ErrorCode, given, "kind of error")
        case "destination":
            return _known(_id(given, choices.destinations), "There is no such destination in this organisation.")
        case "person":
            found = MACHINE if given == "tieout" else _id(given, choices.people)
            return _known(found, "There is no such person in this organisation's log.")
        case "range":
            return _word(DayRange, given, "range of days")
        case "from_day" | "to_day":
            return _day(given)
        case "since":
            return _moment(given)
    if len(given) > LONGEST_TEXT:
        raise ValueError(f"At most {LONGEST_TEXT} characters can be searched for.")
    if not given.isprintable():
        raise ValueError("This holds characters that cannot be searched for.")
    return given


def _word(words: type[Word], given: str, what: str) -> Word:
    found = next((each for each in words if each.value == given.lower()), None)
    return _known(found, f"“{given}” is not a {what}; choose one of the list.")


Value = TypeVar("Value")


def _known(found: Value | None, otherwise: str) -> Value:
    if found is None:
        raise ValueError(otherwise)
    return found


def _id(given: str, known: Mapping[int, str]) -> int | None:
    return next((each for each in known if str(each) == given), None)


def _day(given: str) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"“{given}” is not a day; write it as 2026-11-30.") from None
    if not _DAYS[0] <= day <= _DAYS[1]:
        raise ValueError(f"Choose a day from {_DAYS[0].year} to {_DAYS[1].year}.")
    return day


def _moment(given: str) -> datetime:
    try:
        moment: datetime | None = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _DAYS[0] <= moment.date() <= _DAYS[1]:
        raise ValueError(f"“{given}” is not a moment; write it as 2026-11-30T14:05:00+01:00.")
    return moment
