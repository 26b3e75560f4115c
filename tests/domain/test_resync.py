"""Resyncs: what is frozen, what goes first, what is left, and what each record came to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import (
    counts,
    lifecycle,
    mappings,
    overview_lots,
    references,
    resync,
    resync_progress,
    resync_results,
    resync_sets,
    resync_warnings,
)
from dashboard.domain.export_filters import Filters
from dashboard.domain.resync_choices import Choice, Matching, RestOf, Ticked
from dashboard.models import AuditEntry, Connection, Export, Record, Resync, ResyncItem
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support import playing
from tests.support.playing import UNMAPPED
from tests.support.world import World

OTHER = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4020", "Account 4020 is not mapped to an account in Xero", "4020")


@pytest.fixture
def xero(world: World) -> Connection:
    return world.connect_xero()


def freeze(world: World, choice: Choice, token: str = "a-form") -> Resync:
    with writing(world.session):
        (made,) = resync_sets.freeze(world.session, world.nordlys.id, choice, token, world.actor("bo"), world.now())
    return made


def start(world: World, choice: Choice, token: str = "a-form") -> Resync:
    made = freeze(world, choice, token)
    with writing(world.session):
        resync.confirm(world.session, made, "", world.actor("bo"), world.now())
    return made


def ticked(exports: list[Export]) -> Ticked:
    return Ticked(frozenset(export.id for export in exports), len(exports))


def everything(xero: Connection, **narrowed: str) -> Matching:
    return Matching((xero,), Filters(**narrowed))  # type: ignore[arg-type]


def states(world: World, made: Resync) -> list[ItemState]:
    world.session.rollback()
    query = select(ResyncItem.state_in(made)).where(ResyncItem.resync_id == made.id).order_by(ResyncItem.position)
    return list(world.session.scalars(query))


def outcome(world: World, made: Resync) -> dict[ItemState, int]:
    world.session.rollback()
    found = resync_progress.progress(world.session, made, world.now()).counts
    return {state: n for state, n in found.items() if n}


def booked(_: Export) -> None:
    return None


def unmended(_: Export) -> Fault:
    return UNMAPPED


@pytest.mark.requirement("S2-02", "S2-11")
def test_of_five_sent_two_are_rejected_and_three_are_in_the_ledger(world: World, xero: Connection) -> None:
    exports = playing.failed(world, 5)
    made = start(world, ticked(exports))
    rejected = {exports[1].id, exports[3].id}
    playing.run_out(world, xero, lambda export: UNMAPPED if export.id in rejected else None)
    tiles = counts.by_status(world.session, world.nordlys.id, [xero.id])
    assert (tiles[Status.FAILED], tiles[Status.SYNCED], tiles[Status.PENDING]) == (2, 3, 0)
    assert playing.again(world, made.id).words == "3 exported, 2 still failing"
    assert counts.differences(world.session) == []


def test_a_set_is_frozen_with_its_exact_count_and_the_sum_of_each_currency(world: World, xero: Connection) -> None:
    records = [
        *world.records(2, total_net=Decimal("80.00")),
        *world.records(1, total_net=Decimal("10.40"), currency="EUR"),
        *world.records(1, total_net=Decimal("20.00"), kind="credit note"),
    ]
    exports = world.approve(records)
    for export in exports:
        playing.refuse(world, export)
    made = freeze(world, everything(xero))
    assert made.total == 4
    assert made.sums == {"invoice": {"EUR": "13.00", "SEK": "200.00"}, "credit-note": {"SEK": "25.00"}}
    assert playing.statuses(world, exports) == [Status.FAILED] * 4


def test_what_fails_after_the_set_was_frozen_is_not_in_it(world: World, xero: Connection) -> None:
    first = playing.failed(world, 2)
    made = freeze(world, everything(xero))
    later = playing.failed(world, 2)
    with writing(world.session):
        resync.confirm(world.session, made, "", world.actor("bo"), world.now())
    assert playing.statuses(world, first) == [Status.PENDING] * 2
    assert playing.statuses(world, later) == [Status.FAILED] * 2


def test_one_form_sent_twice_is_one_resync_and_another_choice_is_another(world: World, xero: Connection) -> None:
    exports = playing.failed(world, 3)
    once = start(world, ticked(exports[:2]))
    twice = freeze(world, ticked(exports[:2]))
    other = freeze(world, ticked(exports[2:]))
    assert (once.id, twice.state) == (twice.id, ResyncState.RUNNING)
    assert other.id != once.id


@pytest.mark.requirement("S2-10")
def test_ids_of_another_organisation_are_left_out_and_counted(world: World, xero: Connection) -> None:
    world.connect_xero(world.maple)
    (foreign,) = world.approve(world.records(tenant=world.maple))
    playing.refuse(world, foreign)
    own = playing.failed(world, 1)
    made = start(world, ticked([foreign, *own]))
    assert (made.total, made.left_out) == (1, 1)
    assert playing.statuses(world, [foreign, *own]) == [Status.FAILED, Status.PENDING]


@pytest.mark.requirement("S2-10")
def test_nothing_chosen_makes_no_resync(world: World, xero: Connection) -> None:
    (pending,) = world.approve(world.records())
    for choice in (Ticked(frozenset(), 0), ticked([pending]), Ticked(frozenset({987654}), 1), everything(xero)):
        with pytest.raises(resync_sets.EmptySelection):
            freeze(world, choice)
    assert world.session.scalars(select(Resync)).all() == []


def test_a_tick_gone_stale_is_reported_as_skipped(world: World, xero: Connection) -> None:
    gone, anew, still = playing.failed(world, 3)
    seen = still.failed_at
    with writing(world.session):
        lifecycle.move(world.session, gone, Status.RESOLVED, Cause.RESOLVED, world.now(), words="By hand")
    start(world, ticked([anew]), "somebody else's form")
    playing.run_out(world, xero, unmended)
    made = start(world, Ticked(frozenset({gone.id, anew.id, still.id}), 3, seen))
    assert states(world, made) == [ItemState.SKIPPED, ItemState.SKIPPED, ItemState.QUEUED]
    playing.run_out(world, xero, booked)
    assert playing.again(world, made.id).words == "1 exported, 0 still failing, 2 skipped"


def test_what_changed_between_freezing_and_confirming_is_skipped(world: World, xero: Connection) -> None:
    exports = playing.failed(world, 2)
    made = freeze(world, ticked(exports))
    with writing(world.session):
        lifecycle.move(world.session, exports[0], Status.RESOLVED, Cause.RESOLVED, world.now(), words="By hand")
        resync.confirm(world.session, made, "", world.actor("bo"), world.now())
    assert states(world, made) == [ItemState.SKIPPED, ItemState.QUEUED]


def test_a_set_lapses_after_fifteen_minutes_and_can_be_frozen_again(world: World, xero: Connection) -> None:
    exports = playing.failed(world, 2)
    made = freeze(world, everything(xero))
    late = world.now() + timedelta(minutes=16)
    with pytest.raises(resync.Lapsed), writing(world.session):
        resync.confirm(world.session, made, "", world.actor("bo"), late)
    with writing(world.session):
        assert resync.lapse(world.session, late) == 1
    made = playing.again(world, made.id)
    assert made.state is ResyncState.LAPSED
    with pytest.raises(resync.Lapsed), writing(world.session):
        resync.confirm(world.session, made, "", world.actor("bo"), late)
    afresh = start(world, RestOf(made))
    assert (afresh.id != made.id, afresh.total) == (True, 2)
    assert playing.statuses(world, exports) == [Status.PENDING] * 2


@pytest.mark.requirement("B-07")
def test_of_a_large_set_whose_cause_is_not_mended_three_are_tried_and_the_rest_stay_as_they_were(
    world: World, xero: Connection
) -> None:
    exports = playing.failed(world, 60)
    made = start(world, everything(xero))
    assert playing.run_out(world, xero, unmended) == 3
    assert outcome(world, made) == {ItemState.FAILED: 3, ItemState.LEFT: 57}
    assert playing.statuses(world, exports) == [Status.FAILED] * 60
    assert resync_results.left_by_cause(world.session, made) == [("account-not-mapped", "4010", 57)]
    assert playing.again(world, made.id).words == "0 exported, 3 still failing, 57 not tried"


@pytest.mark.requirement("B-07")
def test_of_sixty_numbers_that_exist_already_no_more_than_twenty_five_are_tried(world: World, xero: Connection) -> None:
    taken = [Fault(ErrorCode.NUMBER_EXISTS, f"T-{n}", f"Invoice T-{n} exists already") for n in range(60)]
    exports = playing.failed(world, 60, *taken)
    by_id = {export.id: fault for export, fault in zip(exports, taken, strict=True)}
    made = start(world, everything(xero))
    assert playing.run_out(world, xero, lambda export: by_id[export.id]) == 25
    assert outcome(world, made) == {ItemState.FAILED: 25, ItemState.LEFT: 35}


def test_a_mended_cause_goes_on_while_an_unmended_one_stops(world: World, xero: Connection) -> None:
    playing.failed(world, 40, UNMAPPED, OTHER)
    made = start(world, everything(xero))
    tried = playing.run_out(world, xero, lambda export: OTHER if export.error_subject == "4020" else None)
    assert tried == 23
    assert outcome(world, made) == {ItemState.SYNCED: 20, ItemState.FAILED: 3, ItemState.LEFT: 17}


def test_a_cause_too_rare_to_go_first_is_tried_before_its_rest(world: World, xero: Connection) -> None:
    """With more causes than go first, the others have a few of their own tried before all of them are sent."""
    contacts = [Fault(ErrorCode.CONTACT_NOT_MAPPED, f"Ann {n}", f"Ann {n} is not mapped") for n in range(30)]
    exports = playing.failed(world, 150, *contacts)
    unmapped = {export.id for export in exports if export.error_subject == "Ann 29"}
    made = start(world, everything(xero))
    tried = playing.run_out(world, xero, lambda export: contacts[29] if export.id in unmapped else None)
    assert tried == 148
    assert outcome(world, made) == {ItemState.SYNCED: 145, ItemState.FAILED: 3, ItemState.LEFT: 2}


def test_the_rest_goes_all_at_once_when_somebody_wants_it_anyway(world: World, xero: Connection) -> None:
    playing.failed(world, 40)
    made = start(world, everything(xero))
    playing.run_out(world, xero, unmended)
    rest = start(world, RestOf(playing.again(world, made.id)))
    assert outcome(world, rest) == {ItemState.QUEUED: 37}


def test_cancelling_puts_back_what_was_not_sent_with_its_former_error(world: World, xero: Connection) -> None:
    exports = playing.failed(world, 5)
    made = start(world, ticked(exports))
    playing.answer_all(world, xero, booked, limit=2)
    world.session.refresh(exports[2])
    with writing(world.session):
        lifecycle.move(world.session, exports[2], Status.SENDING, Cause.TAKEN, world.now())
        assert resync.cancel(world.session, made, world.actor("bo"), world.now())
    assert playing.statuses(world, exports) == [*[Status.SYNCED] * 2, Status.SENDING, *[Status.FAILED] * 2]
    world.session.refresh(exports[4])
    assert exports[4].error_words == UNMAPPED.words
    assert playing.again(world, made.id).state is ResyncState.CANCELLING
    with writing(world.session):
        lifecycle.move(world.session, exports[2], Status.SYNCED, Cause.ACCEPTED, world.now(), ledger_id="x")
    playing.tick(world)
    ended = playing.again(world, made.id)
    assert (ended.state, ended.words) == (ResyncState.CANCELLED, "3 exported, 0 still failing, 2 cancelled")
    assert counts.differences(world.session) == []


def test_what_a_cancelling_puts_back_has_failed_since_it_failed_and_is_no_failure_in_the_log(
    world: World, xero: Connection
) -> None:
    exports = playing.failed(world, 30)
    failed_at = exports[0].failed_at
    made = start(world, ticked(exports))
    queued = outcome(world, made)[ItemState.QUEUED]
    with writing(world.session):
        resync.cancel(world.session, made, world.actor("bo"), world.now() + timedelta(hours=2))
    world.session.rollback()
    world.session.refresh(exports[0])
    assert exports[0].stands_since == failed_at
    assert world.session.scalar(select(func.max(Export.stands_since))) == exports[-1].failed_at
    (lot,) = overview_lots.read(world.session, world.nordlys.id, [xero])
    assert (lot.n, lot.since) == (30, failed_at)
    said = world.session.scalars(select(ResyncItem.words).where(ResyncItem.resync_id == made.id)).all()
    assert sum("never queued" in words for words in said) == 30 - queued
    cancelled = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.EXPORT_CANCELLED)
    assert world.session.scalar(cancelled) == queued


def test_a_set_that_was_never_confirmed_is_dropped_without_a_word_in_the_log(world: World, xero: Connection) -> None:
    made = freeze(world, ticked(playing.failed(world, 2)))
    with writing(world.session):
        assert resync.cancel(world.session, made, world.actor("bo"), world.now())
    assert playing.again(world, made.id).state is ResyncState.CANCELLED
    acts = select(AuditEntry.act).where(AuditEntry.act.in_([Act.RESYNC_CANCELLED, Act.RESYNC_ENDED]))
    assert world.session.scalars(acts).all() == []


def test_an_export_that_somebody_resolved_meanwhile_does_not_keep_the_resync_open(
    world: World, xero: Connection
) -> None:
    exports = playing.failed(world, 2)
    made = start(world, ticked(exports))
    with writing(world.session):
        world.session.refresh(exports[0])
        lifecycle.move(
            world.session, exports[0], Status.SYNCED, Cause.LATE_OUTCOME, world.now(), ledger_id="l", resync_id=None
        )
    playing.answer_all(world, xero, booked)
    playing.tick(world)
    assert playing.again(world, made.id).state is ResyncState.DONE
    assert outcome(world, made) == {ItemState.SKIPPED: 1, ItemState.SYNCED: 1}


@pytest.mark.requirement("S2-04")
def test_only_what_failed_since_the_last_mending_counts_as_mended(world: World, xero: Connection) -> None:
    before = playing.failed(world, 2)
    with writing(world.session):
        ledger = references.ledger(world.session, xero.id)
        mappings.save(world.session, xero, MappingKind.ACCOUNT, "4010", "400", ledger, world.actor("ada"), world.now())
    after = playing.failed(world, 3)
    slow = playing.failed(world, 1, Fault(ErrorCode.NOT_IN_LEDGER, "", "It is not in the ledger"))
    made = freeze(world, ticked([*before, *after, *slow]))
    assert resync_warnings.unchanged(world.session, made) == 3
    assert resync_warnings.unchanged(world.session, freeze(world, ticked(before))) == 0


@pytest.mark.requirement("S2-04")
def test_mapping_one_account_mends_only_what_lacked_nothing_else(world: World, xero: Connection) -> None:
    mended, elsewhere = playing.failed(world, 2), playing.failed(world, 3, OTHER)
    for export in (both := world.approve(world.records(4))):
        with writing(world.session):
            lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[UNMAPPED, OTHER])
    with writing(world.session):
        ledger = references.ledger(world.session, xero.id)
        mappings.save(world.session, xero, MappingKind.ACCOUNT, "4010", "400", ledger, world.actor("ada"), world.now())
    made = freeze(world, ticked([*mended, *elsewhere, *both]))
    assert resync_warnings.unchanged(world.session, made) == 7
    assert resync_warnings.warnings(world.session, made)[0].startswith("Nothing that mends 7 of them was changed here")


@pytest.mark.requirement("S2-04")
def test_mapping_a_contact_mends_no_account(world: World, xero: Connection) -> None:
    failed = playing.failed(world, 2)
    with writing(world.session):
        ledger = references.ledger(world.session, xero.id)
        contact = next(iter(ledger.contacts))
        mappings.save(
            world.session, xero, MappingKind.CONTACT, "name:Ann", contact, ledger, world.actor("ada"), world.now()
        )
    assert resync_warnings.unchanged(world.session, freeze(world, ticked(failed))) == 2


def test_every_resync_says_who_began_it_and_what_it_came_to_in_the_log(world: World, xero: Connection) -> None:
    made = start(world, ticked(playing.failed(world, 2)))
    playing.run_out(world, xero, booked)
    entries = world.session.execute(
        select(AuditEntry.act, AuditEntry.actor, AuditEntry.words).where(
            AuditEntry.reference == f"Resync no. {made.id}"
        )
    ).all()
    assert [tuple(entry) for entry in entries] == [
        (Act.RESYNC_STARTED, "Bo", "2 to Xero (Invoice 250.00 SEK)"),
        (Act.RESYNC_ENDED, "tieout", "2 exported, 0 still failing"),
    ]


@pytest.mark.requirement("S2-13")
def test_a_record_that_fails_again_shows_its_newest_error_and_keeps_the_older_in_its_history(
    world: World, xero: Connection
) -> None:
    (export,) = playing.failed(world, 1)
    made = start(world, ticked([export]))
    closed = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "The period is closed")
    playing.run_out(world, xero, lambda _: closed)
    (result,), _ = resync_results.results(world.session, made)
    assert (result.state, result.words) == (ItemState.FAILED, "The period is closed")
    failures = select(AuditEntry.words).where(AuditEntry.export_id == export.id, AuditEntry.status == Status.FAILED)
    assert world.session.scalars(failures.order_by(AuditEntry.id)).all() == [UNMAPPED.words, "The period is closed"]


@pytest.mark.requirement("B-05")
def test_two_thousand_by_filter_are_frozen_and_each_has_a_result_though_the_work_stops_in_the_middle(
    world: World, xero: Connection
) -> None:
    exports = playing.multiply(world, *playing.failed(world, 1), 2000)
    made = start(world, everything(xero, words="t-0"))
    assert made.total == 2000
    playing.answer_all(world, xero, booked)
    playing.tick(world)
    playing.answer_all(world, xero, booked, limit=200)
    # Another process goes on: it knows nothing but what is stored.
    with Session(world.session.get_bind(), expire_on_commit=False) as session:
        elsewhere = World(world.app, session, world.nordlys, world.maple, world.users)
        playing.run_out(elsewhere, xero, lambda export: UNMAPPED if export.id % 100 == 0 else None)
    ended = playing.again(world, made.id)
    found = list(resync_results.all_results(world.session, ended))
    assert [result.position for result in found] == list(range(1, 2001))
    assert {result.state for result in found} == {ItemState.SYNCED, ItemState.FAILED}
    still_failing = sum(result.state is ItemState.FAILED for result in found)
    assert playing.statuses(world, exports).count(Status.FAILED) == still_failing
    assert ended.words == f"{2000 - still_failing:,} exported, {still_failing} still failing"
    assert counts.differences(world.session) == []


def test_what_may_be_in_the_ledger_twice_is_skipped_until_a_person_looked(world: World, xero: Connection) -> None:
    alarmed, plain = playing.failed(world, 2)
    with writing(world.session):
        alarmed.alarm = "It may be in the ledger twice."

    made = start(world, everything(xero))

    assert states(world, made) == [ItemState.SKIPPED, ItemState.QUEUED]
    world.session.refresh(plain)
    world.session.refresh(alarmed)
    assert (alarmed.status, plain.status) == (Status.FAILED, Status.PENDING)


def doubt(world: World, export: Export) -> None:
    """Its record may be the same as another."""
    with writing(world.session) as session:
        session.get_one(Record, export.record_id).is_possible_duplicate = True


def test_a_possible_duplicate_is_skipped_until_it_is_decided_on(world: World, xero: Connection) -> None:
    doubtful, meanwhile, plain = playing.failed(world, 3)
    doubt(world, doubtful)
    made = freeze(world, everything(xero))
    doubt(world, meanwhile)
    with writing(world.session):
        resync.confirm(world.session, made, "", world.actor("bo"), world.now())
    assert playing.statuses(world, [doubtful, meanwhile, plain]) == [Status.FAILED, Status.FAILED, Status.PENDING]
    results, _ = resync_results.results(world.session, made)
    skipped = [result.words for result in results if result.state is ItemState.SKIPPED]
    assert skipped == ["Skipped: it may be a duplicate; decide that first"] * 2


def test_nothing_but_possible_duplicates_makes_no_resync_and_says_why(world: World, xero: Connection) -> None:
    (doubtful,) = playing.failed(world, 1)
    doubt(world, doubtful)
    with pytest.raises(resync_sets.EmptySelection, match="it may be a duplicate; decide that first"):
        freeze(world, ticked([doubtful]))
    assert world.session.scalars(select(Resync)).all() == []


def test_the_log_names_who_confirmed_and_who_cancelled_not_who_chose(world: World, xero: Connection) -> None:
    made = freeze(world, ticked(playing.failed(world, 2)))
    with writing(world.session):
        resync.confirm(world.session, made, "", world.actor("ada"), world.now())
    with writing(world.session):
        resync.cancel(world.session, made, world.actor("alma"), world.now())
    acts = (Act.EXPORT_QUEUED, Act.EXPORT_CANCELLED)
    entries = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.act.in_(acts), AuditEntry.actor != "Bo")
    assert [tuple(entry) for entry in world.session.execute(entries.order_by(AuditEntry.id))] == [
        *[(Act.EXPORT_QUEUED, "Ada")] * 2,
        *[(Act.EXPORT_CANCELLED, "Alma")] * 2,
    ]
