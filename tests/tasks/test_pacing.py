"""Calls keep to the ledger's published limits by themselves, so that it never has to refuse one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete

from dashboard.db import writing
from dashboard.domain import budgets
from dashboard.models import CallBudget
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState, Step
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Status
from jobs.gate import ceilings
from tests.tasks.scene import Scene

A_TENTH = "0.1"


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_XERO_PACE": A_TENTH}


def test_at_a_tenth_of_the_published_limits_no_call_is_ever_refused(scene: Scene) -> None:
    """60 a minute become 6, and 5,000 a day 500, here and in the ledger. A document and its original are two calls."""
    scene.later(minutes=2)
    scene.books.limits(per_minute=6, per_day=500)
    before = len(scene.books.calls())
    for _ in range(8):
        scene.approve(1, kind="bill")
    for _ in range(8):
        scene.approve(1)

    minutes = 0
    while scene.tile(Status.PENDING) or len(scene.books.holds("attachments")) < 16:
        scene.run()
        made = len(scene.books.calls()) - before
        assert made <= 6 * (minutes + 1)
        scene.session.refresh(scene.connection)
        assert scene.connection.state is ConnectionState.CONNECTED
        scene.later(seconds=61)
        minutes += 1

    calls = scene.books.calls()[before:]
    assert {call["status"] for call in calls} == {200}
    # One call searches for the bills, two hold the documents of both kinds, sixteen the originals.
    assert (len(calls), minutes) == (19, 4)
    assert scene.tile(Status.SYNCED) == 16


def test_what_waits_for_its_turn_says_so_and_is_no_try(scene: Scene) -> None:
    scene.later(minutes=2)
    for kind in ("invoice", "bill", "credit note", "supplier credit note") * 2:
        scene.approve(1, kind=kind)
    scene.run()
    assert scene.tile(Status.SYNCED) == 8
    (export,) = scene.approve(1)

    scene.run()

    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "Xero's limit"
    assert scene.connection.not_before is not None
    assert (scene.seen(export).status, export.tries, scene.attempts(export)) == (Status.PENDING, 0, [])


def test_all_companies_together_keep_to_the_ceiling_of_the_app(scene: Scene) -> None:
    """At a fiftieth of the limits 200 calls a minute are left for the app, and one for each company."""
    session, app_wide = scene.session, 200
    forget_calls(scene)
    for company in range(app_wide):
        with writing(session):
            assert budgets.reserve(session, ceilings(Provider.XERO, f"company-{company}", 0.02)) == 0

    with writing(session):
        wait = budgets.reserve(session, ceilings(Provider.XERO, "one more", 0.02))

    assert 55 < wait <= 62
    assert session.get(CallBudget, "xero:one more:minute").calls == "[]", "what waits for one ceiling uses up none"
    scene.later(seconds=wait - 5)
    with writing(session):
        assert 0 < budgets.reserve(session, ceilings(Provider.XERO, "one more", 0.02)) < 6
    scene.later(seconds=6)
    with writing(session):
        assert budgets.reserve(session, ceilings(Provider.XERO, "one more", 0.02)) == 0


def test_the_apps_ceiling_is_what_xero_publishes() -> None:
    *_, app_wide = ceilings(Provider.XERO, "a company", 1)

    assert (app_wide.name, app_wide.calls, app_wide.window) == ("xero:app:minute", 10_000, 60)


def test_of_many_that_ask_at_once_none_is_forgotten(scene: Scene) -> None:
    forget_calls(scene)
    everyone = Barrier(8)

    def one(company: int) -> float:
        with scene.office.session() as session:
            everyone.wait()
            with writing(session):
                return budgets.reserve(session, ceilings(Provider.XERO, f"company-{company}", 0.02))

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(one, range(8)))

    assert waits == [0.0] * 8
    assert sum(n for _, n in json.loads(scene.session.get(CallBudget, "xero:app:minute").calls)) == 8


def test_every_call_of_a_connection_counts_for_the_app_too(scene: Scene) -> None:
    scene.approve(1)
    forget_calls(scene)
    before = len(scene.books.calls())

    scene.run()

    kept = scene.session.get(CallBudget, "xero:app:minute")
    made = [call for call in scene.books.calls()[before:] if "api.xro" in call["path"]]
    assert kept is not None
    assert sum(n for _, n in json.loads(kept.calls)) == len(made) > 1


def forget_calls(scene: Scene) -> None:
    """As if no call had been made for a day."""
    scene.session.execute(delete(CallBudget))
    scene.session.commit()


def test_an_original_that_waited_for_its_turn_began_when_it_had_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.later(minutes=2)
    for _ in range(2):
        scene.approve(1)
        scene.run()
    scene.later(seconds=45)
    (export,) = scene.approve(1, kind="bill")

    waited: list[float] = []

    def wait(seconds: float) -> bool:
        """Time passes for everybody at once."""
        waited.append(seconds)
        scene.later(seconds=seconds)
        return False

    monkeypatch.setattr(scene.office.stopping, "wait", wait)
    scene.run()

    assert scene.seen(export).attachment is AttachmentState.DONE
    assert sum(waited) > 10
    (attempt,) = scene.attempts(export, Step.ATTACHMENT)
    assert attempt.ended_at is not None
    assert attempt.ended_at - attempt.begun_at < timedelta(seconds=5)
