"""Mailing: sends the letters that are due, one by one, and notes what came of each."""

import structlog

from dashboard.db import writing
from dashboard.domain import link_mails
from dashboard.domain.link_mails import Due
from jobs import mail
from jobs.tasks.office import Office

log = structlog.get_logger(__name__)


def run(office: Office) -> int:
    """How many letters left. Without a mail server none is taken."""
    sent = 0
    while office.config.mail is not None and not office.stopping.is_set() and (due := _take(office)):
        try:
            mail.send(office.config.mail, due.letter, office.clock())
        except mail.Undelivered as undelivered:
            log.warning("mail not delivered", link=due.link_id, reason=str(undelivered))
            with office.session() as session, writing(session):
                link_mails.note_undelivered(session, due, str(undelivered), undelivered.is_final, office.clock())
        else:
            sent += 1
            with office.session() as session, writing(session):
                link_mails.note_sent(session, due, office.clock())
    return sent


def _take(office: Office) -> Due | None:
    with office.session() as session, writing(session):
        return link_mails.take(session, office.config.public_url, office.clock())
