"""Causes: how an item of a resync names what its export failed for, so that the same mistake is known again."""

from sqlalchemy import ColumnElement, func

from dashboard.models import Export, ResyncItem

LENGTH = 300


def cause_of(code: str, subject: str) -> str:
    return f"{code}|{subject}"[:LENGTH]


def cause_of_export() -> ColumnElement[str]:
    """The same, of the newest failure of a row of exports."""
    return func.substr(Export.error_code + "|" + Export.error_subject, 1, LENGTH)


def code_of(cause: str) -> str:
    return cause.partition("|")[0]


def subject_of(cause: str) -> str:
    return cause.partition("|")[2]


def has_code(code: str) -> ColumnElement[bool]:
    """Whether an item's cause is of this error code, whatever it is about."""
    return ResyncItem.cause.startswith(cause_of(code, ""), autoescape=True)
