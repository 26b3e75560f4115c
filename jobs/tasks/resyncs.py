"""Resyncs: take every open one its next step further, and close those that nobody confirmed."""

import sys
from contextlib import ExitStack

import structlog
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import resync
from dashboard.models import Resync
from jobs.tasks.office import Office

log = structlog.get_logger(__name__)


def run(office: Office) -> None:
    """A fault that one of them meets is raised when the others have had their step; the runner records it."""
    with office.session() as session, ExitStack() as steps:
        for each in reversed(resync.open_ones(session)):
            steps.callback(_advance, office, session, each, each.id)


def lapse(office: Office) -> None:
    with office.session() as session, writing(session):
        resync.lapse(session, office.clock())


def _advance(office: Office, session: Session, each: Resync, number: int) -> None:
    try:
        with writing(session):
            resync.advance(session, each, office.clock())
    finally:
        if isinstance(sys.exception(), Exception):
            log.error("resync did not advance", resync=number)
