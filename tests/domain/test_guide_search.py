"""Pasted error texts find their guide, whole, cut off or amid other words; foreign words find none."""

from datetime import date

import pytest

from dashboard.domain import mappings, preflight, references
from dashboard.domain.guide_search import matching
from dashboard.domain.guides import CATALOGUE
from dashboard.models import Record
from dashboard.vocabulary.errors import ErrorCode
from jobs.connectors.xero.errors import understand
from tests.architecture.test_catalogue import messages
from tests.support.world import World

QUOTED = [(sentence, guide.code) for guide in CATALOGUE.values() for sentence in guide.known_by]


def first(pasted: str) -> ErrorCode | None:
    found = matching(pasted)
    return found[0].code if found else None


@pytest.mark.requirement("S1-13")
def test_every_sentence_that_a_guide_is_known_by_finds_it_first() -> None:
    wrong = [(said, code, first(said)) for said, code in QUOTED if first(said) is not code]
    assert wrong == []


@pytest.mark.requirement("S1-13")
def test_the_sentence_amid_other_words_finds_it_too() -> None:
    letter = "Hello, since Tuesday NL-1907 does not arrive: {}\nWhat shall we do? Best regards, Bo"
    assert [(said, first(letter.format(said))) for said, code in QUOTED if first(letter.format(said)) is not code] == []


@pytest.mark.requirement("S1-13")
def test_everything_that_xero_is_known_to_say_finds_what_it_means_first() -> None:
    known = [(said, understand(said).code) for said in messages()]
    meant = [(said, code) for said, code in known if code is not ErrorCode.UNKNOWN]
    assert [(said, code, first(said)) for said, code in meant if first(said) is not code] == []


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("Account code '4711' is not a valid code", ErrorCode.ACCOUNT_UNKNOWN),
        ("ACCOUNT CODE 'abc' HAS BEEN ARCHIVED", ErrorCode.ACCOUNT_INACTIVE),
        ("cannot be before the period lock date, currently set at 30-Sep-2026", ErrorCode.PERIOD_CLOSED),
        ("organisation is not subscribed to currency CHF", ErrorCode.CURRENCY_NOT_ENABLED),
        ("lock date", ErrorCode.PERIOD_CLOSED),
        ("LOCK financial SETTINGS", ErrorCode.PERIOD_CLOSED),
        ("archived restore contact", ErrorCode.CONTACT_ARCHIVED),
        ("number-exists", ErrorCode.NUMBER_EXISTS),
        ("must be unique", ErrorCode.NUMBER_EXISTS),
        ("HTTP 401 TokenExpired", ErrorCode.ACCESS_EXPIRED),
    ],
)
def test_parts_of_an_error_and_words_of_its_guide_find_it(pasted: str, code: ErrorCode) -> None:
    assert first(pasted) is code
    assert len(matching(pasted)) < 6


@pytest.mark.parametrize("pasted", ["quaternion", "Hello, please call me about my delivery", "4711", "§ … !"])
def test_foreign_words_find_no_guide(pasted: str) -> None:
    assert matching(pasted) == []


def test_no_words_find_every_guide() -> None:
    assert len(matching("")) == len(matching("  ")) == len(CATALOGUE)


@pytest.mark.requirement("S1-13")
def test_what_the_check_before_sending_says_finds_its_guide_first(world: World) -> None:
    connection = world.connect_xero()
    records = world.records(account="5410") + world.records(kind="bill", account="401") + world.records(tax_rate="12")
    records += world.records(currency="USD") + world.records(kind="bill", issued_on=date(2025, 10, 1))
    records += world.records(issued_on=date(2026, 8, 1))
    session, said = world.session, {}
    mapped, ledger = mappings.load(session, connection.id), references.ledger(session, connection.id)
    for export in world.approve(records):
        record = session.get_one(Record, export.record_id)
        checked = preflight.check(record, export, connection, mapped, ledger, "http://localhost:5000/r/key")
        said |= {fault.words: fault.code for fault in checked.faults}
    assert len(set(said.values())) >= 6
    assert [(words, code, first(words)) for words, code in said.items() if first(words) is not code] == []
