"""Refusals: what a ledger complained of, told in terms of the record: which of its values is mapped to that object."""

from dataclasses import replace

from dashboard.domain.mappings import Mapped
from dashboard.models import Record
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import ROUNDING_ACCOUNT, MappingKind, default_account, tax_key
from dashboard.vocabulary.postings import Fault

_ACCOUNTS = frozenset({ErrorCode.ACCOUNT_UNKNOWN, ErrorCode.ACCOUNT_INACTIVE})
_TAXES = frozenset({ErrorCode.TAX_UNKNOWN, ErrorCode.TAX_ACCOUNT_CLASH})
_CONTACTS = frozenset({ErrorCode.CONTACT_ARCHIVED, ErrorCode.CONTACT_NOT_MAPPED})


def in_terms_of(record: Record, fault: Fault, mapped: Mapped) -> Fault:
    """The fault as a check before sending would have told it, the ledger's own words kept.

    It then stands with those that were foreseen, and leads to the mapping that mends it.
    """
    if fault.code in _CONTACTS:
        target = mapped.get((MappingKind.CONTACT, record.contact_key))
        name = target.label if target else record.contact_name
        return replace(fault, subject=name, source_value=record.contact_key)
    if fault.code in _ACCOUNTS:
        usual = default_account(record.kind.direction)
        accounts = [*(line.account or usual for line in record.lines), ROUNDING_ACCOUNT]
        return _named(fault, MappingKind.ACCOUNT, accounts, mapped)
    if fault.code in _TAXES:
        taxes = [
            tax_key(record.kind.direction, line.category, line.tax_rate, record.tax_country) for line in record.lines
        ]
        return _named(fault, MappingKind.TAX, taxes, mapped)
    return fault


def _named(fault: Fault, kind: MappingKind, values: list[str], mapped: Mapped) -> Fault:
    """With the first value that goes to the fault's subject; an account that a line names may go to itself."""
    for value in values:
        target = mapped.get((kind, value))
        if fault.subject and fault.subject == (target.target_id if target else value):
            return replace(fault, source_value=value)
    return fault
