"""What is searched for is found in capitals or not, on both databases, beyond ASCII too."""

import pytest

from dashboard.db import writing
from dashboard.domain import audit, mappings, records, references
from dashboard.domain.audit_filters import Filters
from dashboard.domain.records import RecordList
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.mappings import MappingKind
from tests.domain.test_audit_log import shown
from tests.support.world import World


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


@pytest.mark.parametrize("typed", ["åsa", "ÅSA", "Åsa"])
@pytest.mark.parametrize("stored", ["ÅSA ÖBERG AB", "Åsa Öberg AB"])
def test_records_and_mappings_are_found_however_they_are_written(world: World, typed: str, stored: str) -> None:
    (record,) = world.records(contact=stored)
    found = records.listed(world.session, world.nordlys.id, RecordList.ALL, record.issue_date, words=typed)
    assert [row.record.id for row in found.rows] == [record.id]
    connection = world.connect_xero()
    with writing(world.session):
        ledger = references.ledger(world.session, connection.id)
        mappings.save(
            world.session, connection, MappingKind.ACCOUNT, stored, "400", ledger, world.actor("ada"), world.now()
        )
    (mapping,) = mappings.listed(world.session, connection, MappingKind.ACCOUNT, words=typed)
    assert mapping.source_value == stored


@pytest.mark.parametrize("typed", ["åsa", "ÅSA", "Åsa"])
def test_entries_of_the_log_too(world: World, typed: str) -> None:
    with writing(world.session):
        audit.note_act(world.session, world.nordlys.id, Act.MAPPING_CHANGED, world.now(), words="Mapped ÅSA ÖBERG")
    found = shown(world, Filters(text=f"{typed} öberg"))
    assert [row.words for row in found.entries] == ["Mapped ÅSA ÖBERG"]
