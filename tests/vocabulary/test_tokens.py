"""What of a token endpoint's answer is believed."""

import pytest

from dashboard.vocabulary.tokens import LONGEST_LIFE, USUAL_LIFE, Tokens, received


def test_a_plain_answer_is_taken_as_it_is() -> None:
    assert received({"access_token": "a", "refresh_token": "r", "expires_in": 1800}) == Tokens("a", "r", 1800)


@pytest.mark.parametrize("lasts", ["abc", [1], 10**18, float("inf"), True, 0, -5, None, LONGEST_LIFE + 1])
def test_a_life_that_is_no_sensible_number_loses_no_tokens(lasts: object) -> None:
    assert received({"access_token": "a", "refresh_token": "r", "expires_in": lasts}) == Tokens("a", "r", USUAL_LIFE)


@pytest.mark.parametrize("token", ["", "a\nX-Evil: 1", "tökén", None, 7, "a\0"])
def test_an_access_token_that_no_header_can_carry_is_none(token: object) -> None:
    assert received({"access_token": token, "refresh_token": "r", "expires_in": 1800}) is None
