"""Whole files on their way to the ledger: the project's own samples, and collected ones of other people's making."""

from pathlib import Path

import pytest

from dashboard.models import Export, Record
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene, assert_booked_to_the_cent

SAMPLES = Path(__file__).parents[1] / "samples"
COLLECTED = Path(__file__).parents[3] / "shared" / "inputs"
INVOICES = ("peppol/*", "en16931_ubl/*", "en16931_cii/*", "xrechnung/*", "facturx/*", "fatturapa/*")


def send_all(scene: Scene, records: list[Record]) -> list[Export]:
    """Map what they need, approve what is no possible duplicate, and let the runner send it."""
    scene.map_all_of(records)
    exports = scene.world.approve(records)
    scene.run()
    return [scene.seen(export) for export in exports]


def test_every_sample_file_of_the_project_reaches_the_ledger_to_the_cent(scene: Scene) -> None:
    bills = [scene.take_in(path.name, path.read_bytes(), Direction.PURCHASE) for path in SAMPLES.rglob("*.xml")]
    tables = [scene.take_in(path.name, path.read_bytes()) for path in SAMPLES.rglob("*.csv")]
    # One of the bills is there in two syntaxes.
    records = list(dict.fromkeys(record for taken in (*bills, *tables) for record in taken))

    exports = send_all(scene, records)

    assert {record.kind.value for record in records} == {"invoice", "credit-note", "bill", "bill-credit"}
    assert [(export.status, export.error_words) for export in exports] == [(Status.SYNCED, "")] * len(records)
    for record in records:
        assert_booked_to_the_cent(scene.books, record)


def test_every_collected_invoice_reaches_the_ledger_as_a_bill_with_its_own_total(scene: Scene) -> None:
    files = sorted(path for pattern in INVOICES for path in COLLECTED.glob(pattern))
    if not files:
        pytest.skip(f"the collected files are not at {COLLECTED}")
    taken = [record for path in files for record in scene.take_in(path.name, path.read_bytes(), Direction.PURCHASE)]
    records = [record for record in dict.fromkeys(taken) if not record.is_possible_duplicate]

    exports = send_all(scene, records)

    # Five state a bill that another file states as well, and one the same number with another tax: it waits for a
    # person.
    assert (len(files), len(records)) == (20, 14)
    assert [(export.status, export.error_words) for export in exports] == [(Status.SYNCED, "")] * len(records)
    for record in records:
        assert_booked_to_the_cent(scene.books, record)
