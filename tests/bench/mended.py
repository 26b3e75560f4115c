"""Which of 100,000 failed exports lack nothing any more: asked with every refresh of the exports page and overview."""

from datetime import timedelta

from sqlalchemy import text

from dashboard.db import writing
from dashboard.domain import missing_mappings, needs
from dashboard.models import Mapping
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Status
from tests.bench import data
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import median, milliseconds

FAILED, VALUES = 100_000, 200
BAR = 0.02


def measure(stages: Stages, kind: str) -> list[Figure]:
    """They fail for 200 accounts that were not mapped; half of these are mapped since, then all of them."""
    with stages.world(kind) as world:
        session, now = world.session, world.now()
        connection = world.connect_xero()
        for n in range(VALUES):
            fault = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, str(n), f"Account {n} is not mapped", str(n))
            with writing(session):
                need_set_id = needs.keep(session, connection.id, [fault])
            columns = {
                "error_code": fault.code.value,
                "error_subject": fault.subject,
                "error_words": fault.words,
                "failed_at": now,
                "need_set_id": need_set_id,
            }
            data.exports(session, connection, FAILED // VALUES, Status.FAILED, now, prefix=f"{n:03d}-", **columns)
        found = []
        for words, first, last in (("half of them mended", 0, VALUES // 2), ("all", VALUES // 2, VALUES)):
            with writing(session):
                for n in range(first, last):
                    session.add(
                        Mapping(
                            tenant_id=connection.tenant_id,
                            connection_id=connection.id,
                            kind=MappingKind.ACCOUNT,
                            source_value=str(n),
                            target_id="400",
                            target_label="400 Purchases",
                            changed_at=now + timedelta(seconds=1),
                        )
                    )
            with writing(session):
                session.execute(text("ANALYZE"))
            counted = missing_mappings.mended(session, connection)
            if sum(counted.values()) != last * FAILED // VALUES:
                raise AssertionError("the count of mended exports is wrong")
            spent = median(lambda: missing_mappings.mended(session, connection), times=20, warm=3)
            what = f"Mended among {FAILED:,} failed, {words}"
            found.append(Figure(what, kind, milliseconds(spent), f"≤ {BAR * 1000:g} ms", spent <= BAR))
    return found
