"""kill -9 of the runner at random moments while 500 automatic exports drain into a ledger that misbehaves."""

import logging
import random
from pathlib import Path

from dashboard.models import Record
from tests.chaos import truth
from tests.chaos.processes import SandboxProcess
from tests.chaos.storm import Storm
from tests.support.world import World

KILLS = 6
log = logging.getLogger(__name__)


def test_whatever_dies_and_fails_every_record_is_in_the_ledger_once(
    world: World,
    records: list[Record],
    ledger: SandboxProcess,
    environment: dict[str, str],
    tmp_path: Path,
    rng: random.Random,
) -> None:
    storm = Storm(world, ledger, environment, tmp_path, rng)
    storm.rage(records, KILLS)
    log.warning(truth.told(world.session))
    truth.assert_nothing_lost_and_nothing_twice(world.session, ledger)
    assert storm.complaints() == []


def test_two_runners_at_once_that_die_in_turn_do_no_more_harm_than_one(
    world: World,
    records: list[Record],
    ledger: SandboxProcess,
    environment: dict[str, str],
    tmp_path: Path,
    rng: random.Random,
) -> None:
    storm = Storm(world, ledger, environment, tmp_path, rng, runners=2)
    storm.rage(records, KILLS)
    log.warning(truth.told(world.session))
    truth.assert_nothing_lost_and_nothing_twice(world.session, ledger)
    assert storm.complaints() == []
