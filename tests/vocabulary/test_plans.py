"""Plans: what each shows and keeps, and what a lowered plan leaves untouched for the grace."""

from datetime import date, timedelta

import pytest

from dashboard.vocabulary.plans import Keeping, Plan, Terms

TODAY = date(2026, 11, 20)
TERMS = Terms()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(("plan", "days"), [(Plan.FREE, 97), (Plan.GROWTH, 120), (Plan.SCALE, 180)])
def test_a_plan_keeps_what_it_shows_and_the_grace_beyond(plan: Plan, days: int) -> None:
    keeping = Keeping(TERMS, plan)
    assert keeping.first_kept(TODAY) == ago(days)
    assert keeping.last_day_of(ago(days)) == TODAY
    assert keeping.last_day_of(ago(days + 1)) == ago(1)


def test_enterprise_keeps_everything() -> None:
    keeping = Keeping(TERMS, Plan.ENTERPRISE, Plan.ENTERPRISE, TODAY)
    assert keeping.first_kept(TODAY) is None
    assert keeping.last_day_of(date(2001, 1, 1)) is None


@pytest.mark.parametrize("before", [Plan.GROWTH, Plan.SCALE, Plan.ENTERPRISE])
def test_what_a_larger_plan_showed_is_kept_for_the_grace_after_it_was_lowered(before: Plan) -> None:
    keeping = Keeping(TERMS, Plan.FREE, before, TODAY)
    kept = TERMS.days_kept(before)
    assert keeping.first_kept(TODAY) == (None if kept is None else ago(kept))
    last = TODAY + timedelta(days=90)
    assert keeping.first_kept(last + timedelta(days=1)) == last + timedelta(days=1 - 97)


@pytest.mark.parametrize("before", [None, Plan.GROWTH, Plan.SCALE, Plan.ENTERPRISE])
def test_the_first_day_kept_and_the_last_day_of_a_day_say_the_same(before: Plan | None) -> None:
    keeping = Keeping(TERMS, Plan.FREE, before, ago(30) if before else None)
    for today in (TODAY + timedelta(days=n) for n in range(0, 200, 7)):
        first = keeping.first_kept(today)
        for days in range(0, 400, 3):
            day = today - timedelta(days=days)
            last = keeping.last_day_of(day)
            assert last is not None
            assert (last >= today) == (first is None or day >= first), (today, day)
