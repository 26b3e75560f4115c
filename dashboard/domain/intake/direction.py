"""Whether a document is the organisation's sale or its purchase: who the organisation is decides, not who sent it."""

from dashboard.domain.intake.identity import is_same_party
from dashboard.domain.intake.invisible import without_invisible
from dashboard.models import Tenant
from dashboard.vocabulary.documents import Document, Party, UnreadableFile
from dashboard.vocabulary.records import Direction

_SALES, _PURCHASES = "invoice or credit note", "bill or supplier credit note"


def decide(document: Document, tenant: Tenant, stated: Direction | None) -> Direction:
    """Sale when the organisation sells, purchase when it buys; where neither or both are it, what somebody stated.

    `stated` by somebody for whole files gives way to who the organisation is; the document's own statement gives way to
    nothing. Raises UnreadableFile when nobody stated it, when the document contradicts itself or what was stated, and
    when it names nobody on its other side: a guess would book money the wrong way round.
    """
    side = _side(document, tenant, stated)
    _require_contact(document, side)
    return side


def contact_of(document: Document, side: Direction) -> Party:
    """Whom the record is with: a sale's buyer, a bill's seller."""
    return document.buyer if side is Direction.SALE else document.seller


def _side(document: Document, tenant: Tenant, stated: Direction | None) -> Direction:
    sells, buys = is_party(tenant, document.seller), is_party(tenant, document.buyer)
    if sells != buys:
        return _agreeing(document, tenant, Direction.SALE if sells else Direction.PURCHASE)
    if stated is not None:
        return _unopposed(document, stated)
    if document.stated_direction is not None and (sells or not _own_side(document)):
        return document.stated_direction
    who = "both the seller and the buyer" if sells else f"neither the seller {document.seller.name or '(no name)'}"
    rest = "" if sells else f" nor the buyer {document.buyer.name or '(no name)'}"
    verb = "are" if sells else "is"
    raise UnreadableFile(
        document.place,
        f"{document.number}: {who}{rest} {verb} {tenant.name}, so it is not clear whether it is a sale or a bill.",
        "Say which when you take it in, or set your organisation's tax id.",
    )


def _own_side(document: Document) -> str:
    """Whom the file names where the organisation would stand, by what it states to be: somebody else's invoice is not
    ours because its file says "invoice"."""
    party = document.buyer if document.stated_direction is Direction.PURCHASE else document.seller
    return party.name


def _agreeing(document: Document, tenant: Tenant, side: Direction) -> Direction:
    if document.stated_direction in (None, side):
        return side
    is_sale = side is Direction.SALE
    stated, found = ("a bill", "the seller") if is_sale else ("a sale", "the buyer")
    kinds = _SALES if is_sale else _PURCHASES
    raise UnreadableFile(
        document.place,
        f"{document.number}: its type says that it is {stated}, but {found} is {tenant.name}.",
        f"Set the type to {kinds}, or exchange seller and buyer.",
    )


def _unopposed(document: Document, stated: Direction) -> Direction:
    if document.stated_direction in (None, stated):
        return stated
    is_sale = stated is Direction.SALE
    own, taken, kinds = ("bill", "sale", _SALES) if is_sale else ("sale", "bill", _PURCHASES)
    raise UnreadableFile(
        f"{document.place}, column type",
        f"{document.number}: its type says that it is a {own}, but it is taken in as a {taken}.",
        f"Set the type to {kinds}, leave it empty, or do not say that all are {taken}s.",
    )


def _require_contact(document: Document, side: Direction) -> None:
    """A name of marks alone is none: nobody could tell whom to map it to."""
    contact = contact_of(document, side)
    if any(sign.isalnum() for sign in without_invisible(contact.name)):
        return
    is_sale = side is Direction.SALE
    role, kind, fix = ("buyer", "sale", "sold to") if is_sale else ("seller", "bill", "bought from")
    raise UnreadableFile(
        contact.place,
        f"{document.number} is a {kind}, and nobody is named as its {role}.",
        f"Name who it was {fix}, and take the file in again.",
    )


def is_party(tenant: Tenant, party: Party) -> bool:
    return is_same_party(tenant.name, [tenant.tax_id], party.name, party.tax_ids)
