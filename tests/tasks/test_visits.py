"""Support visits: the runner notes the end of those whose time is over."""

from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import support_visits
from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import Act
from jobs.schedule import SCHEDULE
from jobs.tasks import visits
from tests.tasks.scene import Scene


def test_the_end_of_a_visit_is_noted_when_its_time_is_over_and_not_before(scene: Scene) -> None:
    world = scene.world
    with writing(scene.session):
        support_visits.enter(scene.session, world.users["sol"], world.nordlys.id, "Request 4711", 15, scene.clock())
    scene.later(minutes=14)
    assert visits.run(scene.office) == 0
    scene.later(minutes=2)
    assert visits.run(scene.office) == 1
    assert visits.run(scene.office) == 0
    scene.session.rollback()
    ended = scene.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.SUPPORT_ENDED)).one()
    assert ended.words == "The visit of Sol ended: its time was over"


def test_the_runner_looks_after_them_by_itself() -> None:
    assert [entry.name for entry in SCHEDULE if entry.task is visits.run] == ["visits"]
