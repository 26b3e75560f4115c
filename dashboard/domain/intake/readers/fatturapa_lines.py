"""Lines, contributions and the tax breakdown of a FatturaPA document."""

from collections import defaultdict
from decimal import Decimal

from dashboard.domain.intake.readers import codes, fatturapa_codes, figures
from dashboard.domain.intake.readers.tax_breakdown import TaxKey
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal, UnreadableFile

_SPLIT = "S"
_LINES = "DatiBeniServizi/DettaglioLinee"
_RATES = "DatiBeniServizi/DatiRiepilogo"
_PENSION = "DatiGenerali/DatiGeneraliDocumento/DatiCassaPrevidenziale"


def split_rates(body: Node) -> frozenset[Decimal]:
    """The rates whose VAT the buyer pays to the state and not to the seller, in all of the document."""
    said: dict[Decimal, bool] = {}
    for each in body.each(_RATES):
        rate = each.required("AliquotaIVA").read(_rate)
        said[rate] = said.get(rate, True) and each.text("EsigibilitaIVA").upper() == _SPLIT
    return frozenset(rate for rate, is_split in said.items() if is_split)


def read_breakdown(body: Node, currency: str) -> tuple[TaxSubtotal, ...]:
    """One for each DatiRiepilogo."""
    body.part(_RATES)
    split = split_rates(body)
    keys = [(each, _tax_of(each, split)) for each in body.each(_RATES)]
    return tuple(
        TaxSubtotal(
            category=key.category,
            rate=key.rate,
            taxable=each.amount("ImponibileImporto", currency),
            tax=each.amount("Imposta", currency),
        )
        for each, key in keys
    )


def read_lines(body: Node, currency: str, taxes: tuple[TaxSubtotal, ...]) -> tuple[DocumentLine, ...]:
    """The lines, then pension contributions, incidental expenses and roundings as charges."""
    body.part(_LINES)
    split = split_rates(body)
    lines = [_line(each, split) for each in body.each(_LINES)]
    lines += [_contribution(each, split, currency) for each in body.each(_PENSION)]
    return (*lines, *_unlisted(body, currency, lines, taxes))


def charge(description: str, net: Decimal, tax: TaxKey) -> DocumentLine:
    return DocumentLine(description, Decimal(1), net, net, tax.category, tax.rate, is_charge=True)


def _line(line: Node, split: frozenset[Decimal]) -> DocumentLine:
    tax = _tax_of(line, split)
    quantity = line.find("Quantita")
    return DocumentLine(
        description=codes.with_period(
            line.text("Descrizione", 4000) or line.required("Descrizione").words,
            line.date("DataInizioPeriodo"),
            line.date("DataFinePeriodo"),
        ),
        quantity=quantity.as_price() if quantity is not None and quantity.words else Decimal(1),
        unit_price=line.required("PrezzoUnitario").as_price(),
        net=line.required("PrezzoTotale").read(_net),
        category=tax.category,
        tax_rate=tax.rate,
        sku=line.text("CodiceArticolo/CodiceValore", 100),
        unit=line.text("UnitaMisura")[:20],
    )


def _net(words: str) -> Decimal:
    """FatturaPA writes a line's amount with up to eight decimals; the four that are kept are enough for its sums."""
    return figures.amount(figures.round_half_up(figures.plain_decimal(words), figures.AMOUNT_DECIMALS))


def _contribution(fund: Node, split: frozenset[Decimal], currency: str) -> DocumentLine:
    kind, percent = fund.text("TipoCassa", 10), fund.text("AlCassa", 10)
    words = f"Pension contribution {kind} {percent} %" if percent else f"Pension contribution {kind}"
    return charge(words, fund.amount("ImportoContributoCassa", currency), _tax_of(fund, split))


def _unlisted(
    body: Node, currency: str, lines: list[DocumentLine], taxes: tuple[TaxSubtotal, ...]
) -> list[DocumentLine]:
    """Expenses and roundings that stand in the breakdown alone, where they are what a rate's lines lack.

    Some senders list the expenses as lines as well, and state them in the breakdown for information.
    """
    listed: dict[TaxKey, Decimal] = defaultdict(Decimal)
    for line in lines:
        listed[TaxKey(line.category, line.tax_rate)] += line.net
    lacking = {TaxKey(each.category, each.rate): Decimal(0) for each in taxes}
    for each in taxes:
        lacking[TaxKey(each.category, each.rate)] += each.taxable
    found = []
    for each, node in zip(taxes, body.each(_RATES), strict=True):
        key = TaxKey(each.category, each.rate)
        expenses = node.optional_amount("SpeseAccessorie", currency) or Decimal(0)
        rounding = node.find("Arrotondamento")
        rounded = rounding.read(_net) if rounding is not None and rounding.words else Decimal(0)
        gap = lacking[key] - listed[key]
        for words, net in _explaining(gap, expenses, rounded, figures.tolerance(currency, len(lines))):
            found.append(charge(words, net, key))
            listed[key] += net
    return found


def _explaining(gap: Decimal, expenses: Decimal, rounded: Decimal, within: Decimal) -> list[tuple[str, Decimal]]:
    """Which of the two make up the gap: both, one, or, when it is none already, neither."""
    both = [("Incidental expenses", expenses), ("Rounding", rounded)]
    for some in (both, both[:1], both[1:]):
        stated = [(words, net) for words, net in some if net]
        if stated and abs(gap) > abs(gap - sum(net for _, net in stated)) <= within:
            return stated
    return []


def _rate(words: str) -> Decimal:
    return figures.rate(figures.plain_decimal(words))


def _tax_of(node: Node, split: frozenset[Decimal]) -> TaxKey:
    rate_at = node.required("AliquotaIVA")
    rate = rate_at.read(_rate)
    nature = node.find("Natura")
    if nature is not None and nature.words:
        if rate:
            raise UnreadableFile(
                nature.path, f"A nature ({nature.words[:10]}) says that there is no VAT, but {rate:f} % is stated."
            )
        return TaxKey(nature.read(fatturapa_codes.category), Decimal(0))
    if not rate:
        node.required("Natura")
    return TaxKey(fatturapa_codes.SPLIT_PAYMENT if rate in split else fatturapa_codes.STANDARD, rate)
