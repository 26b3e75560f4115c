"""Xero's forms of dates and times, in and out. Everything inside is aware UTC or a plain date."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, cut off."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def ms_date(day: date) -> str:
    """A day as `/Date(1563753600000+0000)/`."""
    return ms_time(datetime(day.year, day.month, day.day, tzinfo=UTC))


def ms_time(moment: datetime) -> str:
    """A moment as `/Date(1563753600000+0000)/`."""
    return f"/Date({milliseconds(moment)}+0000)/"


def ms_plain(moment: datetime) -> str:
    """A moment as `/Date(1563753600000)/`, the form of the envelope."""
    return f"/Date({milliseconds(moment)})/"


def day_string(day: date) -> str:
    """A day as `2019-07-22T00:00:00`, the form of DateString."""
    return f"{day.isoformat()}T00:00:00"


def time_string(moment: datetime) -> str:
    """A moment as ISO text with milliseconds, the form of UpdatedDateUTCString."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seven_digits(moment: datetime) -> str:
    """A moment with seven decimals and no zone, the form of /connections."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def read_day(value: object) -> date:
    """`YYYY-MM-DD`, with a time behind it or not, or `/Date(ms)/`. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(str(value))
    if matched := MS_DATE.match(value):
        return (EPOCH + timedelta(milliseconds=int(matched[1]))).date()
    if not re.match(r"^\d{4}-\d{2}-\d{2}", value):
        raise ValueError(value)
    return datetime.fromisoformat(value).date()


def read_since(value: str) -> datetime:
    """The moment of an If-Modified-Since: ISO with or without zone, or RFC 1123. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parsedate_to_datetime(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def lock_day(day: date) -> str:
    """A day as lock-date messages show it: `31-Jul-2013`."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day:02d}-{months[day.month - 1]}-{day.year}"
