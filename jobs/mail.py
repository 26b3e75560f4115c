"""Carrying letters to the mail server by SMTP. What they say and when they are due is domain/link_mails.py's."""

import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr

from dashboard.config import Encryption, MailServer
from dashboard.vocabulary.letters import Letter

PATIENCE = 20.0
"""Seconds for each step of the talk with the server."""


class Undelivered(Exception):
    """The letter did not leave, for the reason the message gives; `is_final` when trying again is no use."""

    def __init__(self, words: str, is_final: bool) -> None:
        super().__init__(words)
        self.is_final = is_final


def send(server: MailServer, letter: Letter, now: datetime) -> None:
    """Hand the letter to the server, which answers for it from then on. Raises Undelivered."""
    try:
        with _connect(server) as talk:
            if server.encryption is Encryption.STARTTLS:
                talk.starttls(context=ssl.create_default_context())
            if server.username:
                talk.login(server.username, server.password)
            talk.send_message(_message(server, letter, now))
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        raise Undelivered(f"{code} {_text(said)}", is_final=code >= 500) from None
    except smtplib.SMTPResponseException as refused:
        raise Undelivered(f"{refused.smtp_code} {_text(refused.smtp_error)}", is_final=False) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise Undelivered(f"{server.host} could not be reached: {fault}", is_final=False) from None


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.encryption is Encryption.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def _message(server: MailServer, letter: Letter, now: datetime) -> EmailMessage:
    name, address = parseaddr(server.sender)
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=address.partition("@")[2])
    # Nobody's out-of-office note is to answer it: https://www.rfc-editor.org/rfc/rfc3834#section-5
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
