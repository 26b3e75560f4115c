"""The `where` filter: a parser for the part of its language that is documented, and its evaluation. Knows no noun."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

TOKENS = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<operator>==|!=|<>|<=|>=|&&|\|\||[=<>!(),.])
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
)""",
    re.VERBOSE,
)
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: left is not None and right is not None and bool(left < right),
    "<=": lambda left, right: left is not None and right is not None and bool(left <= right),
    ">": lambda left, right: left is not None and right is not None and bool(left > right),
    ">=": lambda left, right: left is not None and right is not None and bool(left >= right),
}
METHODS: Mapping[str, Callable[..., Any]] = {
    "startswith": lambda text, part: (text or "").startswith(part),
    "endswith": lambda text, part: (text or "").endswith(part),
    "contains": lambda text, part: part in (text or ""),
    "tolower": lambda text: (text or "").lower(),
    "toupper": lambda text: (text or "").upper(),
    "trim": lambda text: (text or "").strip(),
}
ARGUMENTS = {"startswith": 1, "endswith": 1, "contains": 1}

Lookup = Callable[[str], Any]
Expression = Callable[[Lookup], Any]


class QueryError(Exception):
    """The filter cannot be read; the text says where."""


@dataclass(frozen=True)
class Filter:
    """A readable filter. `equals` are the fields that every match must have, for finding candidates by index."""

    test: Expression
    equals: Mapping[str, str]


def parse_where(text: str, fields: frozenset[str]) -> Filter:
    """Read a filter over the given fields (lower case, dotted). Raises QueryError."""
    parser = _Parser(text, fields)
    test = parser.alternatives()
    parser.expect_end()
    return Filter(test, parser.equals if not parser.has_alternatives else {})


class _Parser:
    def __init__(self, text: str, fields: frozenset[str]) -> None:
        self._text = text
        self._fields = fields
        self._tokens = self._split(text)
        self._position = 0
        self.equals: dict[str, str] = {}
        self.has_alternatives = False

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, position = [], 0
        while text[position:].strip():
            matched = TOKENS.match(text, position)
            if matched is None or matched.lastgroup is None:
                raise QueryError(f"Syntax error (at index {position}) in '{text}'")
            tokens.append((matched.lastgroup, matched[matched.lastgroup]))
            position = matched.end()
        return tokens

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._position += 1
        return token

    def _accept(self, *values: str) -> bool:
        kind, value = self._peek()
        if kind in ("operator", "word") and value.upper() in values:
            self._position += 1
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._accept(value):
            raise QueryError(f"'{value}' expected, found '{self._peek()[1] or 'the end'}' in '{self._text}'")

    def expect_end(self) -> None:
        if self._peek()[0] != "end":
            raise QueryError(f"Syntax error at '{self._peek()[1]}' in '{self._text}'")

    def alternatives(self) -> Expression:
        parts = [self._conditions()]
        while self._accept("OR", "||"):
            self.has_alternatives = True
            parts.append(self._conditions())
        return parts[0] if len(parts) == 1 else lambda lookup: any(part(lookup) for part in parts)

    def _conditions(self) -> Expression:
        parts = [self._condition()]
        while self._accept("AND", "&&"):
            parts.append(self._condition())
        return parts[0] if len(parts) == 1 else lambda lookup: all(part(lookup) for part in parts)

    def _condition(self) -> Expression:
        if self._accept("!", "NOT"):
            self.has_alternatives = True
            inner = self._condition()
            return lambda lookup: not inner(lookup)
        if self._accept("("):
            grouped = self.alternatives()
            self._expect(")")
            return grouped
        left, left_field = self._operand()
        kind, value = self._peek()
        if kind != "operator" or value not in COMPARISONS:
            return left
        self._take()
        right_kind, right_text = self._peek()
        right, _ = self._operand()
        if value in ("==", "=") and left_field and right_kind == "string":
            self.equals[left_field] = _unquote(right_text)
        compare = COMPARISONS[value]
        return lambda lookup: compare(*_alike(left(lookup), right(lookup)))

    def _operand(self) -> tuple[Expression, str | None]:
        kind, value = self._take()
        if kind == "string":
            text = _unquote(value)
            return (lambda lookup: text), None
        if kind == "number":
            number = Decimal(value)
            return (lambda lookup: number), None
        if kind != "word":
            raise QueryError(f"Expression expected, found '{value or 'the end'}' in '{self._text}'")
        word = value.lower()
        if word in ("true", "false", "null"):
            constant = {"true": True, "false": False, "null": None}[word]
            return (lambda lookup: constant), None
        if word in ("datetime", "guid") and self._peek()[1] == "(":
            made = self._made(word)
            return (lambda lookup: made), None
        return self._path(word, value)

    def _path(self, word: str, spelling: str) -> tuple[Expression, str | None]:
        names, read = [word], None
        expression: Expression | None = None
        while self._accept("."):
            _, name = self._take()
            if self._peek()[1] == "(":
                if expression is None:
                    expression = self._field(names, spelling)
                expression = self._method(expression, name)
            elif expression is None:
                names.append(name.lower())
                spelling += "." + name
            else:
                raise QueryError(f"No property or field '{name}' exists in type 'String'")
        if expression is None:
            expression, read = self._field(names, spelling), ".".join(names)
        return expression, read

    def _field(self, names: list[str], spelling: str) -> Expression:
        path = ".".join(names)
        if path.endswith(".value") and path.removesuffix(".value") in self._fields:
            path = path.removesuffix(".value")
        if path not in self._fields:
            raise QueryError(f"No property or field '{spelling}' exists")
        return lambda lookup: lookup(path)

    def _method(self, target: Expression, name: str) -> Expression:
        method = METHODS.get(name.lower())
        if method is None:
            raise QueryError(f"No applicable method '{name}' exists")
        arguments = self._arguments()
        if len(arguments) != ARGUMENTS.get(name.lower(), 0) or not all(isinstance(part, str) for part in arguments):
            raise QueryError(f"No applicable method '{name}' exists for these arguments")
        return lambda lookup: method(target(lookup), *arguments)

    def _made(self, word: str) -> Any:
        arguments = self._arguments()
        try:
            if word == "guid":
                (text,) = arguments
                return str(text).lower()
            year, month, day, hour, minute, second = ([int(part) for part in arguments] + [0, 0, 0])[:6]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except (TypeError, ValueError) as error:
            raise QueryError(f"{word} cannot be made of {arguments}: {error}") from error

    def _arguments(self) -> list[Any]:
        self._expect("(")
        arguments: list[Any] = []
        while not self._accept(")"):
            kind, value = self._take()
            if kind not in ("string", "number"):
                raise QueryError(f"Expression expected, found '{value or 'the end'}' in '{self._text}'")
            arguments.append(_unquote(value) if kind == "string" else Decimal(value))
            if not self._accept(",") and self._peek()[1] != ")":
                raise QueryError(f"')' expected in '{self._text}'")
        return arguments


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values that can be compared: days become moments, ids lose their case, and kinds are never mixed."""
    pair = []
    for value in (left, right):
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        pair.append(value)
    one, other = pair
    if one is None or other is None or isinstance(one, type(other)) or isinstance(other, type(one)):
        return one, other
    raise QueryError(f"Operator incompatible with operand types '{type(one).__name__}' and '{type(other).__name__}'")
