"""What can go wrong is explained: every code, and everything that a provider is known to say."""

import re
from pathlib import Path

import pytest

from dashboard.domain.guides import CATALOGUE, Remedy, guide
from dashboard.vocabulary.errors import RETRY_CLASS, ErrorCode
from jobs.connectors.xero.errors import MEANINGS, understand

ROOT = Path(__file__).parents[2]
FACTS = ROOT.parent / "shared" / "facts" / "xero.md"

NOT_OURS_TO_HEAR = {
    "Please enter a unique Name.",  # accounts are never created
    "Payment amount exceeds the amount outstanding on this document",  # payments are not sent
}


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_code_has_a_guide_a_retry_class_and_a_remedy(code: ErrorCode) -> None:
    assert CATALOGUE[code].code is code
    assert code in RETRY_CLASS
    assert CATALOGUE[code].remedy in Remedy


def test_every_remedy_mends_something() -> None:
    assert {each.remedy for each in CATALOGUE.values()} == set(Remedy)


def test_every_meaning_of_the_xero_connector_is_explained() -> None:
    for pattern, code in MEANINGS:
        assert guide(code).code is code, pattern.pattern


def test_the_sentences_that_a_guide_is_known_by_are_understood_as_its_code() -> None:
    by_status = {
        ErrorCode.ACCESS_EXPIRED,
        ErrorCode.COMPANY_DISCONNECTED,
        ErrorCode.SCOPE_MISSING,
        ErrorCode.RATE_LIMITED,
        ErrorCode.PROVIDER_DOWN,
        ErrorCode.CLIENT_REFUSED,
    }
    for each in CATALOGUE.values():
        if each.code not in by_status:
            assert [understand(sentence).code for sentence in each.known_by] == [each.code] * len(each.known_by)


@pytest.mark.requirement("S2-06")
def test_everything_that_xero_is_known_to_say_leads_to_a_guide() -> None:
    said = [sentence for sentence in messages() if sentence not in NOT_OURS_TO_HEAR]
    assert len(said) > 20
    assert [sentence for sentence in said if understand(sentence).code is ErrorCode.UNKNOWN] == []


def messages() -> list[str]:
    """The verbatim messages in the table of Xero's refusals."""
    if not FACTS.exists():
        pytest.skip(f"{FACTS} is not here")
    section = FACTS.read_text(encoding="utf-8").partition("## 10. Error catalogue")[2].partition("\n## ")[0]
    table = [line.split("|")[3] for line in section.splitlines() if line.count("|") >= 5 and "---" not in line]
    quoted = [sentence for cell in table for sentence in re.findall(r"`([^`]+)`", cell)]
    # Beside whole sentences the table quotes the tail of one and the form of a date.
    return [sentence for sentence in quoted if " " in sentence and not sentence.startswith(",")]
