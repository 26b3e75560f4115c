"""What a record is: its kind, its approval and payment states, and where it came from."""

from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    SALE = "sale"
    PURCHASE = "purchase"


class RecordKind(StrEnum):
    """The ledger's own words; a credit note exists on either side."""

    INVOICE = "invoice"
    BILL = "bill"
    CREDIT_NOTE = "credit-note"
    BILL_CREDIT = "bill-credit"

    @property
    def label(self) -> str:
        return {
            "invoice": "Invoice",
            "bill": "Bill",
            "credit-note": "Credit Note",
            "bill-credit": "Supplier Credit Note",
        }[self.value]

    @property
    def direction(self) -> Direction:
        return Direction.SALE if self in (RecordKind.INVOICE, RecordKind.CREDIT_NOTE) else Direction.PURCHASE

    @property
    def is_credit(self) -> bool:
        return self in (RecordKind.CREDIT_NOTE, RecordKind.BILL_CREDIT)


class Approval(StrEnum):
    AWAITING = "awaiting"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        return {"awaiting": "Awaiting approval", "approved": "Approved"}[self.value]


class Payment(StrEnum):
    UNPAID = "unpaid"
    PART_PAID = "part-paid"
    PAID = "paid"

    @property
    def label(self) -> str:
        return {"unpaid": "Unpaid", "part-paid": "Part paid", "paid": "Paid"}[self.value]

    @classmethod
    def stated(cls, total: Decimal, prepaid: Decimal) -> "Payment":
        """What a document says of itself, neither amount negative. One of nothing awaits no payment."""
        if prepaid >= total:
            return cls.PAID
        return cls.PART_PAID if prepaid > 0 else cls.UNPAID

    def at_least(self, other: "Payment") -> "Payment":
        """The one by which more is paid."""
        return max(self, other, key=list(Payment).index)


class Source(StrEnum):
    """Where a record came from; the code a file reader answers to."""

    UBL = "ubl"
    CII = "cii"
    FACTUR_X = "factur-x"
    FATTURAPA = "fatturapa"
    CSV = "csv"

    @property
    def label(self) -> str:
        return {
            "ubl": "UBL",
            "cii": "CII",
            "factur-x": "PDF with XML (Factur-X, ZUGFeRD)",
            "fatturapa": "FatturaPA",
            "csv": "CSV",
        }[self.value]


class Trigger(StrEnum):
    """Who asked for an export: a manual one is tried once and never again by the machine."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
