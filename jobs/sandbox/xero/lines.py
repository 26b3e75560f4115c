"""The lines of documents: accounts, taxes and amounts as Xero checks them. Sums are in arithmetic, documents in
documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from jobs.sandbox.xero.arithmetic import expected_line, round_to, tax_of
from jobs.sandbox.xero.call import ApiCall, Element
from jobs.sandbox.xero.objects import NOTHING, Account, DocumentType, Item, ItemSide, Line, LineAmounts, TaxRate
from jobs.sandbox.xero.reading import LARGEST, amount, parts, text

LONGEST_DESCRIPTION = 4000
NOT_FOR_DOCUMENTS = frozenset(
    {
        "BANKCURRENCYGAIN",
        "CREDITORS",
        "DEBTORS",
        "HISTORICAL",
        "REALISEDCURRENCYGAIN",
        "RETAINEDEARNINGS",
        "TRACKINGTRANSFERS",
        "UNPAIDEXPCLM",
        "UNREALISEDCURRENCYGAIN",
    }
)


@dataclass(frozen=True)
class Terms:
    """What a line has to fit: its document's type, whether amounts contain tax, and whether it is being approved."""

    type: DocumentType
    amounts: LineAmounts
    is_approved: bool


def read_lines(
    call: ApiCall, sent: Sequence[Element], before: Sequence[Line], terms: Terms, messages: list[str]
) -> tuple[Line, ...]:
    """The lines sent, with what they do not say taken from item, account or the line of the same LineItemID.

    Every fault is added to `messages`, in Xero's words, once.
    """
    known = {line.id: line for line in before}
    lines = []
    for element in sent:
        key = (text(element, "LineItemID") or "").lower()
        faults: list[str] = []
        lines.append(_Reader(call, element, known.get(key), terms, faults).line())
        messages.extend(fault for fault in faults if fault not in messages)
    return tuple(lines)


def check_again(call: ApiCall, lines: Sequence[Line], terms: Terms, messages: list[str]) -> tuple[Line, ...]:
    """Lines already booked, checked for a document that is being approved or whose amounts are read anew."""
    return read_lines(call, [{"LineItemID": line.id} for line in lines], lines, terms, messages)


