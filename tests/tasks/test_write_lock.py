"""What a runner reads before it writes: nobody else waits in order to write meanwhile."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event

from dashboard.db import db
from dashboard.domain import mappings
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.statuses import Status
from tests.support.world import World
from tests.tasks.scene import Scene


@pytest.fixture
def held(world: World) -> Iterator[list[str]]:
    """The statements that were run while the write lock was held."""
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if connection.get_execution_options().get("writing", False):
            seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_no_list_of_the_ledger_and_no_contact_of_others_is_loaded_while_others_wait_to_write(
    scene: Scene, held: list[str]
) -> None:
    scene.later(hours=7)
    exports = scene.approve(3)
    held.clear()

    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.SYNCED] * 3
    assert [statement for statement in held if "FROM reference_item" in statement] == []
    loaded = [statement for statement in held if "FROM mapping" in statement]
    assert len(loaded) == 2, "the accounts and tax rates, and this batch's contacts"
    assert "source_value IN" in loaded[1]


def test_a_contact_that_maps_itself_is_used_by_the_whole_batch_and_its_version_kept(scene: Scene) -> None:
    scene.books.seed(contacts=[{"Name": "Ny Kund AB", "TaxNumber": "SE556000000101"}])
    scene.refresh_lists()

    exports = scene.approve(2, contact="Ny Kund AB", contact_tax_id="SE556000000101")
    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.SYNCED] * 2
    key = "tax:SE556000000101"
    target = mappings.contacts(scene.session, scene.connection.id, [key])[(MappingKind.CONTACT, key)]
    assert target.target_id == scene.contact_id("Ny Kund AB")
    versions = [attempt.mapping_versions for export in exports for attempt in scene.attempts(export)]
    assert [used[f"contact:{key}"] for used in versions] == [1, 1]
