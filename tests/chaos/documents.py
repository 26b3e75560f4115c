"""Documents to export: all four kinds, many contacts, and bills of several suppliers under one number."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

OWN = ("Nordlys AB", "SE556677889901")
CUSTOMERS = [(f"Customer {name} AS", f"NO9000000{n:02d}MVA") for n, name in enumerate("ABCDE")]
SUPPLIERS = [(f"Supplier {name} AB", f"SE5555550{n:02d}01") for n, name in enumerate("FGHIJK")]
CONTACTS = [*CUSTOMERS, *SUPPLIERS]

_HEADER = (
    "type,number,issue_date,due_date,currency,seller_name,seller_tax_id,seller_country,buyer_name,buyer_tax_id,"
    "description,quantity,unit_price,tax_category,tax_rate"
)


@dataclass(frozen=True)
class Paper:
    """One document as a line of a CSV file."""

    kind: str
    number: str
    contact: tuple[str, str]
    price: str

    @property
    def row(self) -> str:
        parties = (OWN, self.contact) if self.kind in ("invoice", "credit note") else (self.contact, OWN)
        (seller, seller_id), (buyer, buyer_id) = parties
        return (
            f"{self.kind},{self.number},2026-11-02,2026-12-31,SEK,{seller},{seller_id},SE,{buyer},{buyer_id},"
            f"Coffee,1,{self.price},S,25"
        )


def papers(how_many: int, rng: random.Random, first: int = 0) -> list[Paper]:
    """So many documents in mixed order; a third of what suppliers sent shares its number with another supplier's."""
    made = []
    for n in range(first, first + how_many):
        kind = rng.choices(["invoice", "bill", "credit note", "supplier credit note"], [40, 30, 15, 15])[0]
        # Amounts all differ: what agrees in number and amount and holds no key of ours cannot be told apart by anybody.
        price = f"{100 + n}.{rng.randrange(100):02d}"
        if kind in ("invoice", "credit note"):
            made.append(Paper(kind, f"S-{n:05d}", rng.choice(CUSTOMERS), price))
        elif n % 3:
            made.append(Paper(kind, f"P-{n:05d}", rng.choice(SUPPLIERS), price))
        else:
            # Three suppliers in a row number alike.
            made.append(Paper(kind, f"N-{n // 9:05d}", SUPPLIERS[n // 3 % len(SUPPLIERS)], price))
    return made


def files(of: Sequence[Paper], alone: int = 0) -> list[tuple[str, str]]:
    """CSV files as (name, content): the first `alone` papers each in a file of their own, which is attached."""
    singles = [(f"single-{n}.csv", f"{_HEADER}\n{paper.row}\n") for n, paper in enumerate(of[:alone])]
    rest = "\n".join([_HEADER, *(paper.row for paper in of[alone:])])
    return [*singles, ("many.csv", rest + "\n")]
