"""Records: one business document each, its lines and its tax subtotals."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, case, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.db import Amount, Base, ExactDecimal, Id, UTCDateTime, closed_set
from dashboard.vocabulary.records import Approval, Payment, RecordKind, Source


def _some(name: str, condition: str) -> Index:
    """An index of the few records that meet the condition, for lists that are asked for with every refresh."""
    return Index(name, "tenant_id", "approval", "id", sqlite_where=text(condition), postgresql_where=text(condition))


class Record(Base):
    """Amounts are in `currency` and positive also for credits: the kind says which way they go.

    `contact_key` is under which value the contact is mapped; `seller_key` and `normalised_number` tell the same bill
    taken in twice. `duplicate_of_id` with `is_possible_duplicate` keeps a record from being sent until decided;
    `kept_apart` are the ids of those beside which a person said that it is a document of its own.
    `has_export` tells whether it was ever handed to a connection.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index(
            "ix_record_same_bill",
            "tenant_id",
            "normalised_number",
            "issue_date",
            "kind",
        ),
        Index("ix_record_list", "tenant_id", "approval", "id"),
        Index("ix_record_number", "tenant_id", "number"),
        _some("ix_record_not_sent", "NOT has_export AND archived_at IS NULL"),
        _some("ix_record_possible_duplicate", "is_possible_duplicate AND archived_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    kind: Mapped[RecordKind] = mapped_column(closed_set(RecordKind))
    source: Mapped[Source] = mapped_column(closed_set(Source))
    number: Mapped[str] = mapped_column(String(255))
    normalised_number: Mapped[str] = mapped_column(String(255))
    type_code: Mapped[str] = mapped_column(String(10))
    fingerprint: Mapped[str] = mapped_column(String(64))
    issue_date: Mapped[date]
    due_date: Mapped[date | None]
    contact_key: Mapped[str] = mapped_column(String(300))
    contact_name: Mapped[str] = mapped_column(String(255))
    contact_tax_id: Mapped[str] = mapped_column(String(64), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_street: Mapped[str] = mapped_column(String(255), default="")
    contact_city: Mapped[str] = mapped_column(String(255), default="")
    contact_postcode: Mapped[str] = mapped_column(String(50), default="")
    contact_country: Mapped[str] = mapped_column(String(2), default="")
    seller_key: Mapped[str] = mapped_column(String(300))
    tax_country: Mapped[str] = mapped_column(String(2), default="")
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
    rounding: Mapped[Decimal] = mapped_column(Amount)
    total: Mapped[Decimal] = mapped_column(Amount)
    prepaid: Mapped[Decimal] = mapped_column(Amount)
    order_reference: Mapped[str] = mapped_column(String(255), default="")
    original_number: Mapped[str] = mapped_column(String(255), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    approval: Mapped[Approval] = mapped_column(closed_set(Approval), default=Approval.AWAITING)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    payment: Mapped[Payment] = mapped_column(closed_set(Payment), default=Payment.UNPAID)
    has_export: Mapped[bool] = mapped_column(default=False)
    is_possible_duplicate: Mapped[bool] = mapped_column(default=False)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    kept_apart: Mapped[list[int]] = mapped_column(JSON, default=list)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    lines: Mapped[list["RecordLine"]] = relationship(order_by="RecordLine.position", cascade="all, delete-orphan")
    taxes: Mapped[list["RecordTax"]] = relationship(order_by="RecordTax.id", cascade="all, delete-orphan")

    @classmethod
    def signed_total(cls) -> ColumnElement[Any]:
        """The total as a sum of several takes it: a credit counts against the others."""
        return case((cls.kind.in_([kind for kind in RecordKind if kind.is_credit]), -cls.total), else_=cls.total)


class RecordLine(Base):
    __tablename__ = "record_line"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    position: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(String(100), default="")
    unit: Mapped[str] = mapped_column(String(20), default="")
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit_price: Mapped[Decimal] = mapped_column(ExactDecimal)
    net: Mapped[Decimal] = mapped_column(Amount)
    category: Mapped[str] = mapped_column(String(5))
    tax_rate: Mapped[Decimal] = mapped_column(ExactDecimal)
    account: Mapped[str] = mapped_column(String(255), default="")
    is_charge: Mapped[bool] = mapped_column(default=False)


class RecordTax(Base):
    __tablename__ = "record_tax"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    category: Mapped[str] = mapped_column(String(5))
    rate: Mapped[Decimal] = mapped_column(ExactDecimal)
    taxable: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
