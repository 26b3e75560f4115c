"""Which handler answers which address of the accounting API. Addresses are matched in any case."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jobs.sandbox.answers import Answer
from jobs.sandbox.xero import (
    accounts,
    attachments,
    contacts,
    credit_notes,
    history,
    invoices,
    items,
    organisation,
    payments,
)
from jobs.sandbox.xero import tax_rates as taxes
from jobs.sandbox.xero.call import Reply
from jobs.sandbox.xero.errors import not_found, not_implemented

Handler = Callable[..., Reply | Answer]


@dataclass(frozen=True)
class Route:
    """An address with its handlers by method."""

    pattern: re.Pattern[str]
    handlers: dict[str, Handler]


def _route(address: str, **handlers: Handler) -> Route:
    expression = re.escape(address).replace(r"\{\}", "([^/]+)")
    return Route(re.compile(f"^{expression}/?$", re.IGNORECASE), handlers)


def _with_files(noun: str) -> list[Route]:
    return [
        _route(f"/{noun}/{{}}/Attachments", GET=attachments.attachment_list),
        _route(
            f"/{noun}/{{}}/Attachments/{{}}",
            GET=attachments.attachment_content,
            PUT=attachments.save_attachment,
            POST=attachments.save_attachment,
        ),
        _route(f"/{noun}/{{}}/History", GET=history.history_list, PUT=history.add_notes),
    ]


ROUTES = [
    _route("/Invoices", GET=invoices.invoice_list, PUT=invoices.create_invoices, POST=invoices.save_invoices),
    _route("/Invoices/{}", GET=invoices.invoice_one, POST=invoices.update_invoice),
    *_with_files("Invoices"),
    _route(
        "/CreditNotes",
        GET=credit_notes.credit_note_list,
        PUT=credit_notes.create_credit_notes,
        POST=credit_notes.save_credit_notes,
    ),
    _route("/CreditNotes/{}", GET=credit_notes.credit_note_one, POST=credit_notes.update_credit_note),
    _route("/CreditNotes/{}/Allocations", PUT=credit_notes.allocate),
    _route("/CreditNotes/{}/Allocations/{}", DELETE=credit_notes.remove_allocation),
    *_with_files("CreditNotes"),
    _route("/Contacts", GET=contacts.contact_list, PUT=contacts.create_contacts, POST=contacts.save_contacts),
    _route("/Contacts/{}", GET=contacts.contact_one, POST=contacts.update_contact),
    *_with_files("Contacts"),
    _route("/Accounts", GET=accounts.account_list, PUT=accounts.create_account),
    _route("/Accounts/{}", GET=accounts.account_one, POST=accounts.update_account, DELETE=accounts.delete_account),
    _route("/TaxRates", GET=taxes.tax_rate_list, PUT=taxes.save_tax_rate, POST=taxes.save_tax_rate),
    _route("/TaxRates/{}", GET=taxes.tax_rate_one),
    _route("/Items", GET=items.item_list, PUT=items.create_items, POST=items.save_items),
    _route("/Items/{}", GET=items.item_one, POST=items.update_item, DELETE=items.delete_item),
    _route("/Payments", GET=payments.payment_list, PUT=payments.create_payments, POST=payments.create_payments),
    _route("/Payments/{}", GET=payments.payment_one, POST=payments.delete_payment),
    _route("/Organisation", GET=organisation.organisation_list),
    _route("/Organisation/Actions", GET=organisation.action_list),
    _route("/Currencies", GET=organisation.currency_list),
]


def find_handler(method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
    """The handler of an address and what its placeholders stand for. Raises Turned (404) or ApiError (501)."""
    for route in ROUTES:
        if matched := route.pattern.match(path):
            handler = route.handlers.get(method)
            if handler is None:
                raise not_implemented(method)
            return handler, matched.groups()
    raise not_found()
