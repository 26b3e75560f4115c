"""The organisations every sandbox starts with, with charts, taxes and items of our own making and ids that never
change.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from jobs.sandbox.xero.default_taxes import TAXES
from jobs.sandbox.xero.objects import Account, Item, ItemSide, Organisation, TaxRate

NAMESPACE = UUID("6f2a4f0e-3d0b-5b57-9a5e-0f6d1f5c7e11")


def fixed_id(*parts: str) -> str:
    """An id that is the same in every sandbox."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


@dataclass(frozen=True)
class DefaultCompany:
    """What a default organisation is made of."""

    slug: str
    name: str
    country: str
    version: str
    currency: str
    currencies: tuple[str, ...]
    short_code: str
    owner: str
    tax_number: str
    timezone: str
    city: str

    @property
    def tenant_id(self) -> str:
        """Its xero-tenant-id."""
        return fixed_id(self.slug)


COMPANIES = (
    DefaultCompany(
        slug="nordlys-ab",
        name="Nordlys AB",
        country="SE",
        version="GLOBAL",
        currency="SEK",
        currencies=("SEK", "EUR", "GBP", "USD", "NOK", "DKK"),
        short_code="!nLy5A",
        owner="nordlys",
        tax_number="SE556677889901",
        timezone="WEUROPESTANDARDTIME",
        city="Kiruna",
    ),
    DefaultCompany(
        slug="nordlys-norge-as",
        name="Nordlys Norge AS",
        country="NO",
        version="GLOBAL",
        currency="NOK",
        currencies=("NOK", "EUR", "SEK"),
        short_code="!nNg7B",
        owner="nordlys",
        tax_number="NO987654325MVA",
        timezone="WEUROPESTANDARDTIME",
        city="Tromsø",
    ),
    DefaultCompany(
        slug="maple-finch",
        name="Maple & Finch",
        country="GB",
        version="UK",
        currency="GBP",
        currencies=("GBP",),
        short_code="!mFn3C",
        owner="maple",
        tax_number="GB123456782",
        timezone="GMTSTANDARDTIME",
        city="Bristol",
    ),
)

# Code, name, type, kind of tax (S sales, P purchases, - none), reporting code and name, then a system account or "pay".
CHART = """
090|Current Account|BANK|-|ASS|Asset|
091|Savings Account|BANK|-|ASS|Asset|
200|Sales|REVENUE|S|REV.TRA.GOO|Sale of goods|
210|Service Revenue|REVENUE|S|REV.TRA.SER|Sale of services|
220|Shipping Charged|REVENUE|S|REV.TRA|Trading revenue|
230|Discounts Given|REVENUE|S|REV.TRA|Trading revenue|
260|Other Revenue|REVENUE|S|REV.OTH|Other revenue|
270|Interest Received|REVENUE|-|REV.INV.INT|Interest|
300|Goods for Resale|DIRECTCOSTS|P|EXP.COS|Cost of goods sold|
310|Subcontractors|DIRECTCOSTS|P|EXP.COS|Cost of goods sold|
320|Inbound Freight|DIRECTCOSTS|P|EXP.COS|Cost of goods sold|
400|Marketing|EXPENSE|P|EXP|Expense|
404|Bank Charges|EXPENSE|-|EXP|Expense|
408|Premises Cleaning|EXPENSE|P|EXP|Expense|
412|Accounting and Audit|EXPENSE|P|EXP.LEG|Professional fees|
416|Depreciation Charge|EXPENSE|-|EXP.DEP|Depreciation|
420|Client Entertainment|EXPENSE|-|EXP.ENT|Entertainment|
425|Postage and Courier|EXPENSE|P|EXP|Expense|
429|Sundry Expenses|EXPENSE|P|EXP|Expense|
433|Insurance Premiums|EXPENSE|-|EXP.INS|Insurance|
437|Interest Paid|EXPENSE|-|EXP.INT|Interest|
441|Legal Advice|EXPENSE|P|EXP.LEG|Professional fees|
445|Heat, Light and Power|EXPENSE|P|EXP|Expense|
449|Vehicle Running Costs|EXPENSE|P|EXP.VEH|Vehicle expenses|
453|Office Supplies|EXPENSE|P|EXP|Expense|
457|Software Subscriptions|EXPENSE|P|EXP|Expense|
461|Print and Stationery|EXPENSE|P|EXP|Expense|
465|Training and Conferences|EXPENSE|P|EXP|Expense|
469|Office Rent|EXPENSE|P|EXP.REN|Rental|
473|Repairs and Upkeep|EXPENSE|P|EXP.REP|Repairs and maintenance|
477|Salaries|EXPENSE|-|EXP.EMP|Employment costs|
478|Pension Contributions|EXPENSE|-|EXP.EMP|Employment costs|
485|Books and Journals|EXPENSE|P|EXP|Expense|
489|Phone and Internet|EXPENSE|P|EXP|Expense|
493|Domestic Travel|EXPENSE|P|EXP.TRA|Travel|
494|Travel Abroad|EXPENSE|-|EXP.TRA|Travel|
497|Bank Revaluation|EXPENSE|-|EXP.FOR|Foreign currency gains and losses|BANKCURRENCYGAIN
498|Unrealised Exchange Differences|EXPENSE|-|EXP.FOR.UGL|Unrealised currency gains|UNREALISEDCURRENCYGAIN
499|Realised Exchange Differences|EXPENSE|-|EXP.FOR.RGL|Realised currency gains|REALISEDCURRENCYGAIN
505|Company Tax|EXPENSE|-|EXP.INC|Income tax|
610|Trade Debtors|CURRENT|-|ASS.CUR.REC.TRA|Trade receivables|DEBTORS
620|Prepaid Costs|CURRENT|-|ASS.CUR.REC.PRE|Prepayments|
630|Stock|INVENTORY|-|ASS.CUR.INY|Inventories|
710|Machinery|FIXED|P|ASS.NCA.FIX|Plant and machinery|
711|Depreciation of Machinery|FIXED|-|ASS.NCA.FIX|Plant and machinery|
720|Computers|FIXED|P|ASS.NCA.FIX|Plant and machinery|
800|Trade Creditors|CURRLIAB|-|LIA.CUR.PAY.TRA|Trade payables|CREDITORS
801|Staff Expenses Owed|CURRLIAB|-|LIA.CUR.PAY.EMP|Employee entitlements|UNPAIDEXPCLM
820|VAT Account|CURRLIAB|-|LIA.CUR.TAX.VAT|Value added tax|GST
825|Payroll Tax Owed|CURRLIAB|-|LIA.CUR.PAY.PAY|Payroll tax|
835|Deposits from Customers|CURRLIAB|-|LIA|Liabilities|
850|Suspense Items|CURRLIAB|-|LIA.CUR|Current liabilities|
855|Card Clearing|CURRLIAB|-|LIA|Liabilities|pay
860|Rounding Differences|CURRLIAB|-|LIA.CUR|Current liabilities|ROUNDING
900|Long-term Loan|TERMLIAB|-|LIA.NCL.LOA|Loans|
960|Retained Profit|EQUITY|-|EQU.RET|Retained earnings|RETAINEDEARNINGS
970|Share Capital|EQUITY|-|EQU.SHA|Share capital|pay
"""

