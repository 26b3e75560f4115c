"""The runner's part played without a ledger: exports are taken and answered by the moves that the runner makes."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import insert, inspect, select

from dashboard.db import writing
from dashboard.domain import counts, lifecycle, mappings, references, resync
from dashboard.models import Connection, Export, Record, Resync
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault, LedgerState
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped to an account in Xero", "4010")

Answer = Callable[[Export], Fault | None]


def take(world: World, export: Export) -> None:
    """The runner begins to send it."""
    world.session.rollback()
    world.session.refresh(export)
    with writing(world.session):
        lifecycle.move(world.session, export, Status.SENDING, Cause.TAKEN, world.now())


def book(world: World, export: Export) -> None:
    """Xero takes it."""
    take(world, export)
    with writing(world.session):
        lifecycle.move(
            world.session,
            export,
            Status.SYNCED,
            Cause.ACCEPTED,
            world.now(),
            ledger_id=f"ledger-{export.id}",
            ledger_url=f"https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID={export.id}",
            ledger_state=LedgerState.APPROVED,
        )


def refuse(world: World, export: Export, fault: Fault = UNMAPPED) -> None:
    """Xero says no."""
    take(world, export)
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.REFUSED, world.now(), faults=[fault])


def failed(world: World, how_many: int, *faults: Fault) -> list[Export]:
    """That many approved invoices whose export failed, for these faults in turn. The organisation is connected."""
    exports = world.approve(world.records(how_many))
    causes = faults or (UNMAPPED,)
    with writing(world.session):
        for at, export in enumerate(exports):
            lifecycle.move(
                world.session,
                export,
                Status.FAILED,
                Cause.PREFLIGHT,
                world.now(),
                faults=[causes[at % len(causes)]],
            )
    return exports


def mend(world: World, connection: Connection) -> None:
    """An admin maps the account that failed exports lack, and all that other records need."""
    world.map_all(connection)
    account = UNMAPPED.source_value
    with writing(world.session):
        ledger = references.ledger(world.session, connection.id)
        mappings.save(
            world.session, connection, MappingKind.ACCOUNT, account, "400", ledger, world.actor("ada"), world.now()
        )


def multiply(world: World, export: Export, how_many: int) -> list[int]:
    """Copies of a failed export and its record (without lines), each with its own number; the ids, its own included.

    Two thousand records taken in and refused one by one would take longer than all that is tested with them.
    """
    record = world.session.get_one(Record, export.record_id)
    numbers = [f"{record.number}-{n:05d}" for n in range(1, how_many)]
    with writing(world.session):
        rows = [{**_columns(record), "number": number, "normalised_number": number} for number in numbers]
        records = world.session.scalars(insert(Record).returning(Record.id, sort_by_parameter_order=True), rows).all()
        copies = [{**_columns(export), "record_id": each, "key": f"copy-{each}"} for each in records]
        ids = world.session.scalars(insert(Export).returning(Export.id, sort_by_parameter_order=True), copies).all()
        for key, _, _ in counts.differences(world.session):
            counts.mend(world.session, key)
    return [export.id, *ids]


def _columns(row: Record | Export) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs if column.key != "id"}


def answer_all(world: World, connection: Connection, answer: Answer, limit: int | None = None) -> int:
    """Take the pending exports of the connection in order and answer each; returns how many there were."""
    world.session.rollback()
    query = (
        select(Export)
        .where(Export.connection_id == connection.id, Export.status == Status.PENDING)
        .order_by(Export.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    taken = list(world.session.scalars(query))
    with writing(world.session):
        for export in taken:
            fault = answer(export)
            lifecycle.move(world.session, export, Status.SENDING, Cause.TAKEN, world.now())
            if fault is None:
                booked = f"l-{export.id}"
                lifecycle.move(world.session, export, Status.SYNCED, Cause.ACCEPTED, world.now(), ledger_id=booked)
            else:
                lifecycle.move(world.session, export, Status.FAILED, Cause.REFUSED, world.now(), faults=[fault])
    return len(taken)


def tick(world: World) -> None:
    """The task that takes every resync its next step further, as it runs every two seconds."""
    world.session.rollback()
    for each in resync.open_ones(world.session):
        with writing(world.session):
            resync.advance(world.session, each, world.now())


def run_out(world: World, connection: Connection, answer: Answer) -> int:
    """Answer and tick until no resync is open; returns how many exports were tried."""
    tried = 0
    world.session.rollback()
    while resync.open_ones(world.session):
        tried += answer_all(world, connection, answer)
        tick(world)
    return tried


def again(world: World, resync_id: int) -> Resync:
    """The resync as it is stored now."""
    world.session.rollback()
    return world.session.get_one(Resync, resync_id, populate_existing=True)


def statuses(world: World, exports: Iterable[Export | int]) -> list[Status]:
    """What each export is now, in the order given; exports may be ids."""
    world.session.rollback()
    ids = [each if isinstance(each, int) else each.id for each in exports]
    found = dict(world.session.execute(select(Export.id, Export.status).where(Export.id.in_(ids))).all())
    return [found[each] for each in ids]
