"""The runner killed, stopped and doubled while the ledger misbehaves: nothing is lost and nothing is booked twice."""

import pytest

pytest.register_assert_rewrite("tests.chaos.storm", "tests.chaos.truth")
