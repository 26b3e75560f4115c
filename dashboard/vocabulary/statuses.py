"""The status of an export and the only moves allowed between statuses. Who makes the moves is domain/lifecycle.py."""

from enum import StrEnum


class Status(StrEnum):
    READY = "ready"
    ON_HOLD = "on-hold"
    PENDING = "pending"
    SENDING = "sending"
    CHECKING = "checking"
    SYNCED = "synced"
    FAILED = "failed"
    RESOLVED = "resolved"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").title()

    @classmethod
    def from_words(cls, words: str) -> "Status | None":
        """The status a person means: the code, the label in any case, or "error" for Failed; None when unknown."""
        word = words.strip().lower().replace(" ", "-").replace("_", "-")
        if word == "error":
            return cls.FAILED
        return next((status for status in cls if status.value == word), None)


class Cause(StrEnum):
    """Why an export moves. Each pair of statuses lists the causes that may bring it about."""

    PUBLISHED = "published"
    TRIGGER_UNMET = "trigger-unmet"
    TRIGGER_MET = "trigger-met"
    WAITED_LONG = "waited-long"
    CALLED_OFF = "called-off"
    SENT_BY_HAND = "sent-by-hand"
    TAKEN = "taken"
    PREFLIGHT = "preflight"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TOLD_TO_WAIT = "told-to-wait"
    TRIED_AGAIN = "tried-again"
    NO_ANSWER = "no-answer"
    RUNNER_DIED = "runner-died"
    RESTORED = "restored"
    FOUND_OURS = "found-ours"
    FOUND_ABSENT = "found-absent"
    FOUND_FOREIGN = "found-foreign"
    FOUND_UNSURE = "found-unsure"
    LATE_OUTCOME = "late-outcome"
    RESYNC = "resync"
    CANCELLED = "cancelled"
    ADOPTED = "adopted"
    RESOLVED = "resolved"
    REOPENED = "reopened"


MOVES: dict[tuple[Status, Status], frozenset[Cause]] = {
    (Status.READY, Status.PENDING): frozenset({Cause.PUBLISHED, Cause.SENT_BY_HAND}),
    (Status.READY, Status.ON_HOLD): frozenset({Cause.TRIGGER_UNMET}),
    (Status.ON_HOLD, Status.PENDING): frozenset({Cause.TRIGGER_MET, Cause.SENT_BY_HAND}),
    # Archiving its record: what is put away waits for nothing.
    (Status.ON_HOLD, Status.RESOLVED): frozenset({Cause.RESOLVED}),
    # "Still send?" was answered with no: it is as it was before somebody ordered to send it.
    (Status.ON_HOLD, Status.READY): frozenset({Cause.CALLED_OFF}),
    (Status.ON_HOLD, Status.FAILED): frozenset({Cause.CALLED_OFF}),
    (Status.PENDING, Status.SENDING): frozenset({Cause.TAKEN}),
    (Status.PENDING, Status.FAILED): frozenset(
        {Cause.PREFLIGHT, Cause.CANCELLED, Cause.LATE_OUTCOME, Cause.FOUND_FOREIGN, Cause.FOUND_UNSURE}
    ),
    # What was sent after the backup that the database was restored from is not known here.
    (Status.PENDING, Status.CHECKING): frozenset({Cause.RESTORED}),
    (Status.PENDING, Status.ON_HOLD): frozenset({Cause.TRIGGER_UNMET, Cause.WAITED_LONG}),
    (Status.PENDING, Status.SYNCED): frozenset({Cause.LATE_OUTCOME, Cause.FOUND_OURS}),
    (Status.SENDING, Status.SYNCED): frozenset({Cause.ACCEPTED}),
    (Status.SENDING, Status.FAILED): frozenset({Cause.REFUSED}),
    (Status.SENDING, Status.PENDING): frozenset({Cause.TOLD_TO_WAIT, Cause.TRIED_AGAIN}),
    (Status.SENDING, Status.CHECKING): frozenset({Cause.NO_ANSWER, Cause.RUNNER_DIED}),
    (Status.CHECKING, Status.SYNCED): frozenset({Cause.FOUND_OURS, Cause.LATE_OUTCOME, Cause.RESOLVED}),
    (Status.CHECKING, Status.PENDING): frozenset({Cause.FOUND_ABSENT}),
    (Status.CHECKING, Status.FAILED): frozenset(
        {
            Cause.FOUND_ABSENT,
            Cause.FOUND_FOREIGN,
            Cause.FOUND_UNSURE,
            Cause.LATE_OUTCOME,
        }
    ),
    (Status.CHECKING, Status.RESOLVED): frozenset({Cause.RESOLVED}),
    # What it booked was voided or deleted there; publishing.py sends nothing again before that is known.
    (Status.SYNCED, Status.PENDING): frozenset({Cause.SENT_BY_HAND}),
    (Status.FAILED, Status.PENDING): frozenset({Cause.RESYNC, Cause.SENT_BY_HAND}),
    (Status.FAILED, Status.SYNCED): frozenset({Cause.ADOPTED, Cause.LATE_OUTCOME}),
    (Status.FAILED, Status.RESOLVED): frozenset({Cause.RESOLVED}),
    (Status.RESOLVED, Status.FAILED): frozenset({Cause.REOPENED}),
    (Status.RESOLVED, Status.ON_HOLD): frozenset({Cause.REOPENED}),
}

IN_FLIGHT = frozenset({Status.PENDING, Status.SENDING, Status.CHECKING})
"""A record is not edited while an export of it has one of these."""


def is_allowed(before: Status, after: Status, cause: Cause) -> bool:
    return cause in MOVES.get((before, after), frozenset())
