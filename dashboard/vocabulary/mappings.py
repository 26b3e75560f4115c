"""Mappings: which ledger object a value of the source becomes. Kinds and the keys under which values are mapped."""

from decimal import Decimal
from enum import StrEnum

from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind

LONGEST_VALUE = 300
"""Of the source, in characters, as a mapping keeps it."""


class MappingKind(StrEnum):
    ACCOUNT = "account"
    TAX = "tax"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        return {"account": "Accounts", "tax": "Taxes", "contact": "Contacts"}[self.value]

    @property
    def reference_kind(self) -> ReferenceKind:
        return {
            MappingKind.ACCOUNT: ReferenceKind.ACCOUNT,
            MappingKind.TAX: ReferenceKind.TAX_RATE,
            MappingKind.CONTACT: ReferenceKind.CONTACT,
        }[self]


DEFAULT_SALES_ACCOUNT = "default:sale"
DEFAULT_PURCHASE_ACCOUNT = "default:purchase"
ROUNDING_ACCOUNT = "default:rounding"
DEFAULT_ACCOUNTS = {
    DEFAULT_SALES_ACCOUNT: "Sales without an account of their own",
    DEFAULT_PURCHASE_ACCOUNT: "Purchases without an account of their own",
    ROUNDING_ACCOUNT: "Rounding differences",
}


def default_account(direction: Direction) -> str:
    return DEFAULT_SALES_ACCOUNT if direction is Direction.SALE else DEFAULT_PURCHASE_ACCOUNT


def tax_key(direction: Direction, category: str, rate: Decimal, country: str) -> str:
    """`sale:S:25:SE`: 0 % is six different things, so category and country belong to the key."""
    return f"{direction.value}:{category}:{rate.normalize():f}:{country or '-'}"


def is_mappable(kind: MappingKind, value: str) -> bool:
    """Whether a value has the shape that values of this kind have; it may still be one that no record ever had."""
    if not value or len(value) > LONGEST_VALUE or "\0" in value:
        return False
    if kind is MappingKind.TAX:
        direction, *rest = value.split(":")
        return direction in set(Direction) and len(rest) == 3 and all(rest)
    return True if kind is MappingKind.ACCOUNT else bool(value.partition(":")[2])


def side_of(kind: MappingKind, value: str) -> Direction | None:
    """Sales or purchases, where the value stands on one side alone; `value` is mappable."""
    if kind is MappingKind.TAX:
        return Direction(value.partition(":")[0])
    sides = {DEFAULT_SALES_ACCOUNT: Direction.SALE, DEFAULT_PURCHASE_ACCOUNT: Direction.PURCHASE}
    return sides.get(value) if kind is MappingKind.ACCOUNT else None


def is_usable(kind: MappingKind, value: str, item: ReferenceItem) -> bool:
    """Whether the ledger lets the object stand where the value stands: sales and purchases have their own accounts."""
    if kind is MappingKind.CONTACT:
        return item.is_active
    side = side_of(kind, value)
    for_sales = item.for_sales and side is not Direction.PURCHASE
    for_purchases = item.for_purchases and side is not Direction.SALE
    return item.is_active and (for_sales or for_purchases)


def tax_label(key: str) -> str:
    """`sale:S:25:SE` → "Sale, standard rate 25 % (SE)"."""
    direction, category, rate, country = key.split(":")
    place = f" ({country})" if country != "-" else ""
    return f"{direction.title()}, {TAX_CATEGORIES.get(category, 'category ' + category)} {rate} %{place}"


TAX_CATEGORIES = {
    "S": "standard rate",
    "Z": "zero rated",
    "E": "exempt",
    "AE": "reverse charge",
    "K": "intra-community supply",
    "G": "export outside the EU",
    "O": "outside the scope of tax",
    "L": "Canary Islands IGIC",
    "M": "Ceuta and Melilla IPSI",
    "B": "split payment",
    "NS": "tax not broken down",
}
"""UNCL 5305 duty or tax or fee category codes, as EN 16931 uses them; NS stands for a document that states none."""
