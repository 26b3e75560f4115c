"""What the address and the form of mapping say: which part of the list is asked for, and the rows as filled in."""

from dataclasses import dataclass

from flask import request

from dashboard.domain.mappings import Edit
from dashboard.domain.scope import NotFound
from dashboard.vocabulary.mappings import MappingKind, is_mappable

MOST_ROWS = 100


@dataclass(frozen=True)
class Asked:
    """What the address asks for: `value` on top, `words` to look for its contact, `find` to narrow what is mapped."""

    kind: MappingKind
    value: str = ""
    words: str = ""
    find: str = ""
    after: int = 0


def asked() -> Asked:
    """By the address. Raises NotFound for a kind that there is none of."""
    kind = kind_of(request.args.get("kind", MappingKind.ACCOUNT.value))
    value = request.args.get("value", "")
    value = value if is_mappable(kind, value) else ""
    # Looked for among all contacts is only what stands for one of them.
    can_search = bool(value) and kind is MappingKind.CONTACT
    words = _words(request.args.get("q", "")) if can_search else ""
    return Asked(
        kind,
        value,
        words,
        _words(request.args.get("find", "")),
        request.args.get("after", 0, type=_id),
    )


def as_posted(kind: MappingKind) -> Asked:
    """The part of the list that the form had been made from."""
    value = request.form.get("value", "")
    find, after = _words(request.form.get("find", "")), request.form.get("after", 0, type=_id)
    return Asked(kind, value if is_mappable(kind, value) else "", find=find, after=after)


def edits() -> list[Edit]:
    """Every row of the form, changed or not."""
    found = []
    for n in range(MOST_ROWS):
        if f"value-{n}" not in request.form:
            break
        value, seen = request.form[f"value-{n}"], request.form.get(f"seen-{n}", "")
        found.append(Edit(value, seen, request.form.get(f"target-{n}", seen)))
    return found


def kind_of(name: str) -> MappingKind:
    """Raises NotFound for a kind that there is none of."""
    found = next((kind for kind in MappingKind if kind.value == name), None)
    if found is None:
        raise NotFound(name)
    return found


def _words(text: str) -> str:
    return text.strip()[:100]


def _id(text: str) -> int:
    """For a row to go on from, which need not exist. Raises ValueError for what no row can have."""
    if not 0 < int(text) < 2**63:
        raise ValueError(text)
    return int(text)
