"""The error catalogue: complete, findable, and true to what the machine does by itself."""

import pytest

from dashboard.domain.guides import CATALOGUE, Guide, Remedy, Turn, guide
from dashboard.vocabulary.errors import ErrorCode, Retry

GUIDES = pytest.mark.parametrize("each", CATALOGUE.values(), ids=lambda each: each.code.value)


def test_every_error_code_has_a_guide_of_its_own() -> None:
    assert set(CATALOGUE) == set(ErrorCode)
    assert len({each.title for each in CATALOGUE.values()}) == len(CATALOGUE)


def test_a_word_that_is_no_code_has_the_guide_of_unknown_errors() -> None:
    assert guide("made-up").code is ErrorCode.UNKNOWN
    assert guide("") is guide(ErrorCode.UNKNOWN)
    assert guide("period-closed") is guide(ErrorCode.PERIOD_CLOSED)


@GUIDES
def test_a_guide_says_what_it_means_whose_turn_it_is_and_what_to_do(each: Guide) -> None:
    assert each.title
    assert not each.title.endswith(".")
    for sentence in (each.meaning, each.after, *each.steps):
        assert sentence.endswith("."), sentence
    assert each.steps


@GUIDES
def test_a_guide_speaks_the_words_of_the_screens(each: Guide) -> None:
    text = " ".join((each.title, each.meaning, each.after, *each.steps)).lower().split()
    for word in ("tenant", "lease", "drain", "preflight", "canary", "endpoint", "payload"):
        assert word not in text


@GUIDES
def test_whoever_waits_for_the_machine_is_told_so_and_nobody_else(each: Guide) -> None:
    assert (each.code.retry in (Retry.WAIT, Retry.AGAIN)) >= (each.whose is Turn.NOBODY)
    if each.code.retry is Retry.WAIT:
        assert "goes by itself" in each.after
    if each.code.retry is Retry.AFTER_A_FIX and each.code is not ErrorCode.ATTACHMENT_REFUSED:
        assert any(words in each.after for words in ("resent", "resend", "does not go by itself", "stays Failed"))


@GUIDES
def test_a_remedy_that_changes_something_names_the_permission_it_needs(each: Guide) -> None:
    # Moving a date needs what the record decides: a bill's is finance's, an issued invoice's an admin's.
    if each.remedy not in (Remedy.NONE, Remedy.EDIT_SOURCE, Remedy.MOVE_DATE):
        assert each.permission is not None
