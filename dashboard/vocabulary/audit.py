"""What the audit log can say: the kinds of entries and the acts."""

from enum import StrEnum


class EntryKind(StrEnum):
    EXPORT = "export"
    ACT = "act"

    @property
    def label(self) -> str:
        return {"export": "Exports", "act": "Acts"}[self.value]


class Act(StrEnum):
    """What happened, source:subject:action without the source; the label is what a person reads in the log."""

    EXPORT_OUTCOME = "export:outcome"
    EXPORT_QUEUED = "export:queued"
    EXPORT_HELD = "export:held"
    EXPORT_RELEASED = "export:released"
    EXPORT_RESOLVED = "export:resolved"
    EXPORT_REOPENED = "export:reopened"
    EXPORT_ADOPTED = "export:adopted"
    EXPORT_CANCELLED = "export:cancelled"
    EXPORT_DATE_MOVED = "export:date-moved"
    EXPORT_LOOKED_INTO = "export:looked-into"
    EXPORT_FOLLOWED = "export:changed-in-ledger"
    ATTACHMENT_OUTCOME = "attachment:outcome"
    ATTACHMENT_QUEUED = "attachment:queued"
    RECORD_TAKEN_IN = "record:taken-in"
    RECORD_ATTACHED = "record:original-attached"
    RECORD_APPROVED = "record:approved"
    RECORD_NOT_DUPLICATE = "record:not-a-duplicate"
    RECORD_ARCHIVED = "record:archived"
    RECORD_RESTORED = "record:restored"
    FILE_REFUSED = "file:refused"
    RESYNC_STARTED = "resync:started"
    RESYNC_CANCELLED = "resync:cancelled"
    RESYNC_ENDED = "resync:ended"
    CONNECTION_CONNECTED = "connection:connected"
    CONNECTION_RECONNECTED = "connection:reconnected"
    CONNECTION_BROKE = "connection:broke"
    CONNECTION_DISCONNECTED = "connection:disconnected"
    CONNECTION_SETTINGS = "connection:settings-changed"
    LISTS_REFRESHED = "connection:lists-refreshed"
    CONTACT_CREATED = "contact:created"
    CONTACT_REFUSED = "contact:refused"
    CONTACT_LEFT_OPEN = "contact:left-open"
    MAPPING_CHANGED = "mapping:changed"
    LOG_DOWNLOADED = "log:downloaded"
    SIGNED_IN = "person:signed-in"
    PERSON_ADDED = "person:added"
    PERSON_INVITED = "person:invited"
    INVITATION_REVOKED = "invitation:revoked"
    ROLE_CHANGED = "person:role-changed"
    PERSON_REMOVED = "person:removed"
    RESET_OFFERED = "password:reset-offered"
    PASSWORD_SET = "password:set"  # noqa: S105 - it is a word, not a password
    SUPPORT_ENTERED = "support:entered"
    SUPPORT_READ = "support:read"
    SUPPORT_ENDED = "support:ended"
    PLAN_CHANGED = "organisation:plan-changed"
    ORGANISATION_CHANGED = "organisation:facts-changed"
    ORGANISATION_RESTORED = "organisation:restored-from-backup"
    ENTRIES_DELETED = "log:entries-deleted"

    @property
    def label(self) -> str:
        if self is Act.EXPORT_DATE_MOVED:
            return "Booking date moved"
        subject, action = self.value.split(":")
        return f"{subject.title()} {action.replace('-', ' ')}"


WITHOUT_A_MOVE = frozenset(
    {
        Act.EXPORT_CANCELLED,
        Act.EXPORT_DATE_MOVED,
        Act.EXPORT_LOOKED_INTO,
        Act.EXPORT_FOLLOWED,
        Act.ATTACHMENT_OUTCOME,
        Act.ATTACHMENT_QUEUED,
    }
)
"""Acts on an export that leave its status as it is, or give back the one it had before it was queued: a list that
shows what happened shows none beside them.
"""
