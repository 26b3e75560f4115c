"""Whether a document is the organisation's sale or its purchase: who the organisation is decides, not who sent it."""

from dashboard.domain.intake.identity import is_same_party
from dashboard.models import Tenant
from dashboard.vocabulary.documents import Document, Party, UnreadableFile
from dashboard.vocabulary.records import Direction


def decide(document: Document, tenant: Tenant, stated: Direction | None) -> Direction:
    """Sale when the organisation sells, purchase when it buys; where neither or both are it, what somebody stated.

    `stated` by somebody for whole files gives way to who the organisation is; the document's own statement does not.
    Raises UnreadableFile when nobody stated it, or the document contradicts itself: a guess would book money the wrong
    way round.
    """
    sells, buys = is_party(tenant, document.seller), is_party(tenant, document.buyer)
    if sells != buys:
        return _agreeing(document, tenant, Direction.SALE if sells else Direction.PURCHASE)
    said = stated
    if said is None and (sells or not _own_side(document)):
        said = document.stated_direction
    if said is not None:
        return said
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
    kinds = "invoice or credit note" if is_sale else "bill or supplier credit note"
    raise UnreadableFile(
        document.place,
        f"{document.number}: its type says that it is {stated}, but {found} is {tenant.name}.",
        f"Set the type to {kinds}, or exchange seller and buyer.",
    )


def is_party(tenant: Tenant, party: Party) -> bool:
    return is_same_party(tenant.name, [tenant.tax_id], party.name, party.tax_ids)
