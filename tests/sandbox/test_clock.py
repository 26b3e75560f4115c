"""The sandbox's clock by itself: what is to be done later is done when its time has come, and not before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobs.sandbox.clock import Clock


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    yield made
    made.close()


def test_moving_the_clock_returns_when_everything_due_is_done(clock: Clock) -> None:
    for turn in range(100):
        done: list[int] = []
        clock.later(60, lambda turn=turn, done=done: done.append(turn))  # type: ignore[misc]
        clock.move_to(clock.now() + timedelta(seconds=61))
        assert done == [turn]


def test_what_is_not_due_waits(clock: Clock) -> None:
    done: list[int] = []
    clock.later(60, lambda: done.append(1))

    clock.move_to(clock.now() + timedelta(seconds=30))

    assert (done, clock.waiting()) == ([], 1)
    clock.reset()
    assert clock.waiting() == 0


def test_earlier_actions_go_first(clock: Clock) -> None:
    done: list[str] = []
    clock.later(20, lambda: done.append("second"))
    clock.later(10, lambda: done.append("first"))

    clock.move_to(clock.now() + timedelta(seconds=30))

    assert done == ["first", "second"]


def test_a_frozen_clock_stands_still(clock: Clock) -> None:
    clock.freeze(True)
    clock.move_to(datetime(2026, 1, 1, tzinfo=UTC))

    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
