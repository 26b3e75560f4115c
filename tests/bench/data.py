"""Many rows, made the quick way: as the product would have left them, without going through its verbs."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import counts
from dashboard.domain.counts import CountKey
from dashboard.models import Connection, Export, Record, RecordLine, RecordTax
from dashboard.vocabulary.records import Approval, RecordKind, Source, Trigger
from dashboard.vocabulary.statuses import Status

_CHUNK = 5_000


def exports(
    session: Session,
    connection: Connection,
    how_many: int,
    status: Status,
    now: datetime,
    *,
    prefix: str = "",
    **columns: Any,
) -> None:
    """So many approved invoices with a line each, and their exports in that status; `columns` are the exports' own."""
    for start in range(0, how_many, _CHUNK):
        with writing(session):
            numbers = [f"B-{prefix}{n:07d}" for n in range(start, min(start + _CHUNK, how_many))]
            session.execute(insert(Record), [_record(connection.tenant_id, number, now) for number in numbers])
            ids = session.execute(
                select(Record.id, Record.number).where(
                    Record.tenant_id == connection.tenant_id, Record.number >= numbers[0], Record.number <= numbers[-1]
                )
            ).all()
            session.execute(insert(RecordLine), [_line(record_id) for record_id, _ in ids])
            session.execute(insert(RecordTax), [_tax(record_id) for record_id, _ in ids])
            session.execute(insert(Export), list(_exports(ids, connection, status, now, columns)))
            key = CountKey(connection.tenant_id, connection.id, RecordKind.INVOICE, status)
            counts.shift(session, [(key, len(ids))])


def _record(tenant_id: int, number: str, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "kind": RecordKind.INVOICE,
        "source": Source.CSV,
        "number": number,
        "normalised_number": number.lower(),
        "type_code": "380",
        "fingerprint": secrets.token_hex(32),
        "issue_date": date(2026, 11, 2),
        "due_date": date(2026, 12, 2),
        "contact_key": "tax:NO987654321MVA",
        "contact_name": "Fjord Kaffe AS",
        "contact_tax_id": "NO987654321MVA",
        "seller_key": "tax:SE556677889901",
        "tax_country": "SE",
        "currency": "SEK",
        "net": Decimal(100),
        "tax": Decimal(25),
        "rounding": Decimal(0),
        "total": Decimal(125),
        "prepaid": Decimal(0),
        "approval": Approval.APPROVED,
        "has_export": True,
        "created_at": now,
    }


def _line(record_id: int) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "position": 1,
        "description": "Coffee, ground, 500 g",
        "quantity": Decimal(1),
        "unit_price": Decimal(100),
        "net": Decimal(100),
        "category": "S",
        "tax_rate": Decimal(25),
    }


def _tax(record_id: int) -> dict[str, Any]:
    return {"record_id": record_id, "category": "S", "rate": Decimal(25), "taxable": Decimal(100), "tax": Decimal(25)}


def _exports(
    ids: Any, connection: Connection, status: Status, now: datetime, columns: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for record_id, _ in ids:
        yield {
            "tenant_id": connection.tenant_id,
            "connection_id": connection.id,
            "record_id": record_id,
            "kind": RecordKind.INVOICE,
            "status": status,
            "status_since": now,
            "trigger": Trigger.AUTOMATIC,
            "key": secrets.token_urlsafe(18),
            "created_at": now,
            **columns,
        }
