"""The error catalogue: a guide for every error code, and finding one by words."""

from dashboard.domain.guide_texts import access, accounts, contacts, documents, sending
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn

__all__ = ["CATALOGUE", "Guide", "Remedy", "Turn", "guide", "having_words"]

CATALOGUE: dict[ErrorCode, Guide] = {
    each.code: each
    for part in (access.GUIDES, accounts.GUIDES, contacts.GUIDES, documents.GUIDES, sending.GUIDES)
    for each in part
}


def guide(code: ErrorCode | str) -> Guide:
    """The guide of the code; a word that is no code of ours has the guide of UNKNOWN."""
    known = next((each for each in ErrorCode if each.value == code), ErrorCode.UNKNOWN)
    return CATALOGUE[known]


def having_words(words: str) -> list[Guide]:
    """The guides in whose text every one of the words occurs, in the order of the codes; all of them for no words."""
    wanted = words.lower().split()
    return [CATALOGUE[code] for code in ErrorCode if all(word in _text(CATALOGUE[code]) for word in wanted)]


def _text(each: Guide) -> str:
    return " ".join((each.code.value, each.title, each.meaning, *each.steps, each.after, *each.known_by)).lower()
