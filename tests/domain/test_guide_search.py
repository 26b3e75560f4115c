"""Pasted error texts find their guide, whole, cut off or amid other words; foreign words find none."""

import ast
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain import connections, mappings, preflight, references
from dashboard.domain.guide_search import matching
from dashboard.domain.guide_texts.own_words import OWN_WORDS
from dashboard.domain.guides import CATALOGUE
from dashboard.models import Record
from dashboard.vocabulary.errors import ErrorCode
from jobs.connectors.xero.errors import understand
from tests.architecture.test_catalogue import messages
from tests.support.world import World

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("dashboard/domain", "jobs") for path in (ROOT / folder).rglob("*.py")]
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
        ("429 Too many requests", ErrorCode.RATE_LIMITED),
        ("Too Many Requests", ErrorCode.RATE_LIMITED),
        ("429", ErrorCode.RATE_LIMITED),
        ("HTTP 503", ErrorCode.PROVIDER_DOWN),
        ("Account code '429' is not a valid code", ErrorCode.ACCOUNT_UNKNOWN),
        ("Xero no longer accepts the access it gave; reconnect to go on", ErrorCode.ACCESS_EXPIRED),
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


@pytest.mark.requirement("S1-13")
def test_every_sentence_of_our_own_finds_its_guide_first() -> None:
    own = [(said, code) for code, sentences in OWN_WORDS.items() for said in sentences]
    assert [(said, code, first(said)) for said, code in own if first(said) is not code] == []


@pytest.mark.requirement("S1-13")
def test_whatever_the_code_says_with_an_error_finds_its_guide() -> None:
    said = {pair for path in SOURCES if "sandbox" not in path.parts for pair in _said_with_errors(path)}
    assert len(said) > 12
    assert [(words, code) for words, code in sorted(said) if code not in [each.code for each in matching(words)]] == []


@pytest.mark.requirement("S1-13")
def test_what_a_connection_waits_for_finds_its_guide(world: World) -> None:
    connection = world.connect_xero()
    connections.pause(world.session, connection, world.now(), f"{connection.provider.label}'s limit")
    assert first(connection.waiting_for) is ErrorCode.RATE_LIMITED
    assert first(f"{connection.provider.label} out of reach") is ErrorCode.PROVIDER_DOWN
    assert first(f"{connection.provider.label} disconnected") is ErrorCode.ACCESS_EXPIRED


def _said_with_errors(path: Path) -> Iterator[tuple[str, ErrorCode]]:
    """The words that stand in a module beside a code, as in Fault(ErrorCode.X, …, words); what varies reads "Xero".

    Two words alone tell nothing.
    """
    for scope in ast.walk(ast.parse(path.read_text())):
        if not isinstance(scope, ast.FunctionDef):
            continue
        set_once = Counter(each.targets[0].id for each in _assignments(scope))
        named = {each.targets[0].id: each.value for each in _assignments(scope) if set_once[each.targets[0].id] == 1}
        for call in ast.walk(scope):
            if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"Fault", "ProviderError"}):
                continue
            code = call.args and getattr(ErrorCode, getattr(call.args[0], "attr", ""), None)
            words = next((each.value for each in call.keywords if each.arg == "words"), None) or call.args[-1]
            text = _literal(named.get(words.id, words) if isinstance(words, ast.Name) else words)
            if code and len(text.replace("Xero", "").split()) > 2:
                yield text, code


def _assignments(scope: ast.FunctionDef) -> Iterator[Any]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "Xero" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
