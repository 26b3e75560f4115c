"""Turning 100,000 failed exports to Pending, with job, items and audit entries, against a loop over entities."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import counts, lifecycle, resync, resync_sets
from dashboard.domain.export_filters import Filters
from dashboard.domain.resync_choices import Matching
from dashboard.models import AuditEntry, Connection, Export, Record, Resync, ResyncItem, StatusCount
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status
from tests.bench import data
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import once
from tests.support.world import World

MANY = 100_000
SAMPLE = 2_000
BAR = 2.0

FAILURE = {
    "error_code": "account-not-mapped",
    "error_subject": "4010",
    "error_words": "Account 4010 is not mapped to an account in Xero",
    "faults": [
        {"code": "account-not-mapped", "subject": "4010", "words": "Account 4010 is not mapped", "source_value": ""}
    ],
}


def measure(stages: Stages, kind: str) -> list[Figure]:
    with stages.world(kind) as world:
        connection = world.connect_xero()
        now = world.now()
        data.exports(world.session, connection, MANY + SAMPLE, Status.FAILED, now, failed_at=now, **FAILURE)
        looped = once(lambda: loop(world, connection)) * MANY / SAMPLE
        seconds = set_at_once(world, connection)
        tiles = counts.by_status(world.session, world.nordlys.id)
        assert tiles[Status.PENDING] + tiles[Status.SYNCED] == MANY + SAMPLE
        assert 0 < tiles[Status.SYNCED] <= 25, "what goes first"
        assert counts.differences(world.session) == []
    return [
        Figure("Queueing 100,000 failed exports", kind, f"{seconds:.2f} s", f"≤ {BAR:g} s", seconds <= BAR),
        Figure(
            "… against a loop over entities (2,000, scaled)", kind, f"{looped:.1f} s: {looped / seconds:.0f}× as long"
        ),
    ]


def set_at_once(world: World, connection: Connection) -> float:
    """Seconds for the press, the confirmation and every wave; what sending the first wave takes is not counted."""
    session, bo, made = world.session, world.actor("bo"), list[Resync]()

    def press() -> None:
        choice = Matching((connection,), Filters())
        with writing(session):
            made.extend(resync_sets.freeze(session, world.nordlys.id, choice, "a press", bo, world.now()))

    def confirm() -> None:
        with writing(session):
            resync.confirm(session, made[0], "", bo, world.now())

    def go_on() -> None:
        with writing(session):
            resync.advance(session, made[0], world.now())

    spent = once(press) + once(confirm)
    bring_in(session, made[0], world.now())
    while session.scalar(select(ResyncItem.export_id).where(ResyncItem.waiting(made[0])).limit(1)):
        spent += once(go_on)
    return spent


def bring_in(session: Session, made: Resync, now: datetime) -> None:
    """What went first arrives in the ledger."""
    with writing(session):
        for export in session.scalars(select(Export).where(Export.resync_id == made.id, Export.status == "pending")):
            lifecycle.move(session, export, Status.SENDING, Cause.TAKEN, now)
            lifecycle.move(session, export, Status.SYNCED, Cause.ACCEPTED, now)


def loop(world: World, connection: Connection) -> None:
    """The same for a few, the way it is written without thinking: a row at a time."""
    session, actor, now = world.session, world.actor("bo"), world.now()
    with writing(session):
        made = Resync(
            tenant_id=connection.tenant_id,
            connection_id=connection.id,
            form_token="a loop",
            created_by_id=actor.id,
            created_at=now,
        )
        session.add(made)
        session.flush()
        failed = session.scalars(select(Export).where(Export.status == Status.FAILED).order_by(Export.id).limit(SAMPLE))
        for position, export in enumerate(failed.all()):
            record = session.get_one(Record, export.record_id)
            session.add(
                ResyncItem(
                    resync_id=made.id,
                    export_id=export.id,
                    position=position,
                    cause=f"{export.error_code}|{export.error_subject}",
                    failed_at=export.failed_at,
                )
            )
            export.status, export.status_since, export.trigger = Status.PENDING, now, Trigger.MANUAL
            for status, change in ((Status.FAILED, -1), (Status.PENDING, 1)):
                key = (connection.tenant_id, connection.id, export.kind, status)
                count = session.get(StatusCount, key) or StatusCount(
                    tenant_id=key[0], connection_id=key[1], kind=key[2], status=status, n=0
                )
                session.add(count)
                count.n += change
            session.add(
                AuditEntry(
                    tenant_id=export.tenant_id,
                    at=now,
                    kind=EntryKind.ACT,
                    act=Act.EXPORT_QUEUED,
                    actor_id=actor.id,
                    actor=actor.name,
                    entity_type=export.kind,
                    record_id=export.record_id,
                    export_id=export.id,
                    connection_id=export.connection_id,
                    reference=record.number,
                    status=export.status,
                    words=f"Resync {made.id}",
                    details={"cause": "resync"},
                )
            )
            session.flush()
