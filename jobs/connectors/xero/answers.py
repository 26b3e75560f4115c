"""Which element of an answer belongs to which posting, and what it says. A guess would book twice: doubt is Unknown."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Accepted, Exchange, Fault, LedgerState, Outcome, Refused, Unknown
from jobs.connectors.xero.calls import Reply
from jobs.connectors.xero.fields import Element, element, elements, flag, identifier, messages, text
from jobs.connectors.xero.payloads import pretty

Sign = Callable[[int, Element], bool | None]
"""Whether an element is the posting's of that index: True it names it, False it names another, None it does not say."""

Understand = Callable[[int, str], Fault]

_KEY_REUSED = re.compile(r"idempotency key:?.* used with a different request", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A PUT of several elements: how it was sent, and how its answer is to be read.

    `state` turns an accepted element's Status into ours, None where it is none of them; `warnings` names what Xero
    booked otherwise than sent.
    """

    method: str
    address: str
    plural: str
    id_field: str
    sent: Sequence[object]
    sign: Sign
    understand: Understand
    state: Callable[[int, Element], LedgerState | None]
    page: Callable[[str], str]
    warnings: Callable[[int, Element], tuple[str, ...]] = lambda index, found: ()


def outcomes(written: Written, reply: Reply) -> list[Outcome]:
    """One outcome per sent element, in order."""
    document = reply.document if isinstance(reply.document, dict) else {}
    refused_whole = reply.status == 400
    found = elements(document, "Elements" if refused_whole else written.plural)
    paired = pair(len(written.sent), found, written.sign)
    ids = Counter(identifier(each, written.id_field) for each in paired if each)
    made: list[Outcome] = []
    for index, (sent, mine) in enumerate(zip(written.sent, paired, strict=True)):
        request_id = reply.request_id or text(document, "Id")
        exchange = Exchange(written.method, written.address, pretty(sent), reply.status, reply.body, request_id)
        if reply.verdict:
            made.append(reply.verdict(exchange))
        elif mine is None:
            if document:
                # Nothing in the answer is this posting's own, so it is shown what was said to all.
                envelope = {name: value for name, value in document.items() if not isinstance(value, list)}
                exchange = replace(exchange, response=pretty(envelope))
            made.append(_unmatched(written, index, reply, document, exchange))
        elif ids[identifier(mine, written.id_field)] > 1 and identifier(mine, written.id_field):
            exchange = replace(exchange, response=pretty(mine))
            made.append(Unknown("Xero gave one id to several documents.", exchange))
        else:
            made.append(_read(written, index, mine, refused_whole, replace(exchange, response=pretty(mine))))
    return made


def pair(count: int, found: Sequence[Element], sign: Sign) -> list[Element | None]:
    """Xero answers in order. Where it visibly did not, only elements that name exactly one posting are used."""
    if len(found) == count and all(sign(index, each) is not False for index, each in enumerate(found)):
        return list(found)
    paired: list[Element | None] = []
    for index in range(count):
        mine = [each for each in found if sign(index, each)]
        is_certain = len(mine) == 1 and sum(bool(sign(other, mine[0])) for other in range(count)) == 1
        paired.append(mine[0] if is_certain else None)
    return paired


def _read(written: Written, index: int, mine: Element, refused_whole: bool, exchange: Exchange) -> Outcome:
    status = text(mine, "StatusAttributeString").upper()
    said = complaints(mine)
    is_flagged = flag(mine, "HasErrors") or flag(mine, "HasValidationErrors")
    has_errors = status != "WARNING" and (is_flagged or bool(messages(mine, "ValidationErrors")))
    ledger_id = identifier(mine, written.id_field)
    if any(_KEY_REUSED.search(words) for words in said):
        return Unknown(said[0], exchange)
    if refused_whole or status == "ERROR" or (has_errors and not ledger_id):
        return Refused(_faults(written, index, said), exchange)
    if has_errors:
        return Unknown("Xero gave it an id and refused it as well: " + " ".join(said), exchange)
    if not ledger_id:
        return Unknown("Xero gave it no id.", exchange)
    if not written.sign(index, mine):
        return Unknown("Xero's answer does not say which document it is about.", exchange)
    state = written.state(index, mine)
    if state is not None and state.is_gone:
        return Unknown(f"Xero says that it is {state.label.lower()}.", exchange)
    warnings = messages(mine, "Warnings") + (messages(mine, "ValidationErrors") if status == "WARNING" else ())
    return Accepted(
        ledger_id=ledger_id,
        state=state,
        exchange=exchange,
        url=written.page(ledger_id),
        warnings=warnings + written.warnings(index, mine),
    )


def _unmatched(written: Written, index: int, reply: Reply, document: Element, exchange: Exchange) -> Outcome:
    """A 400 without elements refuses all when it could not even be read; otherwise valid ones may have been saved.

    Observed: https://stackoverflow.com/questions/52706101
    """
    if reply.status != 400:
        return Unknown("Xero's answer does not hold this document.", exchange)
    if _KEY_REUSED.search(reply.words):
        return Unknown(reply.words, exchange)
    is_alone = len(written.sent) == 1 and not elements(document, "Elements")
    if is_alone or text(document, "Type") == "PostDataInvalidException":
        return Refused((written.understand(index, reply.words),), exchange)
    return Unknown("Xero refused the call and did not name this document.", exchange)


def _faults(written: Written, index: int, said: tuple[str, ...]) -> tuple[Fault, ...]:
    if not said:
        return (Fault(ErrorCode.UNKNOWN, "", "Xero refused it without a reason."),)
    return tuple(written.understand(index, words) for words in said)


def complaints(mine: Element) -> tuple[str, ...]:
    """Every validation message of an element, its contact and its lines, each once."""
    parts = [mine, element(mine, "Contact"), *elements(mine, "LineItems")]
    return tuple(dict.fromkeys(words for part in parts for words in messages(part, "ValidationErrors")))
