"""What the demo's ledgers hold before the story, and how both organisations set up their connections."""

from typing import Any

from dashboard.vocabulary.mappings import DEFAULT_PURCHASE_ACCOUNT, DEFAULT_SALES_ACCOUNT, MappingKind
from jobs.demo.causes import CLOSED_ACCOUNT, MAPPED_LATER_ACCOUNT
from jobs.demo.companies import CUSTOMERS, GERMAN_SUPPLIER, MAPLE_CUSTOMERS, SUPPLIERS

_ACCOUNT, _TAX = MappingKind.ACCOUNT, MappingKind.TAX
MAPPINGS = (
    (_ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"),
    (_ACCOUNT, DEFAULT_PURCHASE_ACCOUNT, "429"),
    (_ACCOUNT, "4010", "300"),
    (_ACCOUNT, "4015", "300"),
    (_ACCOUNT, "5010", "469"),
    (_ACCOUNT, "5020", "445"),
    (_ACCOUNT, "5060", "408"),
    (_ACCOUNT, "5710", "425"),
    (_ACCOUNT, "5800", CLOSED_ACCOUNT),
    (_ACCOUNT, "6150", "461"),
    (_ACCOUNT, "6540", "457"),
    (_TAX, "sale:S:25:SE", "OUTPUT"),
    (_TAX, "sale:G:0:SE", "TAX005"),
    (_TAX, "sale:K:0:SE", "TAX004"),
    (_TAX, "purchase:S:25:SE", "INPUT"),
    (_TAX, "purchase:S:6:SE", "TAX008"),
)
MAPPED_LATER = ((_ACCOUNT, MAPPED_LATER_ACCOUNT, "453"),)
MAPLE_MAPPINGS = ((_ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"), (_TAX, "sale:S:20:GB", "OUTPUT2"))


def contacts() -> list[dict[str, Any]]:
    known = (*CUSTOMERS, *SUPPLIERS, GERMAN_SUPPLIER)
    return [{"Name": each.name, "TaxNumber": each.tax_id} for each in known]


def maple_contacts() -> list[dict[str, Any]]:
    return [{"Name": each.name, "TaxNumber": each.tax_id} for each in MAPLE_CUSTOMERS]
