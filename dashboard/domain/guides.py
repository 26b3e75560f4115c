"""The error catalogue: a guide for every error code. Finding one by words is guide_search.py's."""

from dashboard.domain.guide_texts import access, accounts, contacts, documents, sending
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn

__all__ = ["CATALOGUE", "Guide", "Remedy", "Turn", "guide"]

CATALOGUE: dict[ErrorCode, Guide] = {
    each.code: each
    for part in (access.GUIDES, accounts.GUIDES, contacts.GUIDES, documents.GUIDES, sending.GUIDES)
    for each in part
}


def guide(code: ErrorCode | str) -> Guide:
    """The guide of the code; a word that is no code of ours has the guide of UNKNOWN."""
    known = next((each for each in ErrorCode if each.value == code), ErrorCode.UNKNOWN)
    return CATALOGUE[known]