class _Reader:
    def __init__(self, call: ApiCall, element: Element, before: Line | None, terms: Terms, faults: list[str]) -> None:
        self.call = call
        self.company = call.company
        self.element = element
        self.before = before
        self.terms = terms
        self.faults = faults

    def line(self) -> Line:
        item = self._item()
        side = None if item is None else item.sales if self.terms.type.is_sale else item.purchase
        account = self._account(side)
        rate, tax_type = self._tax(side, account)
        quantity, unit_amount, line_amount = self._amounts(side)
        discount_rate, discount = self._discount()
        tax = amount(self.call, self.element, "TaxAmount")
        if tax is None and self.before is not None and line_amount == self.before.line_amount:
            tax = self.before.tax_amount if tax_type == self.before.tax_type else None
        if tax is None or self.terms.amounts is LineAmounts.NO_TAX:
            tax = tax_of(line_amount, NOTHING if rate is None else rate.percent, self.terms.amounts)
        return Line(
            id=self.before.id if self.before is not None else str(uuid4()),
            description=self._description(item),
            quantity=quantity,
            unit_amount=unit_amount,
            line_amount=line_amount,
            tax_amount=round_to(tax, 2),
            account_code=account.code if account is not None else self._sent_account(),
            tax_type=tax_type,
            item_code=item.code if item is not None else None,
            discount_rate=discount_rate,
            discount_amount=discount,
            tracking=self._tracking(),
        )

    def _description(self, item: Item | None) -> str:
        described = text(self.element, "Description")
        if described is None and self.before is not None:
            described = self.before.description
        if not described and item is not None:
            described = item.description if self.terms.type.is_sale else item.purchase_description
        if not described:
            self.faults.append("Description must be specified")
        elif len(described) > LONGEST_DESCRIPTION:
            self.faults.append(f"Description must not be longer than {LONGEST_DESCRIPTION} characters")
        return described or ""

    def _item(self) -> Item | None:
        code = text(self.element, "ItemCode") or (self.before.item_code if self.before else None)
        if not code:
            return None
        found = self.company.item(code)
        if found is None:
            self.faults.append(self.call.settings.item_unknown_message.format(code=code))
        return found

    def _sent_account(self) -> str | None:
        return text(self.element, "AccountCode") or (self.before.account_code if self.before else None)

    def _account(self, side: ItemSide | None) -> Account | None:
        code = self._sent_account() or (side.account_code if side else None)
        identity = text(self.element, "AccountID")
        if not code and not identity:
            if self.terms.is_approved and self._has_amount():
                self.faults.append("Account code must be specified")
            return None
        account = self.company.account(code) if code else self.company.accounts.get((identity or "").lower())
        if account is None or account.type == "BANK" or account.system_account in NOT_FOR_DOCUMENTS:
            self.faults.append(f"Account code '{code or identity}' is not a valid code for this document.")
            return None
        if account.status != "ACTIVE":
            self.faults.append(
                f"Account code '{account.code}' has been archived, or has been deleted."
                " Each line item must reference a valid account."
            )
            return None
        return account

    def _has_amount(self) -> bool:
        if self.before is not None:
            return self.before.quantity is not None
        return any(self.element.get(name) is not None for name in ("Quantity", "UnitAmount", "LineAmount"))

    def _tax(self, side: ItemSide | None, account: Account | None) -> tuple[TaxRate | None, str | None]:
        if self.terms.amounts is LineAmounts.NO_TAX:
            return None, "NONE"
        tax_type = text(self.element, "TaxType") or (self.before.tax_type if self.before else None)
        if not tax_type and self.terms.is_approved and self.call.settings.approved_lines_need_tax_type:
            self.faults.append("Tax rate must be valid.")
        tax_type = tax_type or (side.tax_type if side else None) or (account.tax_type if account else None)
        if not tax_type:
            return None, None
        rate = self.company.tax_rate(tax_type)
        if rate is None:
            self.faults.append(
                f"The TaxType code {tax_type} does not exist or cannot be used for this type of transaction."
            )
        elif account is not None and account.account_class not in rate.classes:
            self.faults.append(f"The TaxType code '{tax_type}' cannot be used with account code '{account.code}'.")
        return rate, tax_type

    def _discount(self) -> tuple[Decimal | None, Decimal | None]:
        rate = amount(self.call, self.element, "DiscountRate")
        fixed = amount(self.call, self.element, "DiscountAmount")
        if rate is None and fixed is None and self.before is not None:
            rate, fixed = self.before.discount_rate, self.before.discount_amount
        if (rate or fixed) and self.terms.type is not DocumentType.SALES_INVOICE:
            self.faults.append("Discounts can only be applied to sales invoices")
            return None, None
        return rate, None if rate is not None else fixed

    def _amounts(self, side: ItemSide | None) -> tuple[Decimal | None, Decimal | None, Decimal]:
        quantity = amount(self.call, self.element, "Quantity")
        unit = amount(self.call, self.element, "UnitAmount")
        given = amount(self.call, self.element, "LineAmount")
        if quantity is None and unit is None and given is None:
            if self.before is not None:
                return self.before.quantity, self.before.unit_amount, self.before.line_amount
            if side is None or side.unit_price is None:
                return None, None, NOTHING
        elif self.before is not None:
            quantity = self.before.quantity if quantity is None else quantity
            unit = self.before.unit_amount if unit is None and given is None else unit
        quantity = round_to(Decimal(1) if quantity is None else quantity, 4)
        discount_rate, discount = self._discount()
        if unit is None and given is not None and quantity:
            unit = round_to(given / quantity, self.call.decimals)
            return quantity, unit, self._within(round_to(given, 2))
        if unit is None:
            unit = side.unit_price if side is not None and side.unit_price is not None else NOTHING
        unit = round_to(unit, self.call.decimals)
        expected = expected_line(quantity, unit, discount_rate, discount)
        if given is not None and round_to(given, 2) != expected:
            self.faults.append(f"The line total {round_to(given, 2)} does not match the expected line total {expected}")
        return quantity, unit, self._within(expected)

    def _within(self, line_amount: Decimal) -> Decimal:
        if abs(line_amount) > LARGEST:
            self.faults.append(f"The line amount must not be more than {LARGEST:,}")
        return line_amount

    def _tracking(self) -> tuple[dict[str, str], ...]:
        if "Tracking" not in self.element and self.before is not None:
            return self.before.tracking
        return tuple(
            {name: str(one[name]) for name in ("TrackingCategoryID", "Name", "Option") if one.get(name)}
            for one in parts(self.call, self.element, "Tracking")
        )
