"""FatturaPA: every body is a document; types, natures, contributions, stamp duty, withholdings; refusals by place."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.intake.identity import fingerprint
from dashboard.domain.intake.readers import read
from dashboard.vocabulary.documents import Document, DocumentLine, Party
from dashboard.vocabulary.records import Source
from tests.domain.intake.readers import refusal
from tests.samples import sample

D = Decimal
FATTURA = sample("fatturapa/two_bodies.xml").decode()
BODY = "/FatturaElettronica/FatturaElettronicaBody"
GENERAL = f"{BODY}[1]/DatiGenerali/DatiGeneraliDocumento"


def fattura_with(old: str, new: str, text: str = FATTURA) -> str:
    assert old in text, old
    return text.replace(old, new)


def documents(text: str) -> list[Document]:
    return read(text.encode(), "file.xml")


def one_body(*, lines: str, rates: str, general: str = "") -> str:
    """The sample's parties with a body of its own."""
    start, end = FATTURA.index("  <FatturaElettronicaBody>"), FATTURA.index("</p:FatturaElettronica>")
    return f"""{FATTURA[:start]}<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento>
<TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2026-05-04</Data><Numero>1</Numero>{general}
</DatiGeneraliDocumento></DatiGenerali><DatiBeniServizi>{lines}{rates}</DatiBeniServizi>
</FatturaElettronicaBody>{FATTURA[end:]}"""


def line(net: str, rate: str = "22.00", nature: str = "", price: str = "") -> str:
    free = f"<Natura>{nature}</Natura>" if nature else ""
    return (
        f"<DettaglioLinee><Descrizione>Merce</Descrizione><PrezzoUnitario>{price or net}</PrezzoUnitario>"
        f"<PrezzoTotale>{net}</PrezzoTotale><AliquotaIVA>{rate}</AliquotaIVA>{free}</DettaglioLinee>"
    )


def rate(taxable: str, tax: str, percent: str = "22.00", nature: str = "", more: str = "") -> str:
    free = f"<Natura>{nature}</Natura>" if nature else ""
    return (
        f"<DatiRiepilogo><AliquotaIVA>{percent}</AliquotaIVA>{free}{more}<ImponibileImporto>{taxable}"
        f"</ImponibileImporto><Imposta>{tax}</Imposta></DatiRiepilogo>"
    )


