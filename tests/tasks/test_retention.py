"""Retention: what the plan no longer keeps goes bit by bit; what an open export needs, and everything else, stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from dashboard.db import writing
from dashboard.domain import audit, retention, task_leases, tenants
from dashboard.domain.retention import Place
from dashboard.models import Attempt, AuditCount, AuditEntry, Export, Record, TaskLease
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.statuses import Status
from jobs.schedule import SCHEDULE
from jobs.tasks import retention as task
from tests.support.refusing import WORDS, allow, refuse
from tests.tasks.scene import Scene, entries_counted, entries_there

LAST_DAY = 120
"""Growth shows 30 days before today, and 90 more are kept."""


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_LOG_LEVEL": "info"}


def note(scene: Scene, at: datetime, reference: str, times: int = 1) -> None:
    with writing(scene.session):
        for _ in range(times):
            audit.note_act(scene.session, scene.world.nordlys.id, Act.SIGNED_IN, at, reference=reference)


def midnight(scene: Scene, days_ago: int) -> datetime:
    """When that day began in Stockholm."""
    today = scene.clock().astimezone(scene.world.nordlys.zone).date()
    day = today - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, tzinfo=scene.world.nordlys.zone)


def references(scene: Scene) -> list[str]:
    return [entry.reference for entry in scene.log() if entry.act is Act.SIGNED_IN and entry.reference]


def told(scene: Scene) -> list[AuditEntry]:
    return [entry for entry in scene.log() if entry.act is Act.ENTRIES_DELETED]


def choose(scene: Scene, plan: Plan) -> None:
    with writing(scene.session):
        tenants.set_plan(scene.session, scene.world.nordlys, plan, scene.clock())


def later(scene: Scene, days: int) -> None:
    scene.clock.ahead += timedelta(days=days)


def test_entries_go_at_the_midnight_after_their_last_day_and_not_an_instant_before(scene: Scene) -> None:
    edge = midnight(scene, LAST_DAY)
    note(scene, edge, "kept")
    note(scene, edge - timedelta(microseconds=1), "gone")
    assert task.run(scene.office) == (1, 0)
    assert references(scene) == ["kept"]
    assert task.run(scene.office) == (0, 0)
    later(scene, 1)
    assert task.run(scene.office)[0] == 1
    assert references(scene) == []


def test_more_than_one_bit_goes_in_one_run_and_both_logs_say_how_much(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    note(scene, midnight(scene, 300), "old", times=170)
    note(scene, midnight(scene, 3), "young", times=3)
    assert task.run(scene.office) == (170, 0)
    (line,) = (record.msg for record in caplog.records if record.name == task.__name__)
    assert (line["event"], line["organisation"], line["entries"]) == ("deleted", "nordlys", 170)
    (entry,) = told(scene)
    day = midnight(scene, LAST_DAY).date()
    assert entry.words.startswith(f"From before {day}: 170 entries of this log")
    assert references(scene) == ["young"] * 3


def test_a_log_that_holds_nothing_but_that_it_was_emptied_comes_to_an_end(scene: Scene) -> None:
    note(scene, midnight(scene, 300), "old")
    task.run(scene.office)
    later(scene, 200)
    task.run(scene.office)
    last = told(scene)
    later(scene, 200)
    assert task.run(scene.office)[0] >= len(last)
    assert told(scene) == []


def test_enterprise_loses_nothing_and_a_lowered_plan_nothing_before_the_grace(scene: Scene) -> None:
    choose(scene, Plan.ENTERPRISE)
    note(scene, midnight(scene, 2000), "very old")
    assert task.run(scene.office) == (0, 0)
    choose(scene, Plan.FREE)
    later(scene, 90)
    assert task.run(scene.office) == (0, 0)
    choose(scene, Plan.ENTERPRISE)
    later(scene, 300)
    task.run(scene.office)
    assert references(scene) == ["very old"]
    choose(scene, Plan.GROWTH)
    later(scene, 91)
    task.run(scene.office)
    assert references(scene) == []


def test_the_bodies_of_settled_exports_go_and_what_came_of_them_stays(scene: Scene) -> None:
    (export,) = scene.approve()
    scene.run()
    (before,) = scene.attempts(export)
    assert scene.seen(export).status is Status.SYNCED
    assert before.request
    assert before.response
    posting, answered = before.posting, (before.http_status, before.request_id, before.state, before.ended_at)
    later(scene, LAST_DAY)
    task.run(scene.office)
    assert scene.attempts(export)[0].request
    later(scene, 1)
    assert task.run(scene.office)[1] >= 1
    (after,) = scene.attempts(export)
    assert (after.request, after.response) == ("", "")
    assert after.trimmed_at is not None
    assert after.posting == posting
    assert (after.http_status, after.request_id, after.state, after.ended_at) == answered
    assert scene.seen(export).ledger_id
    assert scene.log(export) == []
    assert task.run(scene.office) == (0, 0)


def test_a_failed_export_keeps_its_whole_story_until_it_is_settled(scene: Scene) -> None:
    (export,) = scene.approve(contact="Nobody Knows AB", contact_tax_id="SE999999999901")
    scene.run()
    assert scene.seen(export).status is Status.FAILED
    record = scene.session.get_one(Record, export.record_id)
    story = [entry.id for entry in scene.log() if entry.record_id == record.id]
    assert len(story) >= 3
    later(scene, 400)
    task.run(scene.office)
    assert [entry.id for entry in scene.log() if entry.record_id == record.id] == story
    with writing(scene.session):
        scene.session.execute(update(Export).where(Export.id == export.id).values(status=Status.RESOLVED))
    task.run(scene.office)
    assert [entry.id for entry in scene.log() if entry.record_id == record.id] == []
    with writing(scene.session):
        scene.session.execute(update(Export).where(Export.id == export.id).values(status=Status.FAILED))


@pytest.mark.parametrize("status", [each for each in Status if each not in (Status.SYNCED, Status.RESOLVED)])
def test_bodies_stay_while_their_export_is_anything_but_settled(scene: Scene, status: Status) -> None:
    (export,) = scene.approve()
    scene.run()
    reasons = {"error_code": "unknown", "error_words": "No", "status": status}
    with writing(scene.session):
        scene.session.execute(update(Export).where(Export.id == export.id).values(**reasons))
    later(scene, 400)
    task.run(scene.office)
    assert scene.attempts(export)[0].request
    with writing(scene.session):
        scene.session.execute(update(Export).where(Export.id == export.id).values(status=Status.SYNCED))


def test_what_may_have_mended_a_failure_is_kept_while_that_is_open(scene: Scene) -> None:
    (export,) = scene.approve(contact="Nobody Knows AB", contact_tax_id="SE999999999901")
    scene.run()
    failed_at = scene.seen(export).failed_at
    assert failed_at is not None
    for minutes, reference in ((-10, "before"), (10, "after")):
        with writing(scene.session):
            audit.note_act(
                scene.session,
                scene.world.nordlys.id,
                Act.CONNECTION_SETTINGS,
                failed_at + timedelta(minutes=minutes),
                reference=reference,
                connection_id=scene.connection.id,
            )
    later(scene, 400)
    task.run(scene.office)
    kept = [entry.reference for entry in scene.log() if entry.act is Act.CONNECTION_SETTINGS and entry.reference]
    assert kept == ["after"]


def test_a_runner_that_died_is_followed_by_the_next_and_two_at_once_do_not_meet(scene: Scene) -> None:
    note(scene, midnight(scene, 300), "old", times=3)
    with writing(scene.session):
        assert task_leases.hold(scene.session, task.TASK, "another runner", task.HELD)
    assert task.run(scene.office) == (0, 0)
    assert len(references(scene)) == 3
    with writing(scene.session):
        scene.session.execute(update(TaskLease).values(until=TaskLease.until - task.HELD - 1))
    assert task.run(scene.office) == (3, 0)
    assert scene.session.scalar(select(func.count()).select_from(TaskLease)) == 0


def test_a_runner_that_lost_its_turn_deletes_no_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    note(scene, midnight(scene, 300), "old", times=180)
    waited = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        with writing(scene.session):
            scene.session.execute(update(TaskLease).values(holder="another runner"))
        return False

    monkeypatch.setattr(scene.office.stopping, "wait", wait)
    assert task.run(scene.office) == (task.FEWEST, 0)
    assert waited == [pytest.approx(task.PAUSE, abs=1)]
    assert len(references(scene)) == 180 - task.FEWEST
    assert told(scene)[0].details["entries"] == task.FEWEST


def test_told_to_stop_it_stops_after_the_bit_under_way(scene: Scene) -> None:
    note(scene, midnight(scene, 300), "old", times=180)
    scene.office.stopping.set()
    assert task.run(scene.office) == (task.FEWEST, 0)
    scene.office.stopping.clear()
    assert task.run(scene.office) == (180 - task.FEWEST, 0)


def test_a_larger_plan_chosen_meanwhile_keeps_what_is_left(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    note(scene, midnight(scene, 121), "old", times=180)

    def wait(seconds: float) -> bool:
        choose(scene, Plan.SCALE)
        return False

    monkeypatch.setattr(scene.office.stopping, "wait", wait)
    assert task.run(scene.office) == (task.FEWEST, 0)
    assert len(references(scene)) == 180 - task.FEWEST


def test_an_entry_that_is_needed_again_is_not_deleted_though_it_was_found(scene: Scene) -> None:
    (export,) = scene.approve()
    scene.run()
    later(scene, 400)
    tenant_id = scene.world.nordlys.id
    found = retention.old_entries(scene.session, tenant_id, midnight(scene, LAST_DAY), None, 1000)
    whole = retention.whole_attempts(scene.session, tenant_id, midnight(scene, LAST_DAY), None, 1000)
    story = {entry.id for entry in scene.log(export)}
    assert story <= set(found.ids)
    assert scene.attempts(export)[0].id in whole.ids
    with writing(scene.session):
        scene.session.execute(update(Export).where(Export.id == export.id).values(alarm="Maybe twice"))
    with writing(scene.session):
        retention.delete_entries(scene.session, tenant_id, found.ids)
        assert retention.trim(scene.session, tenant_id, whole.ids, scene.clock()) == 0
    assert {entry.id for entry in scene.log(export)} == story


def test_a_look_goes_on_behind_its_place_and_ends(scene: Scene) -> None:
    for days in (303, 302, 301, 300):
        note(scene, midnight(scene, days), str(days))
    tenant_id, before, place = scene.world.nordlys.id, midnight(scene, LAST_DAY), None
    seen: list[int] = []
    while True:
        found = retention.old_entries(scene.session, tenant_id, before, place, 3)
        seen += found.ids
        place = found.place
        if place is None:
            break
        assert isinstance(place, Place)
    entries = {entry.id: entry.reference for entry in scene.log()}
    assert [entries[row_id] for row_id in seen] == ["303", "302", "301", "300"]


def test_the_counts_go_with_the_entries(scene: Scene) -> None:
    note(scene, midnight(scene, 300), "old", times=3)
    scene.approve()
    scene.run()
    later(scene, 200)
    task.run(scene.office)
    scene.session.rollback()
    assert entries_counted(scene.session) == entries_there(scene.session)
    assert scene.session.scalar(select(func.count()).where(AuditCount.n == 0)) == 0


def test_another_organisations_plan_is_its_own(scene: Scene) -> None:
    with writing(scene.session):
        maple = scene.world.maple.id
        audit.note_act(scene.session, maple, Act.SIGNED_IN, scene.clock() - timedelta(days=99), reference="theirs")
    note(scene, scene.clock() - timedelta(days=99), "ours")
    assert task.run(scene.office) == (1, 0)
    assert references(scene) == ["ours"]
    assert scene.session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_the_runner_does_it_by_itself() -> None:
    assert [entry.name for entry in SCHEDULE if entry.task is task.run] == ["retention"]


def test_a_fault_at_one_organisation_keeps_nothing_of_the_others(scene: Scene) -> None:
    nordlys, maple = scene.world.nordlys.id, scene.world.maple.id
    assert nordlys < maple
    with writing(scene.session):
        for tenant in (nordlys, maple):
            audit.note_act(scene.session, tenant, Act.SIGNED_IN, midnight(scene, 400), reference="old")
    refuse(scene.session, "DELETE", "audit_entry", f"OLD.tenant_id = {nordlys}")

    with pytest.raises(DBAPIError, match=WORDS):
        task.run(scene.office)

    old = select(AuditEntry.tenant_id).where(AuditEntry.reference == "old")
    scene.session.rollback()
    assert scene.session.scalars(old).all() == [nordlys]
    allow(scene.session, "audit_entry")
    assert task.run(scene.office) == (1, 0)
