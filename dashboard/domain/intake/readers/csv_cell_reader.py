"""Reads the cells of a row and writes down every refusal with its line and column, so that reading goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from dashboard.domain.intake.readers import codes, csv_cells, figures
from dashboard.domain.intake.readers.csv_cells import Habits
from dashboard.domain.intake.readers.csv_faults import Faults
from dashboard.domain.intake.readers.csv_table import Row
from dashboard.domain.intake.readers.refused import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class CellReader:
    """Every reading answers None (texts: "") for an empty cell and for a refused one."""

    habits: Habits
    faults: Faults

    def read(self, row: Row, column: str, reading: Callable[[str], T]) -> T | None:
        return self.attempt(row, column, lambda: reading(row[column])) if row[column] else None

    def attempt(self, row: Row, column: str, act: Callable[[], T]) -> T | None:
        """What `act` answers; None when it refuses, which is then written down at that cell."""
        try:
            return act()
        except Refused as refused:
            self.faults.add(row.line, column, refused)
            return None

    def require(self, row: Row, column: str, fix: str = "") -> None:
        if not row[column]:
            self.faults.add(row.line, column, Refused("This cell is empty.", fix))

    def text(self, row: Row, column: str, longest: int = 255) -> str:
        return self.read(row, column, lambda text: codes.one_line(text, longest)) or ""

    def prose(self, row: Row, column: str, longest: int) -> str:
        return self.read(row, column, lambda text: codes.prose(text, longest)) or ""

    def day(self, row: Row, column: str) -> date | None:
        return self.read(row, column, lambda text: csv_cells.day(text, column, self.habits))

    def amount(self, row: Row, column: str) -> Decimal | None:
        return self.read(row, column, lambda text: figures.amount(csv_cells.number(text, column, self.habits)))

    def price(self, row: Row, column: str) -> Decimal | None:
        return self.read(row, column, lambda text: figures.price(csv_cells.number(text, column, self.habits)))

    def rate(self, row: Row, column: str) -> Decimal | None:
        def reading(text: str) -> Decimal:
            rate = figures.rate(csv_cells.number(text.removesuffix("%").rstrip(), column, self.habits))
            # The lowest rate in force anywhere is 0.5 % (Ceuta); what is below was meant as a fraction of one.
            if 0 < rate < Decimal("0.5"):
                raise Refused(f"{rate:f} % is no tax rate.", f"Write {rate * 100:f} if you mean that many percent.")
            return rate

        return self.read(row, column, reading)
