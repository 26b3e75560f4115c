"""What the type column of a CSV file may say."""

from dataclasses import dataclass

from dashboard.domain.intake.csv_columns import plain_heading
from dashboard.domain.intake.readers.refused import Refused
from dashboard.vocabulary.records import Direction


@dataclass(frozen=True)
class StatedType:
    """`direction` is None where the word fits both sides."""

    code: str
    is_credit: bool
    direction: Direction | None


_SALE = StatedType("380", False, Direction.SALE)
_PURCHASE = StatedType("380", False, Direction.PURCHASE)
_SALE_CREDIT = StatedType("381", True, Direction.SALE)
_PURCHASE_CREDIT = StatedType("381", True, Direction.PURCHASE)
_WORDS = {
    "": StatedType("380", False, None),
    "380": StatedType("380", False, None),
    "381": StatedType("381", True, None),
    "invoice": _SALE,
    "sales invoice": _SALE,
    "bill": _PURCHASE,
    "purchase invoice": _PURCHASE,
    "supplier invoice": _PURCHASE,
    "vendor bill": _PURCHASE,
    "credit note": _SALE_CREDIT,
    "sales credit note": _SALE_CREDIT,
    "supplier credit note": _PURCHASE_CREDIT,
    "purchase credit note": _PURCHASE_CREDIT,
    "bill credit": _PURCHASE_CREDIT,
    "vendor credit": _PURCHASE_CREDIT,
}
_TYPES = {plain_heading(words): stated for words, stated in _WORDS.items()}


def stated_type(text: str) -> StatedType:
    found = _TYPES.get(plain_heading(text))
    if found is None:
        raise Refused(f"“{text[:60]}” is not a type.", "Write invoice, bill, credit note or supplier credit note.")
    return found
