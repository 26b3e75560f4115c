"""The rows of the mapping form: what each value may become, what is mapped now, and what somebody had chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dashboard.domain import mappings
from dashboard.domain.contacts import Directory
from dashboard.domain.missing_mappings import MissingValue
from dashboard.models import Lookup
from dashboard.models import Mapping as MappingRow
from dashboard.vocabulary.mappings import DEFAULT_SALES_ACCOUNT, MappingKind, is_usable
from dashboard.vocabulary.references import ReferenceItem

REVENUE = "Revenue"
"""The class of accounts that sales go to."""

Options = list[tuple[str, str | list[tuple[str, str]]]]
"""As select_field takes them: (value, label) pairs, or (heading, pairs)."""


@dataclass(frozen=True)
class Row:
    """One value. `seen` is its target now, `chosen` what the drop-down shows; `exports` is how many wait for it."""

    value: str
    label: str
    seen: str = ""
    chosen: str = ""
    seen_label: str = ""
    tax_id: str = ""
    exports: int = 0
    changed_at: datetime | None = None
    options: Options = field(default_factory=list)
    error: str = ""
    order: Lookup | None = None
    is_focused: bool = False

    @property
    def standing(self) -> str:
        """What it is mapped to, in words, for whoever may only read."""
        gone = (words for key, words in self.options if key == self.seen and isinstance(words, str))
        return next(gone, self.seen_label) or "Not mapped"

    def posted(self, chosen: Mapping[str, str], problems: Mapping[str, str]) -> "Row":
        """The row as a refused form had it."""
        return replace(self, chosen=chosen.get(self.value, self.chosen), error=problems.get(self.value, ""))


def from_missing(missing: MissingValue, mapped: MappingRow | None) -> Row:
    row = blank(missing.source_value, missing.label, mapped)
    return replace(row, exports=missing.exports, tax_id=missing.tax_id or row.tax_id)


def blank(value: str, label: str, mapped: MappingRow | None) -> Row:
    """A row of the value, with the target it has now, if any."""
    row = Row(value, label, tax_id=mappings.tax_id_of(value))
    if mapped is None:
        return row
    return replace(
        row,
        seen=mapped.target_id,
        chosen=mapped.target_id,
        seen_label=mapped.target_label,
        changed_at=mapped.changed_at,
    )


def options_of(kind: MappingKind, items: Sequence[ReferenceItem], found: str) -> Callable[[Row], Options]:
    """What each row may be mapped to; `found` are words that a person looks for among contacts."""
    if kind is MappingKind.ACCOUNT:
        return lambda row: _accounts(row, items)
    if kind is MappingKind.TAX:
        return lambda row: _tax_rates(row, items)
    directory = Directory(items)
    return lambda row: _contacts(row, directory, found if row.is_focused else "")


def _accounts(row: Row, items: Sequence[ReferenceItem]) -> Options:
    """Grouped by class, as the ledger's own chart is, in the order of codes; for sales revenue comes first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in sorted(items, key=lambda item: (len(item.code) if item.code.isdigit() else 99, item.code)):
        if item.code and is_usable(MappingKind.ACCOUNT, row.value, item):
            groups.setdefault(item.account_class.title() or "Accounts", []).append(
                (item.code, f"{item.code} {item.name}")
            )
    first = REVENUE if row.value == DEFAULT_SALES_ACCOUNT else ""
    return _with_current(row, sorted(groups.items(), key=lambda group: (group[0] != first, group[0])))


def _tax_rates(row: Row, items: Sequence[ReferenceItem]) -> Options:
    """Those of the very rate first: 0 % is several different things, so the choice stays a person's."""
    rate = row.value.split(":")[2]
    usable = [item for item in items if is_usable(MappingKind.TAX, row.value, item)]
    same = [item for item in usable if item.rate is not None and f"{item.rate.normalize():f}" == rate]
    others = [item for item in usable if item not in same]
    groups = [
        (f"At {rate} %", [_tax_rate(item) for item in same]),
        ("At other rates", [_tax_rate(item) for item in others]),
    ]
    return _with_current(row, [(heading, pairs) for heading, pairs in groups if pairs])


def _contacts(row: Row, directory: Directory, found: str) -> Options:
    alike = directory.alike(row.label, row.tax_id)
    listed = directory.having(found) if found else []
    groups = [
        (f"Found by “{found}”", listed),
        ("Same tax number", alike.same_tax_id),
        ("Similar name", alike.similar_name),
        ("Mapped now", directory.known(row.seen) if row.seen else []),
    ]
    taken: set[str] = set()
    options = []
    for heading, contacts in groups:
        fresh = [contact for contact in contacts if contact.external_id not in taken]
        taken.update(contact.external_id for contact in fresh)
        if fresh:
            options.append((heading, [_contact(contact) for contact in fresh]))
    return _with_current(row, options)


def _with_current(row: Row, groups: Sequence[tuple[str, list[tuple[str, str]]]]) -> Options:
    """What is mapped now stays to be seen, also where the ledger no longer offers it."""
    known = {value for _, pairs in groups for value, _ in pairs}
    options: Options = list(groups)
    if row.seen and row.seen not in known:
        options.insert(0, (row.seen, f"{row.seen_label} (archived or not usable here)"))
    return options


def _tax_rate(item: ReferenceItem) -> tuple[str, str]:
    rate = f" ({item.rate.normalize():f} %)" if item.rate is not None else ""
    return item.code, f"{item.name}{rate}"


def _contact(item: ReferenceItem) -> tuple[str, str]:
    further = ", ".join(filter(None, (item.code, *item.tax_ids, item.email)))
    return item.external_id, f"{item.name} ({further})" if further else item.name
