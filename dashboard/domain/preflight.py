"""Preflight: turns a record into a posting for one ledger, or names every fault that would make it be refused."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from dashboard.domain import booking, roundings
from dashboard.domain.amounts import in_words
from dashboard.domain.mappings import Mapped, Target, source_label
from dashboard.domain.references import Ledger
from dashboard.models import Connection, Export, Record, RecordLine
from dashboard.vocabulary.days import day
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import ROUNDING_ACCOUNT, MappingKind, default_account, tax_key
from dashboard.vocabulary.postings import DocumentPosting, Fault, PostingLine
from dashboard.vocabulary.providers import FACTS
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.references import ReferenceItem


@dataclass(frozen=True)
class Checked:
    """Either a posting, or faults; never both. `versions` names the mappings used as "kind:value" → version."""

    posting: DocumentPosting | None
    faults: tuple[Fault, ...]
    versions: dict[str, int]


def check(record: Record, export: Export, connection: Connection, mapped: Mapped, ledger: Ledger, link: str) -> Checked:
    """Resolve one record against mappings and the ledger's lists as they are stored; `link` leads back to it here."""
    resolver = _Resolver(record, connection, mapped, ledger)
    contact_id = resolver.contact()
    lines = resolver.lines()
    booked_on = booking.booked_on(record, export)
    resolver.check_dates(booked_on)
    resolver.check_document()
    if resolver.faults:
        return Checked(None, tuple(dict.fromkeys(resolver.faults)), resolver.versions)
    posting = DocumentPosting(
        key=export.key,
        link=link,
        kind=record.kind,
        number=record.number,
        reference=record.order_reference,
        contact_id=contact_id,
        date=booked_on,
        due_date=None if record.kind.is_credit else record.due_date,
        currency=record.currency,
        lines=_with_document_date(lines, record.issue_date, booked_on),
        net=sum((line.net for line in lines), Decimal(0)),
        tax=sum((line.tax for line in lines), Decimal(0)),
        total=record.total,
        post_as=(connection.sales_post_as if record.kind.direction is Direction.SALE else connection.purchases_post_as),
        answered=export.answers,
    )
    return Checked(posting, (), resolver.versions)


def unmapped_contact_with_one_match(record: Record, mapped: Mapped, ledger: Ledger) -> ReferenceItem | None:
    """The ledger's only active contact with the record's tax id and no name quite apart, while none is mapped."""
    if (MappingKind.CONTACT, record.contact_key) in mapped:
        return None
    matches = ledger.contacts_with(record.contact_tax_id, record.contact_name)
    return matches[0] if len(matches) == 1 else None


def tax_by_line(record: Record) -> list[Decimal]:
    """The stated tax of each category and rate spread over its lines; the largest line takes what rounding leaves."""
    precision = Decimal(1).scaleb(-get_currency_precision(record.currency))
    groups: dict[tuple[str, Decimal], list[int]] = defaultdict(list)
    for position, line in enumerate(record.lines):
        groups[(line.category, line.tax_rate.normalize())].append(position)
    taxes = [Decimal(0)] * len(record.lines)
    for (category, rate), positions in groups.items():
        for position in positions:
            exact = record.lines[position].net * rate / 100
            taxes[position] = exact.quantize(precision, ROUND_HALF_UP)
        stated = [each.tax for each in record.taxes if (each.category, each.rate.normalize()) == (category, rate)]
        if stated:
            largest = max(positions, key=lambda position: abs(record.lines[position].net))
            taxes[largest] += sum(stated, Decimal(0)) - sum(taxes[position] for position in positions)
    return taxes


