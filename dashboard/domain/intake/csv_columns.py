"""The columns of a CSV file: what the documentation shows and what the template holds. Reading is not here."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`per_line` tells columns of a line from those of its document, which must say the same on all its rows.

    `also` are other headings that are understood; case, spaces, underscores and punctuation never matter.
    """

    name: str
    meaning: str
    example: str
    is_required: bool = False
    per_line: bool = False
    accepts: str = ""
    also: tuple[str, ...] = ()


_DATE = "2026-01-31; 31.01.2026 or 31/01/2026 where the day comes first without doubt"
_NUMBER = "1234.50 or 1234,50; with grouping 1,234.50, 1.234,50 or 1 234,50"

COLUMNS: tuple[Column, ...] = (
    Column("type", "What the document is; says whether it is sold or bought", "invoice",
           accepts="invoice, bill, credit note, supplier credit note; 380 or 381 leave the direction open; "
                   "empty: an invoice whose direction is open",
           also=("document type", "doc type", "kind")),
    Column("number", "The document's number, as its sender gave it", "INV-1001", True,
           accepts="up to 255 characters",
           also=("invoice number", "invoice no", "invoice nr", "invoice id", "invoice #", "invoice", "bill number",
                 "bill no", "document number", "document no", "credit note number")),
    Column("issue_date", "The date of the document", "2026-01-31", True, accepts=_DATE,
           also=("date", "invoice date", "bill date", "document date", "issued", "issued on")),
    Column("due_date", "When it is to be paid", "2026-03-02", accepts=_DATE,
           also=("due", "due on", "payment due", "payment due date", "pay by")),
    Column("currency", "Currency of all amounts of the document", "EUR", True, accepts="ISO 4217 code",
           also=("currency code", "cur", "ccy")),
    Column("seller_name", "Who sends the document; may be empty on what you sell", "Nordlys AB",
           accepts="at least one of seller_name and buyer_name; seller_name on a bill",
           also=("seller", "supplier", "supplier name", "vendor", "vendor name")),
    Column("seller_tax_id", "The seller's VAT or company number", "SE556677889901",
           also=("seller vat", "seller vat number", "supplier vat number", "supplier tax id", "vendor tax id",
                 "vendor vat number", "supplier vat")),
    Column("seller_country", "The seller's country", "SE", accepts="two-letter code (ISO 3166)",
           also=("supplier country", "vendor country")),
    Column("seller_email", "The seller's e-mail address", "billing@nordlys.example",
           also=("supplier email", "supplier e-mail", "vendor email", "vendor e-mail", "seller e-mail")),
    Column("buyer_name", "Who receives the document; may be empty on what you buy", "Kiruna Bok HB",
           accepts="at least one of seller_name and buyer_name; buyer_name on an invoice of type invoice",
           also=("buyer", "customer", "customer name", "client", "client name", "bill to")),
    Column("buyer_tax_id", "The buyer's VAT or company number", "SE998877665501",
           also=("buyer vat", "buyer vat number", "customer vat number", "customer tax id", "customer vat",
                 "client tax id")),
    Column("buyer_country", "The buyer's country", "SE", accepts="two-letter code (ISO 3166)",
           also=("customer country", "client country")),
    Column("buyer_email", "The buyer's e-mail address", "post@kirunabok.example",
           also=("customer email", "customer e-mail", "client email", "buyer e-mail")),
    Column("order_reference", "The order that the document answers", "PO-77",
           also=("order", "order number", "order no", "purchase order", "po", "po number", "order id")),
    Column("total", "The document's total with tax; checked against its lines", "350.00", accepts=_NUMBER,
           also=("gross", "gross total", "grand total", "total amount", "invoice total", "total incl tax",
                 "total incl vat")),
    Column("rounding", "What the total was rounded by, as for cash: total less lines and tax", "0.00",
           accepts=_NUMBER + "; below 0 when rounded down; at most 1.00, or what the smallest coin of the currency is "
                   "worth; empty: what the total shows, up to the step that cash is rounded to",
           also=("rounding amount", "rounding difference", "cash rounding", "total rounding")),
    Column("description", "What the line is about", "Printed catalogue", True, True,
           also=("item", "item name", "text", "line description", "product", "article")),
    Column("sku", "The seller's article number", "CAT-26", per_line=True,
           also=("article number", "article no", "item number", "item code", "product code")),
    Column("quantity", "How many; 1 when empty", "20", per_line=True, accepts=_NUMBER + "; up to ten decimals",
           also=("qty",)),
    Column("unit_price", "Price of one, without tax", "10.00", per_line=True,
           accepts=_NUMBER + "; up to ten decimals; may be empty when net is given",
           also=("price", "unit cost", "rate per unit", "price per unit")),
    Column("net", "The line's amount without tax, after discounts", "200.00", per_line=True,
           accepts=_NUMBER + "; empty: quantity × unit_price, rounded half up to the currency's decimals",
           also=("net amount", "line net", "net price", "amount excl tax", "amount excl vat")),
    Column("tax_category", "Why the tax is what it is (UNCL 5305)", "S", per_line=True,
           accepts="S standard, Z zero-rated, E exempt, AE reverse charge, K intra-community, G export, O outside "
                   "scope, L Canary Islands, M Ceuta and Melilla, B split payment; empty: S when the rate is above 0; "
                   "needed when the rate is 0",
           also=("vat category", "tax code", "vat code", "tax type")),
    Column("tax_rate", "Tax in percent", "25", True, True,
           accepts="25 or 25 % (not 0.25); may be empty for Z, E, AE, K, G and O",
           also=("vat rate", "tax %", "vat %", "vat percent", "tax percent", "gst rate", "gst %", "moms %")),
    Column("tax_amount", "The line's tax", "50.00", per_line=True,
           accepts=_NUMBER + "; on all lines of a rate or on none; empty: taxable × rate, rounded half up",
           also=("vat amount", "line tax", "line vat", "gst amount", "tax value")),
    Column("account", "The account it belongs to, as you name it", "3010", per_line=True,
           also=("account code", "account number", "ledger account", "gl account", "nominal code")),
)  # fmt: skip

# What the second line of the example says otherwise than the first: one document, two lines, two rates.
_SECOND_LINE = {
    "description": "Freight, reduced rate", "sku": "", "quantity": "1", "unit_price": "89.29", "net": "89.29",
    "tax_rate": "12", "tax_amount": "10.71", "account": "3520",
}  # fmt: skip


def plain_heading(heading: str) -> str:
    """A heading without what people vary: case, spaces, underscores, punctuation; % and # keep their meaning."""
    words = unicodedata.normalize("NFKC", heading).casefold()
    if words.strip() in ("%", "#"):  # A mark alone heads a count of rows, or anything.
        return ""
    return re.sub(r"[\W_]", "", words.replace("%", "percent").replace("#", "number"))


def column_named(heading: str) -> Column | None:
    return _BY_HEADING.get(plain_heading(heading))


def template_csv() -> str:
    """The headings and one example document of two lines, in CSV with commas and CRLF; it reads without a fault."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    first = {column.name: column.example for column in COLUMNS}
    writer.writerow(first)
    writer.writerow(first.values())
    writer.writerow((first | _SECOND_LINE).values())
    return text.getvalue()


_BY_HEADING = {plain_heading(heading): column for column in COLUMNS for heading in (column.name, *column.also)}
