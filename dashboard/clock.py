"""The time, where it enters the program; everything below is passed it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
