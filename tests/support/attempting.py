"""Real attempts without a ledger: exports are checked, taken and answered by the verbs that the runner uses, so that
postings, exchanges and findings stand where pages look for them."""

from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import attempts, checking, leases, lifecycle, lookups, mappings, outcomes, preflight, references
from dashboard.domain.attempts import Ready
from dashboard.models import Attempt, Connection, Export, Record
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Accepted,
    Exchange,
    Fault,
    Finding,
    LedgerObject,
    LedgerState,
    Outcome,
    Refused,
    Unknown,
)
from dashboard.vocabulary.providers import FACTS, Provider
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

TIMING = FACTS[Provider.XERO].timing
NUMBER_EXISTS = Fault(ErrorCode.NUMBER_EXISTS, "T-00001", "Invoice # must be unique.")
PERIOD_CLOSED = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "The document date cannot be before the period lock date")
LEDGER_ID = "5f4dcc3b-aaaa-4aaa-8aaa-000000000077"
ADDRESS = f"https://go.xero.com/app/invoicing/view/{LEDGER_ID}"


def take(world: World, export: Export) -> int:
    """Check the export and turn it to Sending, as the runner does before it sends; the attempt's id."""
    session = world.session
    session.rollback()
    with writing(session):
        lease = leases.take(session, f"runner-{export.id}", 60, world.now())
        assert lease is not None
        assert lease.connection_id == export.connection_id
        connection = session.get_one(Connection, export.connection_id, populate_existing=True)
        fresh = session.get_one(Export, export.id, populate_existing=True)
        record = session.get_one(Record, export.record_id)
        mapped, ledger = mappings.load(session, connection.id), references.ledger(session, connection.id)
        checked = preflight.check(record, fresh, connection, mapped, ledger, f"http://localhost:5000/r/{fresh.key}")
        assert checked.posting is not None, checked.faults
        (attempt,) = attempts.begin(session, lease, [Ready(fresh, checked.posting, checked.versions)], world.now())
        leases.release(session, lease)
    return attempt.id


def answer(world: World, attempt_id: int, outcome: Outcome) -> None:
    with writing(world.session) as session:
        outcomes.end(session, attempt_id, outcome, world.now(), TIMING)


def refuse(world: World, export: Export, *faults: Fault, found: Finding | None = None) -> None:
    """The ledger says no; `found` is what then stood under the number."""
    answer(world, take(world, export), Refused(faults or (NUMBER_EXISTS,), exchange(400, "Invoice # must be unique.")))
    if found is not None:
        with writing(world.session) as session:
            told = checking.told(found)
            session.execute(update(Export).where(Export.id == export.id).values(found=told))


def fail_check(world: World, export: Export, *faults: Fault) -> None:
    """It is not even sent: the check before sending names what would be refused."""
    session = world.session
    session.rollback()
    with writing(session):
        fresh = session.get_one(Export, export.id, populate_existing=True)
        lifecycle.move(session, fresh, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults or (PERIOD_CLOSED,))


def accept(world: World, export: Export, state: LedgerState = LedgerState.APPROVED) -> None:
    answer(world, take(world, export), Accepted(LEDGER_ID, state, exchange(200, LEDGER_ID), ADDRESS))


def fall_silent(world: World, export: Export) -> int:
    """The ledger does not answer: the export is Checking."""
    attempt_id = take(world, export)
    answer(world, attempt_id, Unknown("No answer within 75 seconds", exchange(None, "")))
    return attempt_id


def answer_look(world: World, export: Export, finding: Finding) -> None:
    """Answer the open question what the ledger holds, as the connection's holder does."""
    session = world.session
    session.rollback()
    lookup = lookups.newest(session, export.connection_id, LookupKind.FIND, ("export", export.id))
    assert lookup is not None
    told = checking.told(finding)
    found = type(finding).__name__.lower()
    with writing(session):
        assert lookups.begin(session, lookup)
        session.execute(update(Export).where(Export.id == export.id).values(found=told))
        lookups.answer(session, lookup, {"found": found, **(told or {"objects": [], "differences": []})}, world.now())


def held(world: World, export: Export, **otherwise: object) -> LedgerObject:
    """The ledger's document that agrees with what the export's newest attempt sent, but for `otherwise`."""
    posting = world.session.scalars(
        select(Attempt.posting).where(Attempt.export_id == export.id).order_by(Attempt.id.desc())
    ).first()
    assert posting is not None
    record = world.session.get_one(Record, export.record_id)
    agreeing: dict[str, object] = {
        "ledger_id": LEDGER_ID,
        "key": export.key,
        "kind": RecordKind(posting["kind"]),
        "number": posting["number"],
        "contact_id": posting["contact_id"],
        "contact_name": record.contact_name,
        "date": record.issue_date,
        "currency": record.currency,
        "tax": record.tax,
        "total": record.total,
        "state": LedgerState.APPROVED,
        "url": ADDRESS,
    }
    return LedgerObject(**{**agreeing, **otherwise})  # type: ignore[arg-type]


def exchange(status: int | None, response: str) -> Exchange:
    return Exchange(
        "PUT",
        "https://api.xero.com/api.xro/2.0/Invoices",
        '{"Invoices": [{"Type": "ACCREC"}]}',
        status,
        response,
        "req-1",
    )
