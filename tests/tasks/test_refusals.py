"""What the ledger refuses: its code and subject, its words kept verbatim, a guide to each; the others go through."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from dashboard.domain import guides
from dashboard.models import Export
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import DEFAULT_SALES_ACCOUNT, MappingKind
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import FJORD, Scene, codes


@dataclass(frozen=True)
class Case:
    """What happens in the ledger after its lists were read, and what becomes of an invoice then."""

    happens: Callable[[Scene], object]
    code: ErrorCode
    subject: str
    words: str
    mended_by: str = ""
    record: tuple[tuple[str, Any], ...] = ()


CASES = {
    "an account that was archived meanwhile": Case(
        lambda scene: scene.books.change("deactivate-account:200"),
        ErrorCode.ACCOUNT_INACTIVE,
        "200",
        "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account.",
        mended_by=DEFAULT_SALES_ACCOUNT,
    ),
    "an account that no document may use": Case(
        lambda scene: scene.map(MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT, "610"),
        ErrorCode.ACCOUNT_UNKNOWN,
        "610",
        "Account code '610' is not a valid code for this document.",
        mended_by=DEFAULT_SALES_ACCOUNT,
    ),
    "a tax rate that was deleted meanwhile": Case(
        lambda scene: scene.books.change("deactivate-tax:OUTPUT"),
        ErrorCode.TAX_UNKNOWN,
        "OUTPUT",
        "The TaxType code OUTPUT does not exist or cannot be used for this type of transaction.",
        mended_by="sale:S:25:SE",
    ),
    "a tax rate that the account does not take": Case(
        lambda scene: scene.map(MappingKind.TAX, "sale:S:25:SE", "INPUT"),
        ErrorCode.TAX_ACCOUNT_CLASH,
        "INPUT",
        "The TaxType code 'INPUT' cannot be used with account code '200'.",
        mended_by="sale:S:25:SE",
    ),
    "a contact that was archived meanwhile": Case(
        lambda scene: scene.books.change("archive-contact:Fjord Kaffe AS"),
        ErrorCode.CONTACT_ARCHIVED,
        "Fjord Kaffe AS",
        "The contact is archived and cannot be used.",
        mended_by=f"tax:{FJORD}",
    ),
    "a period that was locked meanwhile": Case(
        lambda scene: scene.books.change("lock-period:2026-11-30"),
        ErrorCode.PERIOD_CLOSED,
        "2026-11-30",
        "The document date cannot be before the period lock date, currently set at 30-Nov-2026",
    ),
    "a year that was locked meanwhile": Case(
        lambda scene: scene.books.change("lock-year:2026-12-31"),
        ErrorCode.YEAR_CLOSED,
        "2026-12-31",
        "The document date cannot be before the end of year lock date, currently set at 31-Dec-2026",
    ),
    "a number that exists": Case(
        lambda scene: scene.books.seed(
            invoices=[
                {
                    "Type": "ACCREC",
                    "InvoiceNumber": "T-00001",
                    "Contact": {"ContactID": scene.contact_id()},
                    "LineItems": [{"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}],
                }
            ]
        ),
        ErrorCode.NUMBER_EXISTS,
        "T-00001",
        "Invoice # must be unique.",
    ),
    "a plan that is used up": Case(
        lambda scene: scene.books.change("limit-approvals:0"),
        ErrorCode.PLAN_LIMIT,
        "",
        "You have reached the limit of invoices you can approve",
    ),
    "words that nobody knows": Case(
        lambda scene: None,
        ErrorCode.UNKNOWN,
        "",
        "The line amount must not be more than 9,999,999,999.99",
        record=(("total_net", Decimal("10000000000.00")),),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_refusal_has_its_code_its_subject_the_ledgers_own_words_and_a_guide(scene: Scene, case: Case) -> None:
    case.happens(scene)
    (export,) = scene.approve(1, **dict(case.record))

    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, case.code)
    assert (export.error_subject, export.error_words) == (case.subject, case.words)
    assert [fault["source_value"] for fault in export.faults] == [case.mended_by]
    (attempt,) = scene.attempts(export)
    assert (attempt.state, attempt.error_code, attempt.error_words) == (AttemptState.REFUSED, case.code, case.words)
    assert case.words in attempt.response
    assert guides.guide(case.code).code is case.code
    (entry,) = scene.outcomes(export)
    assert (entry.status, entry.error_code, entry.words) == (Status.FAILED, case.code, case.words)
    assert len(scene.books.document_writes()) == 1


def test_a_currency_the_ledger_does_not_keep_is_refused_without_asking(scene: Scene) -> None:
    (export,) = scene.approve(1, currency="CHF")

    scene.run()

    assert (scene.seen(export).status, codes(export)) == (Status.FAILED, ["currency-not-enabled"])
    assert export.error_subject == "CHF"
    assert scene.books.document_writes() == []


@pytest.mark.requirement("S2-02", "S2-12")
def test_two_of_five_are_refused_and_the_other_three_go_in_with_the_same_call(scene: Scene) -> None:
    good, bad = scene.world.records(3), scene.world.records(2, account="210")
    scene.books.change("deactivate-account:210")
    exports = scene.world.approve([good[0], bad[0], good[1], bad[1], good[2]])

    scene.run()

    assert [call["elements"] for call in scene.books.document_writes()] == [5]
    assert (scene.tile(Status.FAILED), scene.tile(Status.SYNCED)) == (2, 3)
    failed = [export for export in exports if scene.seen(export).status is Status.FAILED]
    assert [export.record_id for export in failed] == [record.id for record in bad]
    assert {export.error_subject for export in failed} == {"210"}

    scene.books.change("activate-account:210")
    for export in failed:
        scene.send_again(export)
    scene.run()

    assert (scene.tile(Status.FAILED), scene.tile(Status.SYNCED)) == (0, 5)
    assert scene.books.numbers() == [f"T-{n:05d}" for n in range(1, 6)]


@pytest.mark.requirement("S2-13", "S0-12")
def test_what_fails_again_shows_its_newest_message_and_keeps_the_older_one(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    (export,) = scene.approve(1)
    scene.run()
    scene.books.change("activate-account:200")
    scene.books.change("lock-period:2026-11-30")
    scene.send_again(export)
    scene.run()
    assert scene.seen(export).error_code == ErrorCode.PERIOD_CLOSED

    scene.books.change("lock-period:")
    scene.send_again(export)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert (export.error_code, export.error_words, export.faults) == ("", "", [])
    said = [(entry.status, entry.error_code) for entry in scene.outcomes(export)]
    assert said == [
        (Status.FAILED, ErrorCode.ACCOUNT_INACTIVE),
        (Status.FAILED, ErrorCode.PERIOD_CLOSED),
        (Status.SYNCED, ""),
    ]
    assert scene.states(export) == [AttemptState.REFUSED, AttemptState.REFUSED, AttemptState.ACCEPTED]


def test_every_fault_of_a_refused_document_is_kept(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    scene.books.change("archive-contact:Fjord Kaffe AS")
    (export,) = scene.approve(1)

    scene.run()

    assert sorted(codes(scene.seen(export))) == ["account-inactive", "contact-archived"]


@pytest.mark.requirement("S3-04")
def test_the_database_takes_no_failure_without_a_reason(scene: Scene) -> None:
    (export,) = scene.approve(1)
    failed = update(Export).where(Export.id == export.id).values(status=Status.FAILED, error_code="unknown")

    with pytest.raises(IntegrityError, match="failed_has_a_reason"):
        scene.session.execute(failed)