def test_every_body_is_a_document() -> None:
    fee, credit = documents(FATTURA)

    assert (fee.source, fee.place, credit.place) == (Source.FATTURAPA, f"{BODY}[1]", f"{BODY}[2]")
    assert (fee.number, fee.type_code, fee.is_credit) == ("12/P", "380", False)
    assert (credit.number, credit.type_code, credit.is_credit) == ("13/P", "381", True)
    assert (fee.issue_date, credit.issue_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert fee.seller == Party(
        name="Anna Rossi",
        tax_ids=("IT00743110157", "RSSNNA70A41F205X"),
        country="IT",
        email="studio@rossi.example",
        street="Via dei Mulini 9",
        city="Milano",
        postcode="20121",
    )
    assert (fee.buyer.name, fee.buyer.tax_ids) == ("Nordlys AB", ("SE556677889901",))
    assert (fee.order_reference, credit.original_number) == ("PO-88", "12/P")


def test_contributions_and_stamp_duty_are_charges_beside_the_lines() -> None:
    fee, _ = documents(FATTURA)

    work, expenses, pension, duty = fee.lines
    assert work == DocumentLine(
        "Consulenza (2026-02-01 to 2026-02-28)", D(8), D(125), D(1000), "S", D(22), sku="CONS-1", unit="ore"
    )
    assert (expenses.quantity, expenses.net, expenses.category, expenses.tax_rate) == (D(1), D(100), "O", D(0))
    assert pension == DocumentLine("Pension contribution TC01 4.00 %", D(1), D(40), D(40), "S", D(22), is_charge=True)
    assert duty == DocumentLine("Stamp duty (bollo)", D(1), D(2), D(2), "O", D(0), is_charge=True)
    assert (fee.net, fee.tax, fee.total, fee.prepaid) == (D(1142), D("228.80"), D("1370.80"), D(0))


def test_what_no_field_carries_is_told_in_notes() -> None:
    fee, _ = documents(FATTURA)

    assert fee.notes == (
        "Consulenza di marzo",
        "Withholding tax RT01: 200.00 EUR is kept back when this is paid",
        "N1: Escluse ex art. 15 DPR 633/72",
        "Instalment: 585.40 EUR due on 2026-04-30",
        "Instalment: 585.40 EUR due on 2026-03-31",
    )


def test_money_is_due_on_the_first_stated_day_or_so_many_days_after_another() -> None:
    fee, credit = documents(FATTURA)

    assert (fee.due_date, credit.due_date) == (date(2026, 3, 31), date(2026, 4, 2))


def test_stamp_duty_outside_the_total_is_no_charge() -> None:
    fee, _ = documents(fattura_with(">1370.80<", ">1368.80<"))

    assert (fee.total, [each.description for each in fee.lines if each.is_charge]) == (
        D("1368.80"),
        ["Pension contribution TC01 4.00 %"],
    )


def test_a_total_stated_without_what_is_withheld_is_booked_whole() -> None:
    """1,368.80 less 200.00: what is due to the seller now is not what the invoice amounts to."""
    fee, _ = documents(fattura_with(">1370.80<", ">1168.80<"))

    assert fee.total == D("1368.80")


def test_a_total_that_nothing_explains_is_refused() -> None:
    refused = refusal(fattura_with(">1370.80<", ">1400.00<"))

    assert refused.place == f"{GENERAL}/ImportoTotaleDocumento"
    assert "1400.00 EUR, but net, tax and rounding add up to 1368.80 EUR" in refused.reason


def test_a_discount_on_the_whole_document_is_an_allowance() -> None:
    discount = "<ScontoMaggiorazione><Tipo>SC</Tipo><Importo>10.00</Importo></ScontoMaggiorazione>"
    general = f"{discount}<ImportoTotaleDocumento>112.00</ImportoTotaleDocumento>"

    (found,) = documents(one_body(lines=line("100.00"), rates=rate("100.00", "22.00"), general=general))

    assert (found.lines[1].description, found.lines[1].net, found.total) == ("Discount", D(-10), D(112))


def test_vat_that_the_buyer_pays_to_the_state_is_a_category_of_its_own() -> None:
    (found,) = documents(
        one_body(
            lines=line("100.00"),
            rates=rate("100.00", "22.00", more="").replace(
                "</Imposta>", "</Imposta><EsigibilitaIVA>S</EsigibilitaIVA>"
            ),
            general="<ImportoTotaleDocumento>100.00</ImportoTotaleDocumento>",
        )
    )

    assert [each.category for each in found.lines] == [each.category for each in found.taxes] == ["B"]
    assert found.total == 122
    assert "Split payment" in found.notes[-1]


@pytest.mark.parametrize(
    ("nature", "category"),
    [
        ("N1", "O"), ("N2", "O"), ("N2.1", "O"), ("N2.2", "O"), ("N3", "Z"), ("N3.1", "G"), ("N3.2", "K"),
        ("N3.3", "G"), ("N3.5", "Z"), ("N4", "E"), ("N5", "E"), ("N6", "AE"), ("N6.9", "AE"), ("N7", "O"),
    ],
)  # fmt: skip
def test_every_nature_is_a_tax_category(nature: str, category: str) -> None:
    (found,) = documents(one_body(lines=line("50.00", "0.00", nature), rates=rate("50.00", "0.00", "0.00", nature)))

    assert (found.lines[0].category, found.taxes[0].category, found.tax) == (category, category, D(0))
    assert found.notes[-1].startswith(f"{nature}: ")


@pytest.mark.parametrize(
    ("kind", "code", "is_credit"),
    [
        ("TD01", "380", False), ("TD02", "386", False), ("TD03", "386", False), ("TD04", "381", True),
        ("TD05", "383", False), ("TD06", "380", False), ("TD20", "389", False), ("TD24", "380", False),
        ("TD25", "380", False), ("TD26", "380", False),
    ],
)  # fmt: skip
def test_every_type_is_a_type_code(kind: str, code: str, is_credit: bool) -> None:
    fee, _ = documents(fattura_with(">TD06<", f">{kind}<"))

    assert (fee.type_code, fee.is_credit) == (code, is_credit)


@pytest.mark.parametrize("kind", ["TD16", "TD17", "TD18", "TD19", "TD21", "TD22", "TD23", "TD27", "TD28", "TD29"])
def test_a_document_made_for_the_tax_office_alone_is_refused(kind: str) -> None:
    refused = refusal(fattura_with(">TD06<", f">{kind}<"))

    assert refused.place == f"{GENERAL}/TipoDocumento"
    assert kind in refused.reason
    assert "no bill of its own" in refused.reason


def test_incidental_expenses_and_roundings_of_the_breakdown_are_charges() -> None:
    more = "<SpeseAccessorie>5.00</SpeseAccessorie><Arrotondamento>0.40</Arrotondamento>"

    (found,) = documents(one_body(lines=line("94.60"), rates=rate("100.00", "22.00", more=more)))

    assert [(each.description, each.net) for each in found.lines if each.is_charge] == [
        ("Incidental expenses", D(5)),
        ("Rounding", D("0.40")),
    ]


def test_incidental_expenses_that_are_lines_already_are_not_added_again() -> None:
    more = "<SpeseAccessorie>5.00</SpeseAccessorie>"

    (found,) = documents(one_body(lines=line("95.00") + line("5.00"), rates=rate("100.00", "22.00", more=more)))

    assert len(found.lines) == 2


def test_a_rounding_of_the_whole_document_is_its_rounding() -> None:
    general = "<ImportoTotaleDocumento>121.95</ImportoTotaleDocumento><Arrotondamento>-0.05</Arrotondamento>"

    (found,) = documents(one_body(lines=line("100.00"), rates=rate("100.00", "22.00"), general=general))

    assert (found.rounding, found.total) == (D("-0.05"), D("121.95"))


def test_amounts_of_eight_decimals_are_kept_with_four() -> None:
    (found,) = documents(one_body(lines=line("33.33333333") * 3, rates=rate("100.00", "22.00")))

    assert found.lines[0].net == D("33.3333")
    assert found.lines[0].unit_price == D("33.33333333")


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        (">TD06<", ">TD99<", f"{GENERAL}/TipoDocumento", "is not a document type"),
        (">2026-03-02</Data>\n        <N", ">02/03/2026</Data>\n        <N", f"{GENERAL}/Data", "is not a date"),
        (">12/P</Numero>", "></Numero>", f"{GENERAL}/Numero", "missing or empty"),
        (">1000.00000000<", ">1000,00<", f"{BODY}[1]/DatiBeniServizi/DettaglioLinee[1]/PrezzoTotale", "not a number"),
        ("<Natura>N1</Natura>", "", f"{BODY}[1]/DatiBeniServizi/DatiRiepilogo[2]/Natura", "missing or empty"),
        ("<Natura>N1</Natura>", "<Natura>N9</Natura>", "DatiRiepilogo[2]/Natura", "not a nature"),
        (">228.80<", ">230.80<", "/DatiBeniServizi/DatiRiepilogo/Imposta", "a difference of"),
        (">1040.00<", ">1050.00<", "/DatiBeniServizi/DatiRiepilogo/ImponibileImporto", "a difference of"),
        (">30</Giorni", ">soon</Giorni", f"{BODY}[2]/DatiPagamento/DettaglioPagamento/Giorni", "not a number of days"),
        ("<Denominazione>Nordlys AB<", "<Denominazione><", "/CessionarioCommittente/Dati", "missing or empty"),
        (">SE</Nazione>", ">Svezia</Nazione>", "/CessionarioCommittente/Sede/Nazione", "not a two-letter country"),
    ],
)  # fmt: skip
def test_a_fault_of_one_body_refuses_the_file_at_its_element(old: str, new: str, place: str, why: str) -> None:
    text = fattura_with(old, new)
    if why == "a difference of":
        text = text.replace("<ImportoTotaleDocumento>1370.80</ImportoTotaleDocumento>", "")

    refused = refusal(text)

    assert place in refused.place
    assert why in refused.reason