class _Resolver:
    """Collects the faults of one record while it looks everything up; nothing stops at the first."""

    def __init__(self, record: Record, connection: Connection, mapped: Mapped, ledger: Ledger) -> None:
        self.record = record
        self.connection = connection
        self.mapped = mapped
        self.ledger = ledger
        self.faults: list[Fault] = []
        self.versions: dict[str, int] = {}
        self._label = connection.provider.label

    def contact(self) -> str:
        name = self.record.contact_name
        target = self._mapping(MappingKind.CONTACT, self.record.contact_key)
        if target is None:
            self._fault(
                ErrorCode.CONTACT_NOT_MAPPED,
                name,
                f"{name or 'The contact'} is not mapped to a contact in {self._label}",
                self.record.contact_key,
            )
            return ""
        item = self.ledger.contacts.get(target.target_id)
        if item is None or not item.is_active:
            self._fault(
                ErrorCode.CONTACT_ARCHIVED,
                target.label,
                f"The contact {target.label} is archived in {self._label}",
                self.record.contact_key,
            )
        return target.target_id

    def lines(self) -> tuple[PostingLine, ...]:
        if not self.record.lines:
            self._fault(ErrorCode.LINES_MISSING, self.record.number, "The document has no lines")
        taxes = tax_by_line(self.record)
        sent = [self._line(line, tax) for line, tax in zip(self.record.lines, taxes, strict=True)]
        difference = self.record.total - sum((line.net + line.tax for line in sent), Decimal(0))
        if difference:
            sent.append(self._rounding(difference))
        return tuple(sent)

    def check_dates(self, booked_on: date) -> None:
        lock = booking.Locks.of(self.ledger.organisation).closing(booked_on)
        if lock is None:
            return
        on, until = day(booked_on), day(lock.until)
        if lock.is_year_end:
            words = f"{on} is in a year that is closed in {self._label}: locked to {until}"
        else:
            words = f"{on} is in a closed period: {self._label} is locked to {until}"
        self._fault(lock.code, lock.until.isoformat(), words)

    def check_document(self) -> None:
        organisation = self.ledger.organisation
        if not self.record.number:
            self._fault(ErrorCode.FIELD_MISSING, "number", "The document has no number")
        currencies = organisation.currencies if organisation else ()
        if currencies and self.record.currency not in currencies:
            self._fault(
                ErrorCode.CURRENCY_NOT_ENABLED,
                self.record.currency,
                f"{self._label} is not set up for {self.record.currency}",
            )

    def _line(self, line: RecordLine, tax: Decimal) -> PostingLine:
        return PostingLine(
            description=line.description or "-",
            quantity=line.quantity,
            unit_amount=line.unit_price,
            net=line.net,
            tax=tax,
            account_code=self._account(line.account),
            tax_code=self._tax(line),
            item_code=self._item(line),
        )

    def _item(self, line: RecordLine) -> str:
        """The ledger's item of that very code. A supplier's article number is the supplier's, so on a bill it names
        nothing here."""
        item = self.ledger.items.get(line.sku) if self.record.kind.direction is Direction.SALE else None
        return item.code if item is not None and item.is_active and item.for_sales else ""

    def _account(self, named: str) -> str:
        """The account a line names when mapped, or when the ledger has it under that very code; else the default."""
        value = named or default_account(self.record.kind.direction)
        target = self._mapping(MappingKind.ACCOUNT, value)
        code = target.target_id if target else (named if named in self.ledger.accounts else "")
        if not code:
            words = (
                f"Account {named} is not mapped to an account in {self._label}"
                if named
                else f"No account is chosen for {source_label(MappingKind.ACCOUNT, value).lower()}"
            )
            self._fault(ErrorCode.ACCOUNT_NOT_MAPPED, named or source_label(MappingKind.ACCOUNT, value), words, value)
            return ""
        self._check_account(code, value)
        return code

    def _check_account(self, code: str, value: str) -> None:
        account = self.ledger.accounts.get(code)
        if account is None:
            self._fault(ErrorCode.ACCOUNT_UNKNOWN, code, f"{self._label} has no account {code}", value)
        elif not account.is_active:
            words = f"Account {code} {account.name} is archived in {self._label}"
            self._fault(ErrorCode.ACCOUNT_INACTIVE, code, words, value)

    def _tax(self, line: RecordLine) -> str:
        key = tax_key(self.record.kind.direction, line.category, line.tax_rate, self.record.tax_country)
        target = self._mapping(MappingKind.TAX, key)
        label = source_label(MappingKind.TAX, key)
        if target is None:
            words = f"{label} is not mapped to a tax rate in {self._label}"
            self._fault(ErrorCode.TAX_NOT_MAPPED, label, words, key)
            return ""
        rate = self.ledger.tax_rates.get(target.target_id)
        if rate is None or not rate.is_active:
            words = f"The tax rate {target.label} is no longer active in {self._label}"
            self._fault(ErrorCode.TAX_UNKNOWN, target.target_id, words, key)
        return target.target_id

    def _rounding(self, difference: Decimal) -> PostingLine:
        stated, currency = self.record.rounding, self.record.currency
        is_rounding = abs(stated) <= roundings.stated_limit(currency) and (
            abs(difference - stated) <= roundings.unstated_limit(currency)
        )
        shown, total = (in_words(each, currency) for each in (difference, self.record.total))
        if not is_rounding:
            self._fault(
                ErrorCode.TOTALS_DIFFER,
                self.record.number,
                f"The total {total} differs by {shown} from its lines and tax",
            )
        target = self._mapping(MappingKind.ACCOUNT, ROUNDING_ACCOUNT)
        if target is None:
            self._fault(
                ErrorCode.ROUNDING_ACCOUNT_MISSING,
                shown,
                f"The rounding difference of {shown} needs an account to go to",
                ROUNDING_ACCOUNT,
            )
        else:
            self._check_account(target.target_id, ROUNDING_ACCOUNT)
        return PostingLine(
            description="Rounding",
            quantity=Decimal(1),
            unit_amount=difference,
            net=difference,
            tax=Decimal(0),
            account_code=target.target_id if target else "",
            tax_code=FACTS[self.connection.provider].no_tax_code,
        )

    def _mapping(self, kind: MappingKind, value: str) -> Target | None:
        target = self.mapped.get((kind, value))
        if target is not None:
            self.versions[f"{kind.value}:{value}"] = target.version
        return target

    def _fault(self, code: ErrorCode, subject: str, words: str, source_value: str = "") -> None:
        self.faults.append(Fault(code, subject, words, source_value))


def _with_document_date(lines: tuple[PostingLine, ...], issued_on: date, booked_on: date) -> tuple[PostingLine, ...]:
    """A ledger with one date gets the booking date as the date, and the document's own date in the text."""
    if issued_on == booked_on:
        return lines
    text = f"{lines[0].description} (document date {issued_on.isoformat()})"
    return (replace(lines[0], description=text), *lines[1:])
