"""How documents are asked for by number. Xero's `where` cannot hold every number: it knows no quote inside a string."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from jobs.connectors.xero.forms import Form

_MOST_NUMBERS = 40
_MOST_CHARACTERS = 1500


def is_listable(number: str) -> bool:
    """Whether `InvoiceNumbers=` can hold it, a list that commas divide."""
    return bool(number.strip()) and "," not in number and number.isprintable()


def is_quotable(number: str) -> bool:
    """Whether it can stand between quotes in `where`. No escape works there: https://github.com/XeroAPI/Xero-Java/issues/347"""
    return bool(number.strip()) and '"' not in number and "\\" not in number and number.isprintable()


def number_lists(numbers: Sequence[str]) -> Iterator[dict[str, str]]:
    """Queries that together ask for all these sales numbers, each short enough for an address."""
    chunk: list[str] = []
    for number in dict.fromkeys(numbers):
        if chunk and (len(chunk) == _MOST_NUMBERS or len(",".join([*chunk, number])) > _MOST_CHARACTERS):
            yield {"InvoiceNumbers": ",".join(chunk)}
            chunk = []
        chunk.append(number)
    if chunk:
        yield {"InvoiceNumbers": ",".join(chunk)}


def by_number(form: Form, number: str) -> dict[str, str]:
    """Any contact's: contacts are merged in Xero, and a document of ours then stands under another one."""
    if not is_quotable(number):
        raise ValueError(f"{number!r} cannot be asked for")
    return {"where": _either(form, [number])}


def by_numbers(form: Form, numbers: Sequence[str]) -> Iterator[dict[str, str]]:
    """Queries that together ask for all these numbers, each short enough for an address; a single one as by_number."""
    chunk: list[str] = []
    for number in dict.fromkeys(numbers):
        if chunk and (len(chunk) == _MOST_NUMBERS or len(_either(form, [*chunk, number])) > _MOST_CHARACTERS):
            yield {"where": _either(form, chunk)}
            chunk = []
        chunk.append(number)
    if chunk:
        yield {"where": _either(form, chunk)}


def _either(form: Form, numbers: Sequence[str]) -> str:
    each = [f'{form.number_field}=="{number}"' for number in numbers]
    return f'Type=="{form.type}" AND ' + (each[0] if len(each) == 1 else f"({' OR '.join(each)})")


def by_contact(form: Form, contact_id: str) -> dict[str, str]:
    """Everything of one contact, for numbers that cannot be asked for. Raises ValueError when the id is no uuid."""
    return {"where": f'Type=="{form.type}" AND Contact.ContactID==Guid("{UUID(contact_id)}")'}
