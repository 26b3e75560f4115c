"""Rows of a CSV file into documents: which rows belong together, what their columns mean, and what they add up to."""

from decimal import Decimal

from dashboard.domain import roundings
from dashboard.domain.amounts import in_words
from dashboard.domain.intake.csv_columns import COLUMNS
from dashboard.domain.intake.readers import codes, figures
from dashboard.domain.intake.readers.csv_cell_reader import CellReader
from dashboard.domain.intake.readers.csv_cells import learn_habits
from dashboard.domain.intake.readers.csv_faults import Faults
from dashboard.domain.intake.readers.csv_lines import read_line, subtotals
from dashboard.domain.intake.readers.csv_table import Row, read_table
from dashboard.domain.intake.readers.csv_types import StatedType, stated_type
from dashboard.domain.intake.readers.refused import Refused
from dashboard.domain.intake.readers.totals import check_totals
from dashboard.vocabulary.documents import Document, Party, UnreadableFile
from dashboard.vocabulary.records import Direction, Source

MAX_DOCUMENTS = 5_000
_WHO = ("type", "seller_name", "buyer_name")
_REQUIRED = {
    "number": "Write the number that the document carries.",
    "issue_date": "Write the date of the document, such as 2026-01-31.",
    "currency": "Write a code such as EUR or SEK.",
}
_SHARED = tuple(column.name for column in COLUMNS if not column.per_line)


def read_csv(content: bytes, file_name: str) -> list[Document]:
    """Raises UnreadableFile naming up to twenty faults with line and column; one fault refuses the whole file."""
    # The name is part of each document's place, which is kept beside the record.
    faults = Faults(file_name if len(file_name) <= 120 else file_name[:119] + "…")
    table = read_table(content, faults)
    groups = _groups(table.rows)
    if len(groups) > MAX_DOCUMENTS:
        raise UnreadableFile(faults.file_name, f"There are more than {MAX_DOCUMENTS:,} documents.", "Split the file.")
    cells = CellReader(learn_habits(table.rows), faults)
    documents = [_document(cells, rows) for rows in groups]
    faults.raise_any()
    return [document for document in documents if document is not None]


def _groups(rows: tuple[Row, ...]) -> list[list[Row]]:
    """Rows of one document share its number, type, seller and buyer; what a later row leaves empty is the same."""
    groups: list[list[Row]] = []
    latest: dict[str, list[Row]] = {}
    by_who: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        number, who = row["number"], tuple(row[name] for name in ("number", *_WHO))
        own = latest.get(number)
        if own is None or not all(row[name] in ("", own[0][name]) for name in _WHO):
            own = by_who.get(who) if number else None
        if own is None:
            own = by_who[who] = []
            groups.append(own)
        if number:
            latest[number] = own
        own.append(row)
    return groups


def _document(cells: CellReader, rows: list[Row]) -> Document | None:
    """None when a fault was found; every one of them stands in `cells.faults`."""
    before = len(cells.faults.found)
    head = _head(cells, rows)
    for column, fix in _REQUIRED.items():
        cells.require(head, column, fix)
    stated = cells.read(head, "type", stated_type) or stated_type("")
    _require_names(cells, head, stated)
    currency = cells.read(head, "currency", codes.currency)
    decimals = figures.decimals_of(currency) if currency else 2
    lines = [line for row in rows if (line := read_line(cells, row, decimals))]
    taxes = subtotals(cells, lines, decimals)
    issue_date, due_date = cells.day(head, "issue_date"), cells.day(head, "due_date")
    number, order_reference = cells.text(head, "number"), cells.text(head, "order_reference")
    seller, buyer = _party(cells, head, "seller"), _party(cells, head, "buyer")
    total = cells.amount(head, "total")
    stated_rounding = _stated_rounding(cells, head, currency)
    if len(cells.faults.found) > before or not currency or not issue_date:
        return None
    net = sum((stated_line.line.net for stated_line in lines), Decimal(0))
    tax = sum((subtotal.tax for subtotal in taxes), Decimal(0))
    rounding = stated_rounding
    if rounding is None:
        rounding = _rounding(total, net + tax, currency, figures.tolerance(currency, len(lines) + len(taxes)))
    found = Document(
        source=Source.CSV,
        place=_place(cells, head),
        number=number,
        type_code=stated.code,
        is_credit=stated.is_credit,
        issue_date=issue_date,
        due_date=due_date,
        currency=currency,
        seller=seller,
        buyer=buyer,
        lines=tuple(stated_line.line for stated_line in lines),
        taxes=taxes,
        net=net,
        tax=tax,
        rounding=rounding,
        total=net + tax + rounding if total is None else total,
        prepaid=Decimal(0),
        order_reference=order_reference,
        stated_direction=stated.direction,
    )
    _check(cells, head, found)
    return found


