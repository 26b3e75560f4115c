"""What helps with what a ledger has under a failed record's number, in words. Looking and adopting are in_ledger's."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dashboard.domain import claims, in_ledger
from dashboard.domain.in_ledger import Told
from dashboard.models import Export, Record
from dashboard.vocabulary.agreement import Aspect
from dashboard.vocabulary.postings import LedgerObject, LedgerState
from dashboard.vocabulary.records import Direction

_OF_A_DOCUMENT = frozenset({Aspect.CONTACT, Aspect.DATE, Aspect.TOTAL})
"""Where two of these differ, nobody entered the same document a second time."""


@dataclass(frozen=True)
class Advice:
    """`words` is "" where nothing is left to say. `owner` is the record here that the ledger's document stands for.

    `can_resend` is False where the ledger would refuse it again, whatever is done there.
    """

    words: str = ""
    owner: Record | None = None
    can_resend: bool = True


def advice(session: Session, record: Record, export: Export, said: Told, label: str) -> Advice:
    """For a failed export whose document cannot be adopted."""
    if said.is_asked or not said.objects:
        return Advice()
    if len(said.objects) > 1:
        return Advice(f"Open each in {label}. If one is this document, press Resolve and pick it.")
    (found,) = said.objects
    owner = claims.owner(session, export, found)
    if owner is not None:
        return Advice(
            "If both records are the same document, press Resolve and pick “It is not to be booked”. If they are two "
            f"documents with one number, {_renumber(record, label)}.",
            owner,
        )
    if found.state.is_gone:
        return _gone(record, found, label)
    differing = in_ledger.differing(in_ledger.as_sent(session, record, export), found)
    if found.key == export.key:
        return Advice(_changed(label) if differing else "", can_resend=False)
    return Advice(_alive(record, frozenset(differing), label))


def _gone(record: Record, found: LedgerObject, label: str) -> Advice:
    if found.state is LedgerState.VOID and record.kind.direction is Direction.SALE:
        return Advice(
            f"{label} holds {found.number}, voided. It books nothing, but its number stays taken, and what is voided "
            "cannot be renumbered: resending would be refused again. If the document is still to be booked, take it in "
            "with another number, then press Resolve and pick “It is not to be booked”, naming that number.",
            can_resend=False,
        )
    return Advice(
        f"{label}'s document books nothing any more. If this one is still to be booked, resend it from the record."
    )


def _changed(label: str) -> str:
    return (
        f"tieout sent it, and it was changed in {label}. If the change is right, press Resolve and pick “It is in "
        f"{label} already”. If it is wrong, mend it in {label}, look again, and adopt it once both agree."
    )


def _alive(record: Record, differing: frozenset[Aspect], label: str) -> str:
    if Aspect.KIND in differing or len(differing & _OF_A_DOCUMENT) > 1:
        return f"By what differs it is another document with the same number: {_renumber(record, label)}."
    resolve = f"press Resolve and pick “It is in {label} already”"
    if differing:
        return (
            f"If it is this document all the same, {resolve}, and say why it differs. "
            f"If it is another one, {_renumber(record, label)}."
        )
    # Only a document with a place for a link lacks it.
    lacks = "" if record.kind.is_credit else ": it carries no link to this record, so it cannot be adopted"
    return (
        f"Entered in {label} by hand or by another app{lacks}. {resolve[0].upper()}{resolve[1:]}. "
        f"Resending works once {label}’s document was deleted, or renumbered there."
    )


def _renumber(record: Record, label: str) -> str:
    where = "“Reference”" if record.kind.direction is Direction.PURCHASE else "its number"
    return f"correct {where} in {label}, or delete it there, then resend this one from the record"
