"""A record with the number of another, dated a little apart, leads to it and waits for nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from dashboard.db import writing
from dashboard.models import Record
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("bill", "Bill T-00001 of 2026-11-02</a> by the same supplier exists"),
        ("invoice", "Invoice T-00001 of 2026-11-02</a> of yours exists"),
    ],
)
def test_the_page_leads_to_the_other_record(world: World, visit: Visit, kind: str, said: str) -> None:
    connection = world.connect_xero()
    (earlier,) = world.records(1, kind=kind)
    (later,) = world.records(1, kind=kind, issued_on=date(2026, 11, 3))
    with writing(world.session) as session:
        same = {"number": earlier.number, "normalised_number": earlier.normalised_number}
        session.execute(update(Record).where(Record.id == later.id).values(**same))
    bo = visit("bo")

    page = bo.get(f"/records/{later.id}").text

    assert said in page
    assert f'href="/records/{earlier.id}"' in page
    bo.post("/records/approvals", {"ids": str(later.id), "back": str(later.id)})
    assert f"queued for {connection.provider.label}" in bo.get(f"/records/{later.id}").text
