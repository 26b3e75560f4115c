"""Faults of a CSV file, gathered so that one look at the refusal shows them all."""

from dataclasses import dataclass, field

from dashboard.domain.intake.readers.refused import Refused
from dashboard.vocabulary.documents import UnreadableFile

SHOWN = 20
_FIX = "Correct them and take the file in again; nothing of it was taken in."


@dataclass(frozen=True)
class Fault:
    """`column` is empty for what concerns a whole row or document."""

    line: int
    column: str
    reason: str
    fix: str

    @property
    def place(self) -> str:
        return f"line {self.line}" + (f", column {self.column}" if self.column else "")


@dataclass
class Faults:
    file_name: str
    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, column: str, refused: Refused) -> None:
        self.found.append(Fault(line, column, refused.reason, refused.fix))

    def raise_any(self) -> None:
        """One fault is raised as it is; several become one refusal that names the first twenty, each with its place."""
        if not self.found:
            return
        if len(self.found) == 1:
            only = self.found[0]
            raise UnreadableFile(f"{self.file_name}, {only.place}", only.reason, only.fix)
        shown = [f"{fault.place}: {fault.reason}" for fault in sorted(self.found, key=lambda fault: fault.line)[:SHOWN]]
        more = len(self.found) - len(shown)
        reason = f"{len(self.found)} faults. " + " ".join(shown) + (f" And {more} more." if more else "")
        raise UnreadableFile(self.file_name, reason, _FIX)
