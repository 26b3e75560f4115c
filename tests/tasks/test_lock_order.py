"""Whoever holds a record and its exports took the record first: a page and the runner never wait for each other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import still_send
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.records import Payment
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.tasks.office import Office
from tests.support.waiting import wait_until_one_waits
from tests.tasks.network import Held
from tests.tasks.scene import Scene
from tests.tasks.test_fencing import slow_runner
from tests.tasks.test_still_send import ordered_before_an_outage, waited

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@contextmanager
def page_on(scene: Scene, export: Export) -> Iterator[Session]:
    """A page that holds the record, and takes the export at the end of the block without having to wait for it."""
    record_id, export_id = export.record_id, export.id
    with Session(scene.session.get_bind()) as page, writing(page):
        page.execute(select(Record.id).where(Record.id == record_id).with_for_update(key_share=True))
        yield page
        mine = select(Export.id).where(Export.id == export_id)
        assert page.scalar(mine.with_for_update(key_share=True, nowait=True)) == export_id


def test_a_look_that_finds_a_document_paid_holds_its_record_before_its_export(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    (export,) = scene.approve(1)
    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    scene.books.change(f"pay:{scene.books.document('T-00001')['id']}")
    scene.later(minutes=6)
    scene.session.rollback()
    held = Held("GET", "/Invoices", is_answered=True)

    with slow_runner(office_over(held), held), page_on(scene, export) as page:
        held.let_go.set()
        wait_until_one_waits(page)

    assert scene.seen(export).status is Status.SYNCED
    assert scene.session.get_one(Record, export.record_id, populate_existing=True).payment is Payment.PAID


def test_an_order_that_is_called_off_holds_its_record_before_its_export(scene: Scene) -> None:
    (export,) = ordered_before_an_outage(scene)
    waited(scene, hours=24.5)
    assert scene.seen(export).status is Status.ON_HOLD
    bo, connection_id = scene.world.actor("bo"), export.connection_id
    scene.session.rollback()

    def call_off() -> None:
        with Session(scene.session.get_bind()) as session, writing(session):
            connection = session.get_one(Connection, connection_id)
            still_send.answer(session, connection, False, scene.clock(), bo, scene.clock())

    answering = Thread(target=call_off)
    with page_on(scene, export) as page:
        answering.start()
        wait_until_one_waits(page)
    answering.join()

    assert scene.seen(export).status is Status.READY
