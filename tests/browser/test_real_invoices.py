"""Real invoices, read from where they are kept: taken in, mapped through the pages, and booked once and to the cent."""

import os
import shlex
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.people import PATIENCE, Person
from tests.browser.running import ROOT, Demo

SHARED = ROOT.parent / "shared" / "inputs"
FILES = sorted(
    file
    for kind in ("peppol", "en16931_ubl", "xrechnung")
    for file in (SHARED / kind).glob("*.xml")
    if ".cii" not in file.name
)
BASIC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
AGGREGATE = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
OLD = "/exports/xero?until=2026-09-30"

Booked = tuple[str, str, Decimal, str]
"""Kind in the ledger, number, total, currency."""

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not FILES, reason=f"no real invoices in {SHARED}")]


@pytest.mark.requirement("S2-01", "S2-10", "S2-11")
def test_what_is_taken_in_is_mapped_and_booked_once_and_to_the_cent(meet: Meet, demo: Demo) -> None:
    demo.ledger.change("lock-period:")
    ada = meet("ada")
    send_documents_of_any_date(ada)
    fates = take_in(demo)
    assert set(fates.values()) <= {"taken in", "attached", "possible duplicate"}
    assert set(take_in(demo).values()) == {"already here"}
    wanted = Counter(as_written(file) for file in FILES if fates[file] == "taken in")

    ada.go(OLD)
    ada.waits_for(ada.page.locator("tbody > tr:not(.detail)").nth(wanted.total() - 1))
    for _ in range(3):
        for kind in ("account", "tax"):
            map_what_is_missing(ada, kind)
        create_contacts(ada)
        resend(ada)
        if booked(demo) >= wanted:
            break
    assert {"missing": wanted - booked(demo), "twice": booked(demo) - wanted} == {
        "missing": Counter(),
        "twice": Counter(),
    }
    ada.go(OLD)
    expect(ada.page.get_by_text("Nothing found")).to_be_visible()


def take_in(demo: Demo) -> dict[Path, str]:
    """What became of each file, as the command line says it."""
    lines = (demo.data / "tieout.env").read_text().splitlines()
    settings = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", *map(str, FILES)]
    done = subprocess.run(
        [*command, "--tenant", "nordlys", "--as", "bill", "--approve"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    *rows, sums = done.stdout.splitlines()
    assert len(rows) == len(FILES), done.stdout + done.stderr
    assert sum(int(part.split()[0]) for part in sums.split(", ")) == len(FILES)
    return {Path(file): fate for file, fate, *_ in (row.split("\t") for row in rows)}


def as_written(file: Path) -> Booked:
    """What the document itself says, read here and not by the product."""
    root = ElementTree.parse(file).getroot()  # noqa: S314 - files we know
    sums = root.find(f"{AGGREGATE}LegalMonetaryTotal")
    assert sums is not None
    total = Decimal(sums.findtext(f"{BASIC}TaxInclusiveAmount", ""))
    total += Decimal(sums.findtext(f"{BASIC}PayableRoundingAmount", "0"))
    is_credit = root.tag.endswith("CreditNote") != (total < 0)
    number, currency = root.findtext(f"{BASIC}ID", ""), root.findtext(f"{BASIC}DocumentCurrencyCode", "")
    return ("bill-credits" if is_credit else "bills", number, abs(total).quantize(Decimal("0.01")), currency)


def booked(demo: Demo) -> Counter[Booked]:
    """What the ledger holds of before this autumn, when the demo's own story begins."""
    return Counter(
        (kind, document["number"], Decimal(document["total"]), document["currency"])
        for kind in ("bills", "bill-credits")
        for document in demo.ledger.holds(kind)
        if document["date"] < "2026-09-30"
    )


def send_documents_of_any_date(ada: Person) -> None:
    ada.go("/sync-config")
    ada.page.get_by_label("Send documents dated from").fill("")
    ada.press("Save")


def map_what_is_missing(ada: Person, kind: str) -> None:
    """The first choice for each that has none: which it is does not matter to the sums."""
    ada.go(f"/mapping?kind={kind}")
    missing = ada.page.locator("#rows select").filter(has=ada.page.locator("option:checked[value='']"))
    for _ in range(missing.count()):
        drop_down = missing.first
        drop_down.select_option(value=drop_down.locator("option:not([value=''])").first.get_attribute("value"))
    ada.press("Save mappings")


def create_contacts(ada: Person) -> None:
    create = ada.page.get_by_role("button", name="Create in Xero", exact=True)
    ada.go("/mapping?kind=contact")
    while create.count():
        ada.hands.press(create.first)
        expect(ada.page.locator("[id^=order-]", has_text="Being created")).to_have_count(0, timeout=1000 * PATIENCE)
        ada.go("/mapping?kind=contact")


def resend(ada: Person) -> None:
    ada.go(OLD)
    n = ada.page.locator("tbody > tr:not(.detail)").count()
    ada.press(f"Resync all {n} that match…")
    ada.press(f"Resync {n} to Xero")
    ada.waits_for(ada.page.locator("#outcome").filter(has_text="ended"))
    ada.shoot("real-invoices-resent")
