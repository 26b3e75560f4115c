"""Looking documents up again: is it there, and is it ours? What is not beyond doubt is Foreign or Unsure."""

from collections.abc import Iterable, Sequence

from dashboard.vocabulary.agreement import Aspect, differing, same_number
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.figures import figures
from dashboard.vocabulary.postings import (
    Absent,
    DocumentPosting,
    Finding,
    Foreign,
    LedgerObject,
    LedgerState,
    Ours,
    ProviderError,
    Unsure,
)
from dashboard.vocabulary.records import Direction, RecordKind
from jobs.connectors.wire import Unreadable
from jobs.connectors.xero import queries
from jobs.connectors.xero.calls import Calls
from jobs.connectors.xero.fields import Element, text
from jobs.connectors.xero.forms import FORMS
from jobs.connectors.xero.ledger import carries_key, ledger_object

_MOST_PAGES = 10


def find_documents(calls: Calls, postings: Sequence[DocumentPosting], short_code: str) -> list[Finding]:
    """One finding per posting, in order. Raises ProviderError when Xero cannot be asked or its list not be read."""
    listed = [posting.number for posting in postings if _is_listed(posting)]
    sales = [found for query in queries.number_lists(listed) for found in _all(calls, RecordKind.INVOICE, query)]
    together = _together(calls, [posting for posting in postings if not _is_listed(posting)])
    findings: list[Finding] = []
    for posting in postings:
        try:
            if _is_listed(posting):
                candidates = sales
            elif posting.kind in together and queries.is_quotable(posting.number):
                candidates = together[posting.kind]
            else:
                candidates = _candidates(calls, posting)
            findings.append(judge(posting, _objects(posting, candidates, short_code)))
        except (Unreadable, _NotAskable) as reason:
            findings.append(Unsure(str(reason)))
    return findings


def _together(calls: Calls, postings: Sequence[DocumentPosting]) -> dict[RecordKind, list[Element]]:
    """What bears any of the postings' numbers, by kind, where several can be asked for at once.

    A kind is left out where there is but one to ask for, or where all at once are too many.
    """
    found: dict[RecordKind, list[Element]] = {}
    for kind in dict.fromkeys(posting.kind for posting in postings):
        numbers = [each.number for each in postings if each.kind is kind and queries.is_quotable(each.number)]
        if len(numbers) < 2:
            continue
        try:
            asked = queries.by_numbers(FORMS[kind], numbers)
            found[kind] = [each for query in asked for each in _all(calls, kind, query)]
        except ProviderError as error:
            if error.code is not ErrorCode.CANNOT_TELL:
                raise
    return found


def judge(posting: DocumentPosting, candidates: Sequence[LedgerObject]) -> Finding:
    """Design: our key, company, kind, contact, currency, date, tax and total must all agree, and it must be alive."""
    return _by_key(posting, candidates) if FORMS[posting.kind].has_url else _by_agreement(posting, candidates)


def differences(posting: DocumentPosting, found: LedgerObject) -> tuple[str, ...]:
    """What a person sees side by side, in their words; empty when everything agrees."""
    tax, total = figures(posting.tax, posting.currency), figures(posting.total, posting.currency)
    words = {
        Aspect.STATE: f"It was {'voided' if found.state is LedgerState.VOID else 'deleted'} in Xero.",
        Aspect.KIND: f"Its kind in Xero is {found.kind.label}; {posting.kind.label} was sent.",
        Aspect.NUMBER: f"Its number in Xero is {found.number or 'empty'}; {posting.number} was sent.",
        Aspect.CONTACT: f"Its contact in Xero is {found.contact_name or 'another one'}, not the one that was sent.",
        Aspect.DATE: f"Its date in Xero is {found.date}; {posting.date} was sent.",
        Aspect.CURRENCY: f"Its currency in Xero is {found.currency or 'empty'}; {posting.currency} was sent.",
        Aspect.TAX: f"Its tax in Xero is {figures(found.tax, found.currency)}; {tax} was sent.",
        Aspect.TOTAL: f"Its total in Xero is {figures(found.total, found.currency)}; {total} was sent.",
    }
    differs = differing(posting, found, is_same_contact=_is_same_contact(posting, found))
    return tuple(said for aspect, said in words.items() if aspect in differs)