def test_a_nature_beside_a_rate_is_refused() -> None:
    refused = refusal(one_body(lines=line("50.00", "22.00", "N4"), rates=rate("50.00", "11.00")))

    assert "says that there is no VAT, but 22.00 % is stated" in refused.reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (FATTURA.replace("FatturaElettronica ", "FatturaElettronicaSemplificata ").replace(
            "</p:FatturaElettronica>", "</p:FatturaElettronicaSemplificata>"), "a simplified FatturaPA"),
        (FATTURA.replace("http://ivaservizi", "urn:x").replace("fatture", "x"), "in the namespace"),
        (FATTURA[: FATTURA.index("  <FatturaElettronicaBody>")] + "</p:FatturaElettronica>", "This element is missing"),
    ],
)  # fmt: skip
def test_what_is_no_ordinary_fattura_is_refused_by_name(text: str, why: str) -> None:
    assert why in refusal(text).reason


OPTIONAL = (
    "Causale", "DatiOrdineAcquisto", "DatiPagamento", "Contatti", "NumeroCivico", "CodiceFiscale", "CodiceArticolo",
    "UnitaMisura", "DatiRitenuta", "EsigibilitaIVA", "RiferimentoNormativo", "DatiFattureCollegate", "RegimeFiscale",
    "DatiTrasmissione", "Sede", "NumeroLinea", "DataInizioPeriodo",
)  # fmt: skip


@given(
    st.sets(st.sampled_from(OPTIONAL)),
    st.sampled_from(["", "\n   ", "\t"]),
    st.sampled_from(
        [
            "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2",
            "http://www.fatturapa.gov.it/sdi/fatturapa/v1.1",
        ]
    ),
    st.booleans(),
)
def test_what_may_be_left_out_changes_no_figure(
    left_out: set[str], white: str, namespace: str, has_default_namespace: bool
) -> None:
    text = FATTURA.replace("http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2", namespace)
    for name in left_out:
        text = re.sub(rf"<{name}>.*?</{name}>", "", text, flags=re.DOTALL)
    text = re.sub(r">([\d.]+)<", rf">{white}\1{white}<", text)
    if has_default_namespace:
        text = text.replace("xmlns:p=", "xmlns=").replace("p:Fattura", "Fattura")

    assert [fingerprint(each) for each in documents(text)] == [fingerprint(each) for each in documents(FATTURA)]