ITEMS = (
    ("LAMP-01", "Aurora desk lamp", "Desk lamp in brushed aluminium", "450.00", "180.00"),
    ("CAND-12", "Box of twelve candles", "Twelve candles of rapeseed wax", "120.00", "48.00"),
    ("FRAME-A3", "Picture frame A3", "Oak frame with glass, A3", "260.00", "95.00"),
    ("DESIGN-H", "Design hour", "One hour of interior design", "950.00", None),
)


def make_organisation(company: DefaultCompany, now: datetime) -> Organisation:
    """The organisation without anything in it."""
    return Organisation(
        id=company.tenant_id,
        name=company.name,
        country=company.country,
        version=company.version,
        currency=company.currency,
        currencies=company.currencies,
        short_code=company.short_code,
        owner=fixed_id("user", company.owner),
        created=now,
        tax_number=company.tax_number,
        timezone=company.timezone,
        address={
            "AddressType": "POBOX",
            "AddressLine1": "1 Harbour Street",
            "City": company.city,
            "PostalCode": "10001",
        },
    )


def make_tax_rates(company: DefaultCompany) -> tuple[TaxRate, ...]:
    """The country's tax rates."""
    return TAXES[company.country]


def make_accounts(company: DefaultCompany, now: datetime) -> list[Account]:
    """The chart of accounts, the same for all but the taxes."""
    standard = {"SE": ("OUTPUT", "INPUT"), "NO": ("OUTPUT", "INPUT"), "GB": ("OUTPUT2", "INPUT2")}[company.country]
    tax_of = {"S": standard[0], "P": standard[1], "-": "NONE"}
    accounts = []
    for row in CHART.strip().splitlines():
        code, name, kind, tax, reporting_code, reporting_name, system = row.split("|")
        is_bank = kind == "BANK"
        accounts.append(
            Account(
                id=fixed_id(company.slug, "account", code),
                code=code,
                name=name,
                type=kind,
                tax_type=tax_of[tax],
                updated=now,
                description="" if is_bank else f"{name}, as kept by {company.name}",
                system_account=system if system != "pay" else "",
                takes_payments=system == "pay",
                in_expense_claims=kind == "EXPENSE" and not system,
                bank_number=f"90210{code}" if is_bank else "",
                currency=company.currency if is_bank else None,
                reporting_code=reporting_code,
                reporting_name=reporting_name,
                on_watchlist=code in ("200", "400"),
            )
        )
    return accounts


def make_items(company: DefaultCompany, now: datetime) -> list[Item]:
    """A few things to sell."""
    sales_tax, purchase_tax = ("OUTPUT2", "INPUT2") if company.country == "GB" else ("OUTPUT", "INPUT")
    return [
        Item(
            id=fixed_id(company.slug, "item", code),
            code=code,
            name=name,
            updated=now,
            description=description,
            purchase_description=description,
            is_purchased=cost is not None,
            sales=ItemSide(Decimal(price), "210" if code == "DESIGN-H" else "200", sales_tax),
            purchase=ItemSide() if cost is None else ItemSide(Decimal(cost), "300", purchase_tax),
        )
        for code, name, description, price, cost in ITEMS
    ]
