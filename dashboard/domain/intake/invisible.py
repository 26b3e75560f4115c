"""Characters that show nothing: what is made of them alone is empty to whoever reads it. What else counts as one name
or number is identity's."""

import unicodedata

# Hangul fillers are letters, and the Braille blank a symbol, to Unicode; the joiner and the selectors are marks.
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt (Default_Ignorable_Code_Point)
_SHOWS_NOTHING = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


def is_blank(text: str) -> bool:
    """Whether nothing can be seen of it: spaces, controls, formats, fillers, and marks with no letter to sit on."""
    return all(map(_is_nothing, text))


def without_invisible(text: str) -> str:
    """The text without what shows nothing in the midst of a word; spaces stay."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if sign not in _SHOWS_NOTHING and unicodedata.category(sign) != "Cf")


def _is_nothing(sign: str) -> bool:
    return sign in _SHOWS_NOTHING or unicodedata.category(sign)[0] in "ZCM"
