"""What is kept in memory of a ledger's lists is of that very ledger, and as it was last read."""

import shutil
from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from dashboard.app import create_app
from dashboard.db import writing
from dashboard.models import ReferenceRow
from jobs.tasks.office import Office
from tests.tasks.scene import Scene


def test_two_databases_in_one_process_do_not_share_a_ledger(scene: Scene, ready_sqlite: Path, tmp_path: Path) -> None:
    offices = []
    for name in ("one", "other"):
        url = f"sqlite:///{shutil.copy(ready_sqlite, tmp_path / f'{name}.db')}"
        offices.append(Office(create_app(replace(scene.office.config, database_url=url)), scene.clock))
    with offices[1].session() as session, writing(session):
        session.execute(update(ReferenceRow).where(ReferenceRow.code == "200").values(name="Other sales"))

    named = []
    for office in offices:
        with office.session() as session:
            named.append(office.snapshots.of(session, scene.connection.id).accounts["200"].name)
        office.close()

    assert named == ["Sales", "Other sales"]


def test_a_list_is_loaded_again_when_it_was_read_since(scene: Scene) -> None:
    kept = scene.office.snapshots
    before = kept.of(scene.session, scene.connection.id)
    assert kept.of(scene.session, scene.connection.id) is before

    scene.books.change("deactivate-account:200")
    scene.later(minutes=1)
    scene.refresh_lists()

    scene.session.rollback()
    assert not kept.of(scene.session, scene.connection.id).accounts["200"].is_active
