"""Spellings: text found in any case on every database. SQLite folds the case of ASCII alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[str] | ColumnElement[Any]


def of(words: str) -> list[str]:
    """The usual spellings of the words as far as a database does not know them for the same by itself."""
    if words.isascii():
        return [words]
    return list(dict.fromkeys((words, words.lower(), words.upper(), words.capitalize(), words.title())))


def begins(column: Column, words: str) -> ColumnElement[bool]:
    return or_(*(column.istartswith(each, autoescape=True) for each in of(words)))


def holds(columns: Sequence[Column], words: str) -> ColumnElement[bool]:
    """Whether one of the columns holds the words."""
    return or_(*(column.icontains(each, autoescape=True) for column in columns for each in of(words)))