def _head(cells: CellReader, rows: list[Row]) -> Row:
    """What all rows of the document say together about it."""
    shared: dict[str, str] = {}
    for row in rows:
        for name in _SHARED:
            if row[name] and shared.setdefault(name, row[name]) != row[name]:
                reason = f"“{row[name][:60]}” differs from “{shared[name][:60]}” in an earlier row of the document."
                cells.faults.add(row.line, name, Refused(reason, "Write the same, or leave it empty."))
    return Row(rows[0].line, shared)


def _require_names(cells: CellReader, head: Row, stated: StatedType) -> None:
    """A sale needs its buyer and a purchase its seller; the other side is the organisation itself."""
    if stated.direction is Direction.SALE:
        cells.require(head, "buyer_name", "Name who it was sold to.")
    elif stated.direction is Direction.PURCHASE:
        cells.require(head, "seller_name", "Name who it was bought from.")
    elif not head["buyer_name"]:
        cells.require(head, "seller_name", "Name the seller or the buyer.")


def _party(cells: CellReader, head: Row, side: str) -> Party:
    tax_id = cells.text(head, f"{side}_tax_id", 64)
    return Party(
        name=cells.text(head, f"{side}_name"),
        tax_ids=(tax_id,) if tax_id else (),
        country=cells.read(head, f"{side}_country", codes.country) or "",
        email=cells.text(head, f"{side}_email", 254),
        place=f"{_place(cells, head)}, column {side}_name",
    )


def _place(cells: CellReader, head: Row) -> str:
    return f"line {head.line} of {cells.faults.file_name}"


def _stated_rounding(cells: CellReader, head: Row, currency: str | None) -> Decimal | None:
    """None where the file leaves it to the total. More than a rounding is refused: a file sets no limit of its own."""
    stated = cells.amount(head, "rounding")
    if stated is None or not currency or abs(stated) <= roundings.stated_limit(currency):
        return stated
    shown, most = (in_words(each, currency) for each in (stated, roundings.stated_limit(currency)))
    fix = "State the rest as a line, or correct the total."
    cells.faults.add(head.line, "rounding", Refused(f"{shown} is more than a rounding, which is at most {most}.", fix))
    return None


def _rounding(total: Decimal | None, computed: Decimal, currency: str, tolerance: Decimal) -> Decimal:
    """What the stated total was rounded by. A difference beyond that is left for the check to refuse."""
    if total is None:
        return Decimal(0)
    is_rounding = abs(total - computed) <= tolerance or roundings.is_cash_rounding(total, computed, currency)
    return total - computed if is_rounding else Decimal(0)


def _check(cells: CellReader, head: Row, found: Document) -> None:
    if found.is_credit and found.total < 0:
        reason = f"The credit note comes to {in_words(found.total, found.currency)}."
        cells.faults.add(head.line, "", Refused(reason, "Write the amounts of a credit note without a minus sign."))
        return
    try:
        for figure in (found.net, found.tax, found.total):
            figures.amount(figure)
        check_totals(found)
    except Refused as refused:
        cells.faults.add(head.line, "", refused)
    except UnreadableFile as contradiction:
        cells.faults.add(head.line, "", Refused(contradiction.reason, contradiction.fix))
