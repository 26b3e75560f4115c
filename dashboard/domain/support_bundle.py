"""The support bundle: what support needs to know of chosen exports, and nothing that lets anybody in anywhere.

What was sent and answered is left out as a whole, for it may hold what nobody foresees.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from dashboard.domain.blotting import without_secrets
from dashboard.models import Attempt, Connection, Export, Record, Tenant
from dashboard.vocabulary.statuses import Status

MOST = 200
"""Exports in one bundle."""

TRIES_SHOWN = 5


@dataclass(frozen=True)
class Tried:
    """One try; times in UTC, as ISO 8601. `request_id` is the provider's own, by which its support finds the call."""

    begun: str
    ended: str
    step: str
    outcome: str
    call: str
    http_status: int | None
    request_id: str
    error: str
    words: str


@dataclass(frozen=True)
class Bundled:
    number: str
    kind: str
    record: int
    export: int
    destination: str
    status: str
    since: str
    errors: tuple[str, ...]
    words: tuple[str, ...]
    tries: tuple[Tried, ...]


@dataclass(frozen=True)
class Bundle:
    organisation: str
    slug: str
    made: str
    exports: tuple[Bundled, ...]

    @property
    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @property
    def as_text(self) -> str:
        return "\n\n".join(["\n".join(self.heading), *("\n".join(_lines(each)) for each in self.exports)]) + "\n"

    @property
    def heading(self) -> list[str]:
        return [f"Organisation: {self.organisation} ({self.slug})", f"Made: {self.made}"]

    @property
    def summary(self) -> list[str]:
        """Whom it concerns, where it was to go, and what went wrong, in few lines: for the beginning of a letter."""
        lines = [f"Organisation: {self.organisation}"]
        for each in self.exports:
            lines += ["", f"{each.kind} {each.number} to {each.destination}: {each.status}", *each.words]
        return lines


def of(
    session: Session,
    tenant: Tenant,
    connections: Sequence[Connection],
    ids: Sequence[int],
    secrets: Collection[str],
    now: datetime,
) -> Bundle:
    """The bundle of those of the exports that go to these connections of the organisation, at most MOST.

    `secrets` are those known, which are blotted out wherever a provider repeats them.
    """
    by_id = {each.id: each for each in connections}
    query = (
        select(Export, Record.number)
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == tenant.id, Export.connection_id.in_(by_id), Export.id.in_(ids[:MOST]))
        .order_by(Export.id.desc())
    )
    found = session.execute(query).all()
    tries = _tries(session, tenant, [export.id for export, _ in found])
    exports = [
        _bundled(export, number, by_id[export.connection_id], tries.get(export.id, []), secrets)
        for export, number in found
    ]
    return Bundle(tenant.name, tenant.slug, _time(now), tuple(exports))


def _tries(session: Session, tenant: Tenant, ids: Sequence[int]) -> dict[int, list[Attempt]]:
    """The newest tries of each export, the newest first."""
    bodies = (defer(Attempt.posting), defer(Attempt.request), defer(Attempt.response))
    query = select(Attempt).options(*bodies).where(Attempt.tenant_id == tenant.id, Attempt.export_id.in_(ids))
    found: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(query.order_by(Attempt.id.desc())):
        of_export = found.setdefault(attempt.export_id, [])
        if len(of_export) < TRIES_SHOWN:
            of_export.append(attempt)
    return found


def _bundled(
    export: Export, number: str, connection: Connection, tries: Sequence[Attempt], secrets: Collection[str]
) -> Bundled:
    is_failed = export.status is Status.FAILED
    faults = export.faults or [
        {"code": export.error_code, "subject": export.error_subject, "words": export.error_words}
    ]
    named = [f"{fault['code']} ({fault['subject']})" if fault.get("subject") else fault["code"] for fault in faults]
    said = [fault["words"] for fault in faults] if is_failed else [export.alarm or export.warning]
    return Bundled(
        number=number,
        kind=export.kind.label,
        record=export.record_id,
        export=export.id,
        destination=f"{connection.provider.label}, {connection.company_name}",
        status=export.status.label,
        since=_time(export.stands_since),
        errors=tuple(without_secrets(each, secrets) for each in named if each) if is_failed else (),
        words=tuple(without_secrets(each, secrets) for each in dict.fromkeys(said) if each),
        tries=tuple(_tried(each, secrets) for each in tries),
    )


def _tried(attempt: Attempt, secrets: Collection[str]) -> Tried:
    return Tried(
        begun=_time(attempt.begun_at),
        ended=_time(attempt.ended_at),
        step=attempt.step.value,
        outcome=attempt.state.value,
        # What follows the question mark may be anything.
        call=f"{attempt.method} {attempt.address.partition('?')[0]}".strip(),
        http_status=attempt.http_status,
        request_id=attempt.request_id,
        error=attempt.error_code,
        words=without_secrets(attempt.error_words, secrets),
    )


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _lines(each: Bundled) -> list[str]:
    lines = [
        f"{each.kind} {each.number} to {each.destination}",
        f"  {each.status} since {each.since}, record {each.record}, export {each.export}",
        *(f"  Error: {error}" for error in each.errors),
        *(f"  Said: {words}" for words in each.words),
    ]
    for tried in each.tries:
        answer = f", HTTP {tried.http_status}" if tried.http_status else ""
        by = f", request id {tried.request_id}" if tried.request_id else ""
        lines.append(f"  Try: {tried.begun} to {tried.ended or '?'}, {tried.step} {tried.outcome}{answer}{by}")
        lines += [f"    {line}" for line in (tried.call, tried.words) if line]
    return lines
