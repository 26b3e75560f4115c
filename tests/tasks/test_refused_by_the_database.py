"""What the database refuses costs no more than what it refused; what another transaction came in the way of goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from sqlite3 import connect

import httpx2
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from dashboard.db import db, writing
from dashboard.domain import references
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.references import ReferenceKind
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.support.refusing import WORDS, allow, refuse
from tests.tasks.scene import Scene


@pytest.mark.parametrize("sqlstate", ["P0001", "23505"])
def test_an_answer_that_cannot_be_stored_takes_no_other_with_it(scene: Scene, sqlstate: str) -> None:
    exports = scene.approve(3)
    refuse(scene.session, "UPDATE", "export", f"NEW.id = {exports[1].id} AND NEW.status = 'synced'", sqlstate=sqlstate)

    with pytest.raises(DBAPIError, match=WORDS):
        drain.run(scene.office)

    assert scene.statuses() == [Status.SYNCED, Status.SENDING, Status.SYNCED]
    allow(scene.session, "export")
    scene.later(minutes=6)
    scene.settle()
    assert scene.statuses() == [Status.SYNCED] * 3
    assert scene.states(exports[1]) == [AttemptState.UNANSWERED]
    assert len(scene.books.document_writes()) == 1


def test_any_other_fault_of_the_database_lets_the_connection_rest(scene: Scene) -> None:
    (export,) = scene.approve(1)
    refuse(scene.session, "INSERT", "attempt", "NEW.export_id > 0")

    with pytest.raises(DBAPIError, match=WORDS):
        drain.run(scene.office)

    assert scene.seen(export).status is Status.PENDING
    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "an error of tieout's own; it is tried again"
    allow(scene.session, "attempt")


@pytest.mark.postgres
@pytest.mark.parametrize("each_database", ["postgres"], indirect=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_slice_that_was_the_victim_of_a_deadlock_is_begun_anew_at_once(scene: Scene, sqlstate: str) -> None:
    (export,) = scene.approve(1)
    with writing(scene.session) as session:
        session.execute(text("CREATE SEQUENCE refusals"))
    # A sequence is not undone with its transaction, so only the first one is refused.
    refuse(scene.session, "INSERT", "attempt", "nextval('refusals') = 1", sqlstate=sqlstate)

    drain.run(scene.office)

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.document_writes()) == 1


class Locking(httpx2.BaseTransport):
    """Somebody else writes to the SQLite file from the first call on, for as long as `let_go` is not called."""

    def __init__(self, path: Path) -> None:
        self._wire = httpx2.HTTPTransport()
        self._other = connect(path, isolation_level=None, check_same_thread=False)
        self.refusals = 0
        self._is_used = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._wire.handle_request(request)
        if not self._is_used:
            self._is_used = True
            self._other.execute("BEGIN IMMEDIATE")
        return response

    def let_go(self, context: object) -> None:
        self.refusals += 1
        self._other.rollback()

    def close(self) -> None:
        self._wire.close()
        self._other.close()


@pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
def test_a_slice_that_found_the_database_locked_is_begun_anew_at_once(
    scene: Scene, database_url: str, office_over: Callable[[Transport], Office]
) -> None:
    scene.later(hours=7)
    (export,) = scene.approve(1)
    scene.session.rollback()
    transport = Locking(Path(database_url.removeprefix("sqlite:///")))
    with scene.world.app.app_context():
        engine = db.engine
    engine.dispose()
    event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA busy_timeout=0"))
    event.listen(engine, "handle_error", transport.let_go)

    drain.run(office_over(transport))

    assert scene.seen(export).status is Status.SYNCED
    assert transport.refusals == 1


LONG = "A" * 1000


class Talkative(httpx2.BaseTransport):
    """A ledger that says everything at greater length than anybody expects, and refuses documents."""

    def __init__(self) -> None:
        self._wire = httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._wire.handle_request(request)
        response.read()
        name = request.url.path.rpartition("/")[2]
        told = json.loads(response.content)
        if name == "Invoices":
            message = f"Account code '{LONG}' is not a valid code for this document."
            told = {
                "Type": "ValidationException",
                "Message": LONG,
                "Elements": [{"ValidationErrors": [{"Message": message}]}],
            }
            return httpx2.Response(400, headers={"xero-correlation-id": LONG}, json=told)
        if name == "Accounts":
            like = told["Accounts"][0]
            told["Accounts"] += [{**like, "AccountID": LONG}, {**like, "AccountID": "long", "Code": LONG, "Name": LONG}]
        if name == "Contacts":
            told["Contacts"] = [{**each, "AccountNumber": LONG} for each in told["Contacts"]]
        if name == "Organisation":
            told["Organisations"][0] |= {"ShortCode": LONG, "Name": LONG}
        return httpx2.Response(response.status_code, json=told)

    def close(self) -> None:
        self._wire.close()


def test_what_a_ledger_says_at_too_great_length_is_kept_as_far_as_there_is_room(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    scene.later(hours=7)
    (export,) = scene.approve(1)

    drain.run(office_over(Talkative()))

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.ACCOUNT_UNKNOWN)
    assert export.error_subject == LONG[:255]
    assert LONG in export.error_words
    assert [attempt.request_id for attempt in scene.attempts(export)] == [LONG[:100]]
    ledger = references.ledger(scene.session, scene.connection.id)
    scene.session.refresh(scene.connection)
    assert (scene.connection.short_code, scene.connection.company_name) == ("", LONG[:200])
    read = references.items(scene.session, scene.connection.id, ReferenceKind.ACCOUNT)
    assert [(each.external_id, each.code, each.name) for each in read if LONG[:9] in each.name] == [
        ("long", "", LONG[:300])
    ], "a code that is too long becomes nobody else's"
    assert all(len(each.external_id) <= 100 for each in read)
    assert scene.contact_id() in ledger.contacts
