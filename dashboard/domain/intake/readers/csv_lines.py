"""A row of a CSV file as a line of its document, and the tax of a document's lines."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.intake.readers import codes, figures
from dashboard.domain.intake.readers.csv_cell_reader import CellReader
from dashboard.domain.intake.readers.csv_table import Row
from dashboard.domain.intake.readers.refused import Refused
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal

_FIX_CATEGORY = "Write Z zero-rated, E exempt, AE reverse charge, K intra-community, G export or O outside scope."


@dataclass(frozen=True)
class StatedLine:
    """`tax` is the amount the row states, if it does."""

    row: Row
    line: DocumentLine
    tax: Decimal | None


def read_line(cells: CellReader, row: Row, decimals: int) -> StatedLine | None:
    """None when any cell was refused. `decimals` are the currency's, to which a missing net is rounded half up."""
    before = len(cells.faults.found)
    cells.require(row, "description")
    description = cells.prose(row, "description", 4000)
    quantity, unit_price, net = _what_it_costs(cells, row, decimals)
    category, rate = _how_it_is_taxed(cells, row)
    tax = cells.amount(row, "tax_amount")
    account, sku = cells.text(row, "account"), cells.text(row, "sku", 100)
    if len(cells.faults.found) > before:
        return None
    return StatedLine(row, DocumentLine(description, quantity, unit_price, net, category, rate, account, sku), tax)


def subtotals(cells: CellReader, lines: list[StatedLine], decimals: int) -> tuple[TaxSubtotal, ...]:
    """Per category and rate the tax amounts stated, or the taxable amount times the rate, rounded half up once."""
    groups: dict[tuple[str, Decimal], list[StatedLine]] = {}
    for stated in lines:
        groups.setdefault((stated.line.category, stated.line.tax_rate), []).append(stated)
    found = []
    for (category, rate), own in groups.items():
        taxable = sum((stated.line.net for stated in own), Decimal(0))
        taxes = [stated.tax for stated in own if stated.tax is not None]
        if taxes and len(taxes) < len(own):
            for stated in own:
                cells.require(stated.row, "tax_amount", "State the tax on all lines of one rate, or on none.")
        tax = sum(taxes, Decimal(0)) if taxes else figures.round_half_up(taxable * rate / 100, decimals)
        found.append(TaxSubtotal(category, rate, taxable, tax))
    return tuple(found)


def _what_it_costs(cells: CellReader, row: Row, decimals: int) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, unit price and net; what is not stated follows from the others."""
    nothing = (Decimal(0), Decimal(0), Decimal(0))
    before = len(cells.faults.found)
    stated_quantity, price = cells.price(row, "quantity"), cells.price(row, "unit_price")
    net = cells.amount(row, "net")
    if len(cells.faults.found) > before:
        return nothing
    quantity = Decimal(1) if stated_quantity is None else stated_quantity
    if price is not None:
        return quantity, price, _product(cells, row, quantity, price, decimals) if net is None else net
    if net is None:
        cells.faults.add(row.line, "unit_price", Refused("Neither unit_price nor net is stated.", "State one of them."))
        return nothing
    if quantity == 0:
        cells.faults.add(row.line, "quantity", Refused("A quantity of 0 has no unit price.", "State unit_price."))
        return nothing
    return quantity, cells.attempt(row, "net", lambda: figures.unit_price(net, quantity)) or Decimal(0), net


def _product(cells: CellReader, row: Row, quantity: Decimal, price: Decimal, decimals: int) -> Decimal:
    def product() -> Decimal:
        return figures.amount(figures.round_half_up(quantity * price, decimals))

    return cells.attempt(row, "unit_price", product) or Decimal(0)


def _how_it_is_taxed(cells: CellReader, row: Row) -> tuple[str, Decimal]:
    """Category and rate; what was refused is written down and answered with S and 0."""
    category = cells.read(row, "tax_category", codes.category)
    rate = cells.rate(row, "tax_rate")
    if category and rate is not None:
        stated = rate
        cells.attempt(row, "tax_category", lambda: codes.check_rate(category, stated))
    if not row["tax_rate"] and category not in codes.UNTAXED:
        cells.require(row, "tax_rate", "Write the rate in percent, such as 25.")
    if not row["tax_category"] and rate == 0:
        # 0 % is six different things to a ledger, so it is never guessed which.
        cells.faults.add(row.line, "tax_category", Refused("A rate of 0 % needs its category.", _FIX_CATEGORY))
    return category or "S", rate or Decimal(0)
