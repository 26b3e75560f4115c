"""Rows: one file per noun. Importing this package knows every table; rows hold no rules."""

from dashboard.models.audit_entry import AuditCount, AuditEntry
from dashboard.models.connection import CallBudget, Connection, Grant
from dashboard.models.export import Attempt, Export, OutcomeCount, StatusCount
from dashboard.models.heartbeat import Heartbeat
from dashboard.models.lookup import Lookup
from dashboard.models.mapping import Mapping, MappingChange
from dashboard.models.need import Need, NeedSet
from dashboard.models.one_time_link import OneTimeLink
from dashboard.models.original import Original, RecordOriginal
from dashboard.models.record import Record, RecordLine, RecordTax
from dashboard.models.reference import ReferenceList, ReferenceRow
from dashboard.models.resync import Resync, ResyncItem
from dashboard.models.saved_filter import SavedFilter
from dashboard.models.support_visit import SupportVisit
from dashboard.models.task_lease import TaskLease
from dashboard.models.tenant import Membership, SignInThrottle, Tenant, User

__all__ = [
    "Attempt",
    "AuditCount",
    "AuditEntry",
    "CallBudget",
    "Connection",
    "Export",
    "Grant",
    "Heartbeat",
    "Lookup",
    "Mapping",
    "MappingChange",
    "Membership",
    "Need",
    "NeedSet",
    "OneTimeLink",
    "Original",
    "OutcomeCount",
    "Record",
    "RecordLine",
    "RecordOriginal",
    "RecordTax",
    "ReferenceList",
    "ReferenceRow",
    "Resync",
    "ResyncItem",
    "SavedFilter",
    "SignInThrottle",
    "StatusCount",
    "SupportVisit",
    "TaskLease",
    "Tenant",
    "User",
]
