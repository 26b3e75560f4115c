"""How long something takes, in words."""

import pytest

from dashboard.vocabulary.durations import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (59.9, "less than a minute"),
        (60, "1 minute"),
        (3569, "59 minutes"),
        (3599, "1 hour"),
        (5400, "2 hours"),
        (82800, "23 hours"),
        (86399, "1 day"),
        (172800, "2 days"),
    ],
)
def test_a_duration_is_rounded_before_its_unit_is_chosen(seconds: float, said: str) -> None:
    assert duration(seconds) == said
