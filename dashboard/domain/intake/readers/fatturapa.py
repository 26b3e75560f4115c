"""Italian FatturaPA files (FPA12, FPR12 and their forerunners 1.0 and 1.1) into documents, one for each body.

https://www.fatturapa.gov.it/it/norme-e-regole/documentazione-fattura-elettronica/formato-fatturapa/
"""

from datetime import date, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element

from dashboard.domain.intake.readers import codes, fatturapa_codes, figures
from dashboard.domain.intake.readers.fatturapa_lines import charge, read_breakdown, read_lines
from dashboard.domain.intake.readers.fatturapa_notes import notes_of
from dashboard.domain.intake.readers.fatturapa_party import read_party
from dashboard.domain.intake.readers.refused import Refused
from dashboard.domain.intake.readers.tax_breakdown import TaxKey
from dashboard.domain.intake.readers.totals import check_totals
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Document, DocumentLine, Party, TaxSubtotal, UnreadableFile
from dashboard.vocabulary.records import Source

_GENERAL = "DatiGenerali/DatiGeneraliDocumento"
_UNTAXED = TaxKey(fatturapa_codes.OUTSIDE_SCOPE, Decimal(0))
_MOST_DAYS = 3660


def is_root(tag: str) -> bool:
    namespace, _, name = tag.lower().rpartition("}")
    is_of_the_web = namespace.startswith(("{http://", "{https://"))
    return name == "fatturaelettronica" and is_of_the_web and "fattur" in namespace


def read_fatturapa(root: Element) -> list[Document]:
    """Every body is a document of the same seller and buyer. Raises UnreadableFile for the first that is faulty."""
    file = Node(root, "/FatturaElettronica")
    header = file.part("FatturaElettronicaHeader")
    file.part("FatturaElettronicaBody")
    seller, buyer = read_party(header, "CedentePrestatore"), read_party(header, "CessionarioCommittente")
    return [_document(body, seller, buyer) for body in file.children("FatturaElettronicaBody")]


def _document(body: Node, seller: Party, buyer: Party) -> Document:
    general = body.part(_GENERAL)
    type_code = general.required("TipoDocumento").read(fatturapa_codes.type_code)
    currency = general.required("Divisa").read(codes.currency)
    taxes = read_breakdown(body, currency)
    lines = read_lines(body, currency, taxes)
    rounding = general.optional_amount("Arrotondamento", currency) or Decimal(0)
    added = _beyond_the_breakdown(general, currency, taxes, rounding)
    net = sum((each.taxable for each in taxes), Decimal(0)) + sum((each.net for each in added), Decimal(0))
    tax = sum((each.tax for each in taxes), Decimal(0))
    found = Document(
        source=Source.FATTURAPA,
        place=body.path,
        number=general.required("Numero").read(codes.one_line),
        type_code=type_code,
        is_credit=type_code in codes.CREDIT_TYPES,
        issue_date=general.required("Data").as_date(),
        due_date=min(filter(None, map(_due_date, body.each("DatiPagamento/DettaglioPagamento"))), default=None),
        currency=currency,
        seller=seller,
        buyer=buyer,
        lines=(*lines, *added),
        taxes=taxes + tuple(TaxSubtotal(each.category, each.tax_rate, each.net, Decimal(0)) for each in added),
        net=net,
        tax=tax,
        rounding=rounding,
        total=net + tax + rounding,
        prepaid=Decimal(0),
        order_reference=body.text("DatiGenerali/DatiOrdineAcquisto/IdDocumento"),
        buyer_reference=body.text("DatiGenerali/DatiContratto/IdDocumento"),
        original_number=body.text("DatiGenerali/DatiFattureCollegate/IdDocumento"),
        notes=notes_of(body, currency),
    )
    check_totals(found)
    return found


def _beyond_the_breakdown(
    general: Node, currency: str, taxes: tuple[TaxSubtotal, ...], rounding: Decimal
) -> list[DocumentLine]:
    """What the stated total holds and the breakdown does not: stamp duty, and discounts on the whole document.

    The total is left out by many, and stated by some without what is withheld, or without the VAT of a split payment:
    what is due to the seller is not what the invoice amounts to, which is what is booked. Anything else is refused.
    """
    stated_at = general.find("ImportoTotaleDocumento")
    if stated_at is None or not stated_at.words:
        return []
    stated = stated_at.as_amount(currency)
    computed = sum((each.taxable + each.tax for each in taxes), rounding)
    within = figures.tolerance(currency, 1 + 2 * len(taxes))
    duty = [
        charge("Stamp duty (bollo)", each.as_amount(currency), _UNTAXED)
        for each in general.each("DatiBollo/ImportoBollo")
        if each.words
    ]
    discounts = [_discount(each, currency) for each in general.children("ScontoMaggiorazione") if each.find("Importo")]
    for added in ([], duty, discounts, duty + discounts):
        total = computed + sum(each.net for each in added)
        if any(abs(stated - total + less) <= within for less in _withheld(general, currency, taxes)):
            return added
    raise UnreadableFile(
        stated_at.path,
        f"The total is stated as {stated:f} {currency}, but net, tax and rounding add up to {computed:f} {currency}.",
        "Ask the sender for a corrected document.",
    )


def _withheld(general: Node, currency: str, taxes: tuple[TaxSubtotal, ...]) -> tuple[Decimal, ...]:
    """What senders may have left out of the total they state: nothing, withholding tax, the VAT of a split payment."""
    withheld = sum((each.as_amount(currency) for each in general.each("DatiRitenuta/ImportoRitenuta")), Decimal(0))
    split = sum((each.tax for each in taxes if each.category == fatturapa_codes.SPLIT_PAYMENT), Decimal(0))
    return (Decimal(0), withheld, split, withheld + split)


def _discount(stated: Node, currency: str) -> DocumentLine:
    kind, sum_of = stated.required("Tipo"), stated.amount("Importo", currency)
    if kind.words not in ("SC", "MG"):
        raise UnreadableFile(kind.path, f"“{kind.words[:10]}” is neither SC (discount) nor MG (surcharge).")
    is_discount = kind.words == "SC"
    return charge("Discount" if is_discount else "Surcharge", -sum_of if is_discount else sum_of, _UNTAXED)


def _due_date(payment: Node) -> date | None:
    """The stated day, or so many days after the one from which they count."""
    days = payment.find("GiorniTerminiPagamento")
    start = payment.date("DataRiferimentoTerminiPagamento")
    stated = payment.date("DataScadenzaPagamento")
    if stated or start is None or days is None or not days.words:
        return stated
    return start + days.read(_days)


def _days(words: str) -> timedelta:
    if not (words.isascii() and words.isdigit() and len(words) <= 4 and int(words) <= _MOST_DAYS):
        raise Refused(f"“{words[:20]}” is not a number of days.")
    return timedelta(days=int(words))
