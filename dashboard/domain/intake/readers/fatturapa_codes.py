"""FatturaPA's own codes as the rest of tieout says them: document types (TD) and natures of what carries no VAT (N).

https://www.fatturapa.gov.it/it/norme-e-regole/documentazione-fattura-elettronica/formato-fatturapa/
"""

from dashboard.domain.intake.readers.refused import Refused

SPLIT_PAYMENT = "B"
STANDARD = "S"
OUTSIDE_SCOPE = "O"

_TYPES = {
    "TD01": "380",
    "TD02": "386",
    "TD03": "386",
    "TD04": "381",
    "TD05": "383",
    "TD06": "380",
    "TD20": "389",
    "TD24": "380",
    "TD25": "380",
    "TD26": "380",
}
"""UNCL 1001 codes: invoices, advances, credit notes, debit notes, fees, self-billed, deferred, sold assets."""
_FOR_THE_TAX_OFFICE = {
    "TD16": "the buyer's addition to a domestic reverse-charge invoice",
    "TD17": "the buyer's own document about services from abroad",
    "TD18": "the buyer's own document about goods from the EU",
    "TD19": "the buyer's own document about goods that are in Italy",
    "TD21": "a seller's own document about goods beyond the plafond",
    "TD22": "a document about goods taken out of a VAT warehouse",
    "TD23": "a document about goods taken out of a VAT warehouse",
    "TD27": "a document about one's own use or a gift",
    "TD28": "the buyer's own document about goods from San Marino",
    "TD29": "a report of an invoice that was not sent",
}
_NATURES = {
    "N1": "O",
    "N2": "O",
    "N3": "Z",
    "N3.1": "G",
    "N3.2": "K",
    "N3.3": "G",
    "N3.4": "G",
    "N4": "E",
    "N5": "E",
    "N6": "AE",
    "N7": "O",
}
"""UNCL 5305 categories; a finer code than one listed is what it begins with (N2.1, N6.9)."""


def type_code(words: str) -> str:
    """The UNCL 1001 code of a document type. Refuses what no ledger books: it would double the invoice it is about."""
    code = words.upper()
    if code in _FOR_THE_TAX_OFFICE:
        raise Refused(
            f"{code} is {_FOR_THE_TAX_OFFICE[code]}, made for the tax office: it is no bill of its own.",
            "Take in the supplier's own invoice.",
        )
    if code not in _TYPES:
        raise Refused(f"“{words[:20]}” is not a document type of ordinary invoices (TD01 to TD06, TD20, TD24 to TD26).")
    return _TYPES[code]


def category(nature: str) -> str:
    """The UNCL 5305 category of a nature."""
    code = nature.upper()
    found = _NATURES.get(code) or _NATURES.get(code.partition(".")[0])
    if found is None:
        raise Refused(f"“{nature[:20]}” is not a nature that FatturaPA knows (N1 to N7).")
    return found