def _by_key(posting: DocumentPosting, candidates: Sequence[LedgerObject]) -> Finding:
    ours = [found for found in candidates if found.key == posting.key]
    alive = [found for found in ours if not found.state.is_gone]
    if len(alive) > 1:
        return Unsure(f"Xero holds it {len(alive)} times.", tuple(alive))
    if ours:
        found = (alive or ours)[-1]
        told = differences(posting, found)
        return Foreign(found, told) if told else Ours(found)
    others = _alive(posting, candidates) or _voided(posting, candidates)
    if posting.kind is RecordKind.BILL:
        # Every supplier numbers its own bills.
        others = [found for found in others if _is_same_contact(posting, found)]
    return _foreign(posting, others) if others else Absent()


def _foreign(posting: DocumentPosting, others: Sequence[LedgerObject]) -> Foreign:
    nearest = min(others, key=lambda found: len(differences(posting, found)))
    return Foreign(nearest, ("It does not carry this record's link.", *differences(posting, nearest)))


def _by_agreement(posting: DocumentPosting, candidates: Sequence[LedgerObject]) -> Finding:
    """Credit notes hold no key. A sales number is unique, a supplier's is not: there a near miss is doubt."""
    alive = _alive(posting, candidates)
    agreeing = [found for found in alive if not differences(posting, found)]
    if len(agreeing) == 1:
        return Ours(agreeing[0])
    if len(agreeing) > 1:
        return Unsure(f"Xero holds {len(agreeing)} that agree in everything.", tuple(agreeing))
    if posting.kind is RecordKind.CREDIT_NOTE:
        if len(alive) > 1:
            return Unsure("Several credit notes in Xero have this number, and none agrees.", tuple(alive))
        taking = alive or _voided(posting, candidates)
        return Foreign(taking[-1], differences(posting, taking[-1])) if taking else Absent()
    near = [found for found in alive if _is_near(posting, found)]
    if near:
        return Unsure("A supplier credit note in Xero has this number and does not agree in everything.", tuple(near))
    return Absent()


def _is_near(posting: DocumentPosting, found: LedgerObject) -> bool:
    """The same supplier's, or the same amount on the same day: contacts are merged in Xero."""
    return _is_same_contact(posting, found) or (found.total == posting.total and found.date == posting.date)


def _alive(posting: DocumentPosting, candidates: Sequence[LedgerObject]) -> list[LedgerObject]:
    """Those that bear its number and still book something."""
    return [found for found in candidates if not found.state.is_gone and same_number(found.number, posting.number)]


def _voided(posting: DocumentPosting, candidates: Sequence[LedgerObject]) -> list[LedgerObject]:
    """Those that bear its sales number, book nothing and keep it taken all the same; a deleted one's is free again."""
    if posting.kind.direction is not Direction.SALE:
        return []
    return [
        found for found in candidates if found.state is LedgerState.VOID and same_number(found.number, posting.number)
    ]


def _is_same_contact(posting: DocumentPosting, found: LedgerObject) -> bool:
    return found.contact_id == posting.contact_id.lower()


class _NotAskable(Exception):
    """There is no question that Xero understands and answers with a list of bearable length."""


def _is_listed(posting: DocumentPosting) -> bool:
    return posting.kind is RecordKind.INVOICE and queries.is_listable(posting.number)


def _candidates(calls: Calls, posting: DocumentPosting) -> list[Element]:
    form = FORMS[posting.kind]
    try:
        if queries.is_quotable(posting.number):
            query = queries.by_number(form, posting.number)
        else:
            query = queries.by_contact(form, posting.contact_id)
    except ValueError:
        raise _NotAskable("Neither its number nor its contact can be searched for in Xero.") from None
    try:
        return _all(calls, posting.kind, query)
    except ProviderError as error:
        if error.code is not ErrorCode.CANNOT_TELL:
            raise
        raise _NotAskable("Xero holds too many documents that might be it.") from None


def _all(calls: Calls, kind: RecordKind, query: dict[str, str]) -> list[Element]:
    form = FORMS[kind]
    return list(calls.pages(form.plural, form.id_field, query, most=_MOST_PAGES))


def _objects(posting: DocumentPosting, found: Iterable[Element], short_code: str) -> list[LedgerObject]:
    return [ledger_object(posting.kind, each, short_code, posting.key) for each in found if _concerns(posting, each)]


def _concerns(posting: DocumentPosting, found: Element) -> bool:
    """By number or by key; one without a number counts too, so that what cannot be read is not taken for absent."""
    form = FORMS[posting.kind]
    if text(found, "Type") not in (form.type, ""):
        return False
    number = text(found, form.number_field)
    return not number or same_number(number, posting.number) or carries_key(text(found, "Url"), posting.key)
