"""Blotting out of words what looks like a secret, or is known to be one. Whose words they are is not decided here."""

import re
from collections.abc import Iterable

BLOT = "[secret]"
_SHORTEST_KNOWN = 8

_BETWEEN = r"[\W_]{0,3}"
_NAMES = "|".join(
    part.replace("-", _BETWEEN)
    for part in (
        "token",
        "secret",
        "(?:secret|api|private|access|auth|subscription|signing)-keys?",
        "pass-(?:word|phrase|wd|code)",
        "pwd",
        "credentials?",
        "session-id",
        "code-verifier",
        "authori[sz]ation-code",
        "client-assertion",
    )
)
_OPENS = r"""(?:[\s"'\\\[\](){}]|&(?:quot|\#3[49]);|%(?:2[027]|5C)|u00(?:22|27)){0,12}"""
_SAYS = rf"""{_OPENS}(?:=>|[:=]|>(?!\s)|%3[AD]|(?<=["']),){_OPENS}"""
_QUOTED = r"""(?<=")[^"\\\r\n]+|(?<=')[^'\\\r\n]+"""
_WORD = r"""(?:[^\s"',;&<>\\]|,(?=\S))+"""
_SECRETS = (
    # A scheme and what is no word of a sentence.
    (re.compile(r"\b((?i:Bearer|Basic)\s+)(?=\S*\d|\S*[~+/=_]|\S+[A-Z])[\w.~+/=-]{8,}"), rf"\1{BLOT}"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*"), BLOT),
    # The whole line of a header that may hold several.
    (re.compile(rf"""((?:authori[sz]ation|cookie){_SAYS})(?!\[)[^"'\\\r\n<>]+""", re.IGNORECASE), rf"\1{BLOT}"),
    (re.compile(rf"((?:{_NAMES}){_SAYS})(?!\[secret)(?:{_QUOTED}|{_WORD})", re.IGNORECASE), rf"\1{BLOT}"),
    (re.compile(r"""([?&](?:code|state|sig|signature|key)=)[^\s&"'<>]+""", re.IGNORECASE), rf"\1{BLOT}"),
    (re.compile(r"""(//)[^\s/@"'<>]+(?=@[\w.-])"""), rf"\1{BLOT}"),
    (
        re.compile(
            r"""((?:^|[\s"'(=,])(?!(?:mailto|e-?mail|mail|to|from|cc|contact):)[\w.+%~-]{1,100}:)"""
            r"""[^\s/@"'<>]+(?=@[\w-])""",
            re.IGNORECASE,
        ),
        rf"\1{BLOT}",
    ),
)
"""Tokens by their form, values by their name however it is written and quoted, what stands before a host."""


def without_secrets(words: str, known: Iterable[str] = ()) -> str:
    """The words with everything blotted out that looks like a secret, and each of the known ones wherever it stands."""
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_KNOWN:
            words = words.replace(secret, BLOT)
    for pattern, instead in _SECRETS:
        words = pattern.sub(instead, words)
    return words
