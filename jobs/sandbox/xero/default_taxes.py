"""The tax rates of the default organisations, by country. Names and codes of custom rates are of our own making."""

from decimal import Decimal

from jobs.sandbox.xero.objects import TaxComponent, TaxRate

BALANCE = frozenset({"ASSET", "EQUITY", "LIABILITY"})
SALES = BALANCE | {"REVENUE"}
PURCHASES = BALANCE | {"EXPENSE"}
ALL = SALES | PURCHASES


def _rate(tax_type: str, name: str, percent: str, classes: frozenset[str], report: str | None, part: str) -> TaxRate:
    return TaxRate(tax_type, name, (TaxComponent(part, Decimal(percent)),), classes, report)


def _reverse(tax_type: str, name: str, percent: str, report: str | None, part: str) -> TaxRate:
    """Tax that the buyer both owes and deducts: two parts that cancel out."""
    parts = (TaxComponent(f"{part} owed", Decimal(percent)), TaxComponent(f"{part} deducted", -Decimal(percent)))
    return TaxRate(tax_type, name, parts, PURCHASES, report)


SWEDEN = (
    _rate("OUTPUT", "Utgående moms 25 %", "25", SALES, "OUTPUT", "Moms"),
    _rate("TAX001", "Utgående moms 12 %", "12", SALES, "OUTPUT", "Moms"),
    _rate("TAX002", "Utgående moms 6 %", "6", SALES, "OUTPUT", "Moms"),
    _rate("TAX003", "Försäljning 0 %", "0", SALES, "OUTPUT", "Moms"),
    _rate("TAX004", "EU-försäljning, omvänd moms", "0", SALES, "ECOUTPUT", "Moms"),
    _rate("TAX005", "Export utanför EU", "0", SALES, "OUTPUT", "Moms"),
    _rate("TAX006", "Omvänd moms i Sverige, försäljning", "0", SALES, "OUTPUT", "Moms"),
    _rate("EXEMPTOUTPUT", "Momsfri försäljning", "0", SALES, "EXEMPTOUTPUT", "Moms"),
    _rate("INPUT", "Ingående moms 25 %", "25", PURCHASES, "INPUT", "Moms"),
    _rate("TAX007", "Ingående moms 12 %", "12", PURCHASES, "INPUT", "Moms"),
    _rate("TAX008", "Ingående moms 6 %", "6", PURCHASES, "INPUT", "Moms"),
    _rate("TAX009", "Inköp 0 %", "0", PURCHASES, "INPUT", "Moms"),
    _reverse("TAX010", "EU-inköp, omvänd moms 25 %", "25", "ECACQUISITIONS", "Moms"),
    _reverse("TAX011", "Omvänd moms i Sverige, inköp 25 %", "25", "INPUT", "Moms"),
    _rate("EXEMPTEXPENSES", "Momsfria inköp", "0", PURCHASES, "EXEMPTEXPENSES", "Moms"),
    _rate("GSTONIMPORTS", "Moms på import", "0", PURCHASES, "GSTONIMPORTS", "Moms"),
    _rate("NONE", "Ingen moms", "0", ALL, "NONE", "Ingen moms"),
)

NORWAY = (
    _rate("OUTPUT", "Utgående mva 25 %", "25", SALES, "OUTPUT", "Mva"),
    _rate("TAX001", "Utgående mva 15 %", "15", SALES, "OUTPUT", "Mva"),
    _rate("TAX002", "Utgående mva 12 %", "12", SALES, "OUTPUT", "Mva"),
    _rate("TAX003", "Fritatt salg 0 %", "0", SALES, "OUTPUT", "Mva"),
    _rate("TAX004", "Eksport", "0", SALES, "OUTPUT", "Mva"),
    _rate("EXEMPTOUTPUT", "Unntatt salg", "0", SALES, "EXEMPTOUTPUT", "Mva"),
    _rate("INPUT", "Inngående mva 25 %", "25", PURCHASES, "INPUT", "Mva"),
    _rate("TAX005", "Inngående mva 15 %", "15", PURCHASES, "INPUT", "Mva"),
    _rate("TAX006", "Inngående mva 12 %", "12", PURCHASES, "INPUT", "Mva"),
    _rate("TAX007", "Kjøp 0 %", "0", PURCHASES, "INPUT", "Mva"),
    _reverse("TAX008", "Tjenester fra utlandet, omvendt mva 25 %", "25", "INPUT", "Mva"),
    _rate("EXEMPTEXPENSES", "Unntatte kjøp", "0", PURCHASES, "EXEMPTEXPENSES", "Mva"),
    _rate("GSTONIMPORTS", "Mva ved innførsel", "0", PURCHASES, "GSTONIMPORTS", "Mva"),
    _rate("NONE", "Ingen mva", "0", ALL, "NONE", "Ingen mva"),
)

BRITAIN = (
    _rate("OUTPUT2", "20% (VAT on Income)", "20", SALES, "OUTPUT", "VAT"),
    _rate("RROUTPUT", "5% (VAT on Income)", "5", SALES, "OUTPUT", "VAT"),
    _rate("ZERORATEDOUTPUT", "Zero Rated Income", "0", SALES, "ZERORATEDOUTPUT", "VAT"),
    _rate("EXEMPTOUTPUT", "Exempt Income", "0", SALES, "EXEMPTOUTPUT", "VAT"),
    _rate("ECZROUTPUTSERVICES", "Zero Rated EC Services", "0", SALES, "ECOUTPUTSERVICES", "VAT"),
    _rate("INPUT2", "20% (VAT on Expenses)", "20", PURCHASES, "INPUT", "VAT"),
    _rate("RRINPUT", "5% (VAT on Expenses)", "5", PURCHASES, "INPUT", "VAT"),
    _rate("ZERORATEDINPUT", "Zero Rated Expenses", "0", PURCHASES, "ZERORATEDINPUT", "VAT"),
    _rate("EXEMPTEXPENSES", "Exempt Expenses", "0", PURCHASES, "EXEMPTINPUT", "VAT"),
    _reverse("REVERSECHARGES", "Reverse Charge Expenses (20%)", "20", "REVERSECHARGES", "VAT"),
    _reverse("DRCHARGE20", "Domestic Reverse Charge @ 20% (VAT on Expenses)", "20", "REVERSECHARGES", "VAT"),
    _rate("DRCHARGESUPPLY20", "Domestic Reverse Charge @ 20% (VAT on Income)", "0", SALES, "OUTPUT", "VAT"),
    _rate("NONE", "No VAT", "0", ALL, "NONE", "VAT"),
)

TAXES = {"SE": SWEDEN, "NO": NORWAY, "GB": BRITAIN}
