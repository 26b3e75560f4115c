"""Postings as they are kept with an attempt: JSON, and back exactly as they were sent."""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.vocabulary.postings import DocumentPosting, PostAs, PostingLine
from dashboard.vocabulary.records import RecordKind


def stored(posting: DocumentPosting) -> dict[str, Any]:
    """The posting as JSON: dates ISO, decimals as text."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(posting), default=str))
    return plain


def restored(posting: dict[str, Any]) -> DocumentPosting:
    """The posting exactly as it was sent."""
    lines = tuple(
        PostingLine(
            description=line["description"],
            quantity=Decimal(line["quantity"]),
            unit_amount=Decimal(line["unit_amount"]),
            net=Decimal(line["net"]),
            tax=Decimal(line["tax"]),
            account_code=line["account_code"],
            tax_code=line["tax_code"],
            item_code=line.get("item_code", ""),
        )
        for line in posting["lines"]
    )
    return DocumentPosting(
        **{
            **posting,
            "kind": RecordKind(posting["kind"]),
            "date": date.fromisoformat(posting["date"]),
            "due_date": date.fromisoformat(posting["due_date"]) if posting["due_date"] else None,
            "lines": lines,
            "net": Decimal(posting["net"]),
            "tax": Decimal(posting["tax"]),
            "total": Decimal(posting["total"]),
            "post_as": PostAs(posting["post_as"]),
        }
    )
