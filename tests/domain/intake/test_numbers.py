"""Numbers of documents: which are refused before anything is stored."""

import pytest

from tests.support.world import World
from tests.views.test_records import BILL, HEADINGS


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_number_that_would_be_read_as_another_is_refused(world: World, sign: str) -> None:
    row = BILL.format("100.00").replace("B-1", f"B-{sign}12")
    (result,) = world.take_in("one.csv", f"{HEADINGS}\n{row}")
    assert result.refusal is not None
    assert "turn the direction of text around" in result.said
