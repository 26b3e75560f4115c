"""What every connector keeps to, whatever its provider: no provider is named here."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Absent,
    Accepted,
    DocumentPosting,
    Foreign,
    LedgerState,
    Ours,
    PostAs,
    ProviderError,
    Refused,
    Unknown,
    Wait,
)
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.references import ReferenceKind
from tests.connectors.postings import a_contact, an_attachment
from tests.connectors.scripted import CountingGate
from tests.connectors.stage import Lists, Stage

every_kind = pytest.mark.parametrize("kind", list(RecordKind))


class ConnectorContract:
    """Subclasses give the fixture `stage`; everything else follows from it."""

    @pytest.fixture
    def lists(self, stage: Stage) -> Lists:
        return stage.lists()

    @every_kind
    def test_a_batch_is_booked_to_the_cent_and_found_again(self, stage: Stage, lists: Lists, kind: RecordKind) -> None:
        batch = [lists.document(f"N-{number}", kind, net=f"{number}0.07") for number in range(1, 4)]
        outcomes = stage.connector().push(batch)
        accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
        assert len(accepted) == 3, outcomes
        booked = [(row["id"], row["number"], Decimal(row["total"])) for row in stage.booked(kind)]
        pairs = zip(accepted, batch, strict=True)
        assert booked == [(outcome.ledger_id, posting.number, posting.total) for outcome, posting in pairs]
        findings = stage.connector().find(batch)
        assert [found.object.ledger_id for found in findings if isinstance(found, Ours)] == [row[0] for row in booked]

    @pytest.mark.parametrize("post_as", list(PostAs))
    def test_a_document_is_posted_in_the_asked_state(self, stage: Stage, lists: Lists, post_as: PostAs) -> None:
        outcome = stage.connector().push([replace(lists.document("N-1"), post_as=post_as)])[0]
        assert isinstance(outcome, Accepted)
        assert outcome.state is LedgerState(post_as.value)

    def test_one_bad_document_among_several_is_refused_alone(self, stage: Stage, lists: Lists) -> None:
        batch = [lists.document("N-1"), lists.document("N-2", account="NOPE"), lists.document("N-3")]
        first, second, third = stage.connector().push(batch)
        assert isinstance(first, Accepted)
        assert isinstance(second, Refused)
        assert (second.faults[0].code, second.faults[0].subject) == (ErrorCode.ACCOUNT_UNKNOWN, "NOPE")
        assert isinstance(third, Accepted)
        assert [row["number"] for row in stage.booked(RecordKind.INVOICE)] == ["N-1", "N-3"]
        assert "N-2" in second.exchange.request
        assert "N-1" not in second.exchange.request + second.exchange.response

    def test_an_inactive_account_is_named(self, stage: Stage, lists: Lists) -> None:
        posting = lists.document("N-1")
        code = posting.lines[0].account_code
        stage.change(f"deactivate-account:{code}")
        outcome = stage.connector().push([posting])[0]
        assert isinstance(outcome, Refused)
        assert (outcome.faults[0].code, outcome.faults[0].subject) == (ErrorCode.ACCOUNT_INACTIVE, code)
        items = stage.connector().reference(ReferenceKind.ACCOUNT, None)
        assert [item.is_active for item in items if item.code == code] == [False]

    def test_a_closed_period_is_refused_and_listed_with_the_organisation(self, stage: Stage, lists: Lists) -> None:
        stage.change("lock-period:2026-11-25")
        outcome = stage.connector().push([lists.document("N-1")])[0]
        assert isinstance(outcome, Refused)
        assert (outcome.faults[0].code, outcome.faults[0].subject) == (ErrorCode.PERIOD_CLOSED, "2026-11-25")
        organisation = stage.connector().reference(ReferenceKind.ORGANISATION, None)[0]
        assert str(organisation.locked_until) == "2026-11-25"

    def test_an_existing_number_of_our_own_is_refused_and_found_to_be_ours(self, stage: Stage, lists: Lists) -> None:
        posting = lists.document("N-1")
        stage.connector().push([posting])
        again = stage.connector().push([replace(posting, answered=1)])[0]
        assert isinstance(again, Refused)
        assert (again.faults[0].code, again.faults[0].subject) == (ErrorCode.NUMBER_EXISTS, "N-1")
        assert isinstance(stage.connector().find([posting])[0], Ours)
        assert len(stage.booked(RecordKind.INVOICE)) == 1

    @pytest.mark.parametrize("kind", [RecordKind.INVOICE, RecordKind.BILL])
    def test_the_same_number_of_somebody_else_is_foreign(self, stage: Stage, lists: Lists, kind: RecordKind) -> None:
        stage.connector().push([lists.document("N-1", kind)])
        finding = stage.connector().find([lists.document("N-1", kind, net="99.00")])[0]
        assert isinstance(finding, Foreign)
        assert len(finding.differences) >= 2

    @pytest.mark.parametrize("kind", [RecordKind.INVOICE, RecordKind.BILL])
    def test_what_somebody_edited_or_deleted_is_not_adopted(self, stage: Stage, lists: Lists, kind: RecordKind) -> None:
        edited, deleted = lists.document("N-1", kind), lists.document("N-2", kind)
        first, second = stage.connector().push([edited, deleted])
        assert isinstance(first, Accepted)
        assert isinstance(second, Accepted)
        stage.change(f"edit:{first.ledger_id}:7.00")
        stage.change(f"delete:{second.ledger_id}")
        findings = stage.connector().find([edited, deleted])
        assert [isinstance(finding, Foreign) for finding in findings] == [True, True]

    @every_kind
    def test_what_changed_since_is_told_whoever_made_it(self, stage: Stage, lists: Lists, kind: RecordKind) -> None:
        before = datetime.now(UTC) - timedelta(minutes=5)
        postings = [lists.document("N-1", kind), lists.document("N-2", kind)]
        taken = [each for each in stage.connector().push(postings) if isinstance(each, Accepted)]
        ids = [each.ledger_id for each in taken]
        stage.change(f"void:{ids[0]}")

        found = {each.ledger_id: each for each in stage.connector().changes(before)}

        assert [found[each].state for each in ids] == [LedgerState.VOID, taken[1].state]
        assert [(each.kind, each.total) for each in found.values()] == [(kind, posting.total) for posting in postings]
        assert found[ids[1]].due == postings[1].total
        assert list(stage.connector().changes(datetime.now(UTC) + timedelta(hours=1))) == []

    @every_kind
    def test_what_was_never_sent_is_absent(self, stage: Stage, lists: Lists, kind: RecordKind) -> None:
        assert stage.connector().find([lists.document("N-1", kind)]) == [Absent()]

    @every_kind
    @pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit"])
    def test_what_was_booked_without_an_answer_is_unknown_and_found_again(
        self, stage: Stage, lists: Lists, kind: RecordKind, fault: str
    ) -> None:
        batch = [lists.document("N-1", kind), lists.document("N-2", kind)]
        stage.fault(fault)
        outcomes = stage.connector().push(batch)
        assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
        assert [type(finding) for finding in stage.connector().find(batch)] == [Ours, Ours]
        assert len(stage.booked(kind)) == 2

    @pytest.mark.parametrize("fault", ["drop-before", "500-before", "timeout"])
    def test_what_was_not_booked_without_an_answer_is_unknown_and_absent(
        self, stage: Stage, lists: Lists, fault: str
    ) -> None:
        posting = lists.document("N-1")
        stage.fault(fault)
        outcome = stage.connector(seconds=0.5).push([posting])[0]
        assert isinstance(outcome, Unknown)
        assert outcome.exchange.status == (500 if fault == "500-before" else None)
        assert stage.connector().find([posting]) == [Absent()]

    def test_what_is_booked_late_is_absent_first_and_ours_then(self, stage: Stage, lists: Lists) -> None:
        posting = lists.document("N-1")
        stage.fault("commit-late:60000")
        assert isinstance(stage.connector().push([posting])[0], Unknown)
        assert stage.connector().find([posting]) == [Absent()]
        stage.control("clock", {"advance": 61})
        assert isinstance(stage.connector().find([posting])[0], Ours)

    def test_being_throttled_is_a_wait_and_books_nothing(self, stage: Stage, lists: Lists) -> None:
        stage.fault("throttle")
        outcome = stage.connector().push([lists.document("N-1")])[0]
        assert isinstance(outcome, Wait)
        assert outcome.code is ErrorCode.RATE_LIMITED
        assert 0 < outcome.seconds <= 86_400
        assert stage.booked(RecordKind.INVOICE) == []

    def test_an_outage_is_a_wait_for_what_the_ledger_refuses_a_second_time(self, stage: Stage, lists: Lists) -> None:
        stage.fault("503")
        outcome = stage.connector().push([lists.document("N-1")])[0]
        assert isinstance(outcome, Wait)
        assert outcome.code is ErrorCode.PROVIDER_DOWN

    def test_an_outage_leaves_in_doubt_a_bill_which_the_ledger_would_book_a_second_time(
        self, stage: Stage, lists: Lists
    ) -> None:
        posting = lists.document("N-1", RecordKind.BILL)
        stage.fault("503")
        outcome = stage.connector().push([posting])[0]
        assert isinstance(outcome, Unknown)
        assert outcome.pause is not None
        assert stage.connector().find([posting]) == [Absent()]

    def test_nobody_listening_is_a_wait_for_writes_and_an_error_for_reads(self, stage: Stage, lists: Lists) -> None:
        nowhere = stage.connector(url="http://127.0.0.1:9")
        outcome = nowhere.push([lists.document("N-1")])[0]
        assert isinstance(outcome, Wait)
        assert outcome.code is ErrorCode.PROVIDER_DOWN
        with pytest.raises(ProviderError) as failed:
            nowhere.find([lists.document("N-1")])
        assert failed.value.code is ErrorCode.PROVIDER_DOWN

    def test_a_silent_look_up_fails_at_its_deadline(self, stage: Stage, lists: Lists) -> None:
        stage.fault("timeout", method="GET")
        with pytest.raises(ProviderError) as failed:
            stage.connector(seconds=0.5).find([lists.document("N-1")])
        assert failed.value.code is ErrorCode.PROVIDER_DOWN

    def test_an_expired_access_stops_pushes_and_look_ups(self, stage: Stage, lists: Lists) -> None:
        stage.change("expire-access")
        connector = stage.connector()
        for call in (connector.push, connector.find):
            with pytest.raises(ProviderError) as stopped:
                call([lists.document("N-1")])
            assert stopped.value.code is ErrorCode.ACCESS_EXPIRED

    def test_a_disconnected_company_is_told_apart_from_an_expired_access(self, stage: Stage, lists: Lists) -> None:
        assert stage.company in [company.external_id for company in stage.connector().companies()]
        stage.connector().disconnect()
        for call in (stage.connector().push, stage.connector().find):
            with pytest.raises(ProviderError) as stopped:
                call([lists.document("N-1")])
            assert stopped.value.code is ErrorCode.COMPANY_DISCONNECTED
        assert stage.company not in [company.external_id for company in stage.connector().companies()]

    def test_every_call_passes_the_gate(self, stage: Stage, lists: Lists) -> None:
        posting = lists.document("N-1")
        connector = stage.connector()
        outcome = connector.push([posting])[0]
        assert isinstance(outcome, Accepted)
        connector.find([posting, lists.document("N-2", RecordKind.BILL)])
        connector.companies()
        connector.push([an_attachment(outcome.ledger_id)])
        assert stage.gate.opened == len(stage.asked())

    def test_a_closed_gate_means_no_call(self, stage: Stage, lists: Lists) -> None:
        before = len(stage.asked())
        stage.gate = CountingGate(ProviderError(ErrorCode.RATE_LIMITED, retry_after=30))
        outcome = stage.connector().push([lists.document("N-1")])[0]
        assert isinstance(outcome, Wait)
        assert outcome.seconds == 30
        assert len(stage.asked()) == before

    def test_the_original_is_attached_and_attached_again_without_harm(self, stage: Stage, lists: Lists) -> None:
        document = stage.connector().push([lists.document("N-1", RecordKind.BILL)])[0]
        assert isinstance(document, Accepted)
        original = an_attachment(document.ledger_id, "räkning 1.xml", kind=RecordKind.BILL)
        for _ in range(2):
            attached = stage.connector().push([original])[0]
            assert isinstance(attached, Accepted), attached
        assert [row["has_attachments"] for row in stage.booked(RecordKind.BILL)] == [True]

    def test_an_attachment_for_a_document_that_is_not_there_is_refused(self, stage: Stage) -> None:
        outcome = stage.connector().push([an_attachment(str(uuid4()))])[0]
        assert isinstance(outcome, Refused)
        assert outcome.faults[0].code is ErrorCode.ATTACHMENT_REFUSED

    def test_a_contact_is_created_once_and_listed_with_its_tax_number(self, stage: Stage) -> None:
        first = stage.connector().push([a_contact("Fjell AS")])[0]
        assert isinstance(first, Accepted)
        again = stage.connector().push([a_contact("Fjell AS")])[0]
        assert isinstance(again, Refused)
        assert (again.faults[0].code, again.faults[0].subject) == (ErrorCode.CONTACT_NAME_TAKEN, "Fjell AS")
        items = stage.connector().reference(ReferenceKind.CONTACT, None)
        found = [item for item in items if item.external_id == first.ledger_id]
        assert [(item.name, item.tax_ids, item.is_active) for item in found] == [("Fjell AS", ("NO987654321",), True)]

    def test_an_impossible_email_is_named(self, stage: Stage) -> None:
        outcome = stage.connector().push([a_contact("Fjell AS", email="not an address")])[0]
        assert isinstance(outcome, Refused)
        assert outcome.faults[0].code is ErrorCode.EMAIL_INVALID

    @pytest.mark.parametrize("number", ['A"B', "A,B", 'A",B', "A\\B", "Ä ö/ü#%&+?", "1' OR '1'='1"])
    @pytest.mark.parametrize("kind", [RecordKind.INVOICE, RecordKind.BILL])
    def test_a_hostile_number_is_found_again_all_the_same(
        self, stage: Stage, lists: Lists, kind: RecordKind, number: str
    ) -> None:
        posting = lists.document(number, kind)
        other = lists.document("N-2", kind)
        assert [type(outcome) for outcome in stage.connector().push([posting, other])] == [Accepted, Accepted]
        finding = stage.connector().find([posting])[0]
        assert isinstance(finding, Ours)
        assert finding.object.number == number
        assert stage.connector().find([lists.document(number + "x", kind)]) == [Absent()]

    def test_the_token_is_nowhere_but_on_the_wire(
        self, stage: Stage, lists: Lists, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told: list[object] = []

        def push(posting: DocumentPosting, fault: str = "") -> None:
            if fault:
                stage.fault(fault)
            told.extend(stage.connector(seconds=0.5).push([posting]))

        push(lists.document("N-1"))
        push(lists.document("N-1"))
        push(lists.document("N-2", account="NOPE"))
        for fault in ("timeout", "500-before", "503", "throttle", "drop-before"):
            push(lists.document("N-3"), fault)
        told.extend(stage.connector().find([lists.document("N-1")]))
        told.append(stage.connector().push([an_attachment(str(uuid4()))]))
        stage.change("expire-access")
        with pytest.raises(ProviderError) as expired:
            push(lists.document("N-4"))
        told.extend((expired.value, expired.value.args, expired.value.words, vars(expired.value)))
        told.extend((stage.connector(), [record.getMessage() for record in caplog.records]))
        assert stage.token
        assert stage.token not in repr(told)
