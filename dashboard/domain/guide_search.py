"""Finding the guide of an error by its text, pasted as it was read somewhere: whole, cut off, or amid other words."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from dashboard.domain.guide_texts.own_words import OWN_WORDS
from dashboard.domain.guides import CATALOGUE
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide

LONGEST = 2000
"""Characters of a text that are looked at."""

FITS = 0.45
"""The least share of a sentence's weight that a text has to hold, for its guide to count as found."""


STATUSES = {"401": ErrorCode.ACCESS_EXPIRED, "429": ErrorCode.RATE_LIMITED, "503": ErrorCode.PROVIDER_DOWN}
"""HTTP statuses that mean one thing and may be pasted without any words. Beside words they may be account codes."""


@dataclass(frozen=True)
class Known:
    """What is known of a guide's words: the sentences that mean it, and every word that its text holds."""

    guide: Guide
    sentences: tuple[frozenset[str], ...]
    text: frozenset[str]


def matching(pasted: str) -> list[Guide]:
    """The guides that the text may be about, the likeliest first; all of them for no words, none for foreign ones.

    Numbers, codes and dates are left out of account, since they differ from document to document. A few words that
    stand in no sentence of the ledger's are looked for in the guides themselves, all of them together. A lone HTTP
    status finds the guide of what it means.
    """
    status = re.fullmatch(r"(?:http|status|code|error|\W)*(\d{3})\W*", pasted[:LONGEST].lower())
    if status and status[1] in STATUSES:
        return [CATALOGUE[STATUSES[status[1]]]]
    words = _words(pasted[:LONGEST])
    if not words:
        return [] if pasted.strip() else list(CATALOGUE.values())
    scores = {known.guide.code: _score(known, words) for known in _known()}
    found = [code for code, score in scores.items() if score >= FITS]
    return [CATALOGUE[code] for code in sorted(found, key=lambda code: -scores[code])]


def _score(known: Known, words: frozenset[str]) -> float:
    """How well the best sentence of the guide fits; what names its code, or has all its words in its text, fits too."""
    best = max((_fit(sentence, words) for sentence in known.sentences), default=0.0)
    if frozenset(known.guide.code.value.split("-")) == words:
        return 2.0
    return max(best, FITS + best / 10) if words <= known.text else best


def _fit(sentence: frozenset[str], words: frozenset[str]) -> float:
    """How much of the sentence's weight the text holds, from 0 to 1; a little less for what else the text holds.

    Of a text that is a part of the sentence counts how much of the text it is: somebody may have pasted no more.
    """
    common = _weight(sentence & words)
    of_sentence, of_text = common / _weight(sentence), common / _weight(words)
    if len(sentence & words) < 2 and len(sentence) > 1:
        return 0.0
    return 0.9 * max(of_sentence, of_text * of_text * 0.9) + 0.1 * min(of_sentence, of_text)


def _weight(words: frozenset[str]) -> float:
    """Rare words weigh more: "archived" tells more than "the"."""
    return sum(_rarity().get(word, _UNHEARD) for word in words)


_UNHEARD = 1.5


@cache
def _rarity() -> dict[str, float]:
    seen = Counter(word for known in _known() for word in frozenset().union(*known.sentences))
    return {word: math.log(1 + len(CATALOGUE) / times) for word, times in seen.items()}


@cache
def _known() -> tuple[Known, ...]:
    return tuple(_of(CATALOGUE[code]) for code in ErrorCode)


def _of(guide: Guide) -> Known:
    sentences = (*guide.known_by, *OWN_WORDS.get(guide.code, ()), guide.title)
    text = (guide.code.value, guide.meaning, *guide.steps, guide.after, *sentences)
    return Known(guide, tuple(_words(each) for each in sentences), frozenset().union(*(_words(each) for each in text)))


def _words(text: str) -> frozenset[str]:
    """Words in small letters, those that run together parted ("TokenExpired"); numbers and lone letters left out."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(word for word in re.findall(r"[^\W\d_]+", parted.lower()) if len(word) > 1)
