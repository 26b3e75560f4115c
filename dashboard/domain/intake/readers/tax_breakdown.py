"""What formats with a breakdown by category and rate have in common: a tax as a key, and what one part says of another
that leaves it out. Where a format writes its taxes is the reader's own business."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.intake.readers import codes, figures
from dashboard.domain.intake.readers.refused import Refused
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal, UnreadableFile

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class TaxKey:
    category: str
    rate: Decimal


def tax_key(tax: Node, code_name: str, percent_name: str, fallback: Node | None = None) -> TaxKey:
    """The category and rate that `tax` states; `fallback` is a rate written elsewhere. Untaxed categories need none."""
    code = tax.required(code_name).read(codes.category)
    percent = tax.find(percent_name) or fallback
    if percent is None or not percent.words:
        if code not in codes.UNTAXED:
            tax.required(percent_name)
        return TaxKey(code, Decimal(0))

    def reading(words: str) -> Decimal:
        rate = figures.rate(figures.plain_decimal(words))
        codes.check_rate(code, rate)
        return rate

    return TaxKey(code, percent.read(reading))


def sole(found: set[TaxKey], place: str, otherwise: TaxKey | None) -> TaxKey:
    """The one tax of a line or charge; `otherwise` is the document's only one, for what states none."""
    if len(found) > 1:
        raise UnreadableFile(place, "More than one tax applies here; tieout keeps one per line.")
    if found:
        return next(iter(found))
    if otherwise is not None:
        return otherwise
    raise UnreadableFile(place, "This element is missing or empty.", "Ask the sender to state it.")


def only_tax(taxes: Sequence[TaxSubtotal]) -> TaxKey | None:
    """The tax of the whole document, where it has one alone."""
    keys = {TaxKey(subtotal.category, subtotal.rate) for subtotal in taxes}
    return keys.pop() if len(keys) == 1 else None


def untaxed(lines: Sequence[DocumentLine]) -> tuple[TaxSubtotal, ...]:
    """The breakdown of a document that states no tax at all, so that it is checked and compared like any other."""
    return tuple(TaxSubtotal(key.category, key.rate, net, Decimal(0)) for key, net in _nets(lines).items())


def not_broken_down(net: Decimal, tax: Decimal) -> tuple[TaxSubtotal, ...]:
    """The breakdown of a document that states its tax in its total alone: all of it at the one rate that makes it.

    Which category that is, nobody says: it is mapped as a tax of its own. Refuses a tax that no single rate makes.
    """
    share = tax * 100 / net if net else Decimal(0)
    for decimals in (0, 1):
        rate = figures.round_half_up(share, decimals)
        if 0 <= rate <= 100 and abs(net * rate / 100 - tax) <= _CENT:
            return (TaxSubtotal(codes.NOT_BROKEN_DOWN, rate, net, tax),)
    raise Refused(
        f"The document states its totals alone, and a tax of {tax:f} on {net:f} is that of no single rate.",
        "Ask the sender for a profile with the tax broken down, such as EN 16931.",
    )


def lines_of(taxes: Sequence[TaxSubtotal], charges: Sequence[DocumentLine], account: str) -> tuple[DocumentLine, ...]:
    """One line for each category and rate of a document that states none, holding what is no charge or allowance."""
    nets = {TaxKey(each.category, each.rate): Decimal(0) for each in taxes}
    for each in taxes:
        nets[TaxKey(each.category, each.rate)] += each.taxable
    for key, net in _nets(charges).items():
        nets[key] = nets.get(key, Decimal(0)) - net
    kept = {key: net for key, net in nets.items() if net} or dict(list(nets.items())[:1])
    return tuple(
        DocumentLine(
            description=f"Total at {key.rate.normalize():f} % tax; the document states no lines",
            quantity=Decimal(1),
            unit_price=net,
            net=net,
            category=key.category,
            tax_rate=key.rate,
            account=account,
        )
        for key, net in kept.items()
    )


def _nets(lines: Sequence[DocumentLine]) -> dict[TaxKey, Decimal]:
    nets: dict[TaxKey, Decimal] = {}
    for line in lines:
        key = TaxKey(line.category, line.tax_rate)
        nets[key] = nets.get(key, Decimal(0)) + line.net
    return nets
