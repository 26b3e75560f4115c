"""Guides: the customer or supplier of a document."""

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn
from dashboard.vocabulary.roles import Permission

_RESEND = (
    "The records that failed for this have to be resent: tick them and press Resync. They do not go by themselves."
)

GUIDES = (
    Guide(
        ErrorCode.CONTACT_NOT_MAPPED,
        title="The contact is not known in Xero",
        meaning=(
            "tieout takes a Xero contact by itself only when exactly one active contact has the document's tax id. "
            "None has, or several have, or the document carries no tax id. Nothing was sent."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Contacts: the contact stands on top.",
            "It exists in Xero: pick it and save.",
            "It does not: press Create in Xero. It gets the document's name, tax id and address there, and is mapped.",
        ),
        after=f"Every later document of this contact finds its way. {_RESEND}",
        remedy=Remedy.CONTACT,
        permission=Permission.MAP,
        known_by=("A Contact must be specified for this type of transaction",),
    ),
    Guide(
        ErrorCode.CONTACT_ARCHIVED,
        title="The contact is archived in Xero",
        meaning="The document leads to a contact that somebody archived in Xero, or merged into another one.",
        whose=Turn.ADMIN,
        steps=(
            "It was merged: open Mapping › Contacts and pick the contact that remained.",
            "It is still needed: restore it in Xero under Contacts › All contacts, tab Archived, Restore.",
        ),
        after=f"{_RESEND} Resync reads the contact from Xero afresh before anything is sent.",
        remedy=Remedy.CONTACT,
        permission=Permission.MAP,
        known_by=("The contact is archived and cannot be used.",),
    ),
    Guide(
        ErrorCode.CONTACT_NAME_TAKEN,
        title="Xero has a contact of this name already",
        meaning=(
            "A contact was to be created, but names of active contacts are unique in Xero. It is probably the same "
            "company without a tax id."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Look in Xero for the name under Contacts › All contacts, and compare address and tax id.",
            "It is the same company: open Mapping › Contacts, pick it and save; add the tax id in Xero.",
            "It is another company: create the contact under a name of its own, for example with the town added.",
        ),
        after=_RESEND,
        remedy=Remedy.CONTACT,
        permission=Permission.MAP,
        known_by=(
            (
                "The contact name Buzz Lightyear is already assigned to another contact. The contact name must be "
                "unique across all active contacts."
            ),
        ),
    ),
    Guide(
        ErrorCode.EMAIL_INVALID,
        title="Xero does not take the contact's e-mail address",
        meaning=(
            "A contact was to be created with the e-mail address of the document, and Xero says that it is not one: "
            "there may be two addresses in the field, or a space."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Create the contact in Xero by hand under Contacts › All contacts › Add contact, with the right address.",
            "In Connections press Refresh lists; then open Mapping › Contacts, pick the contact and save.",
            "Ask the sender to correct the field “E-mail” in their documents.",
        ),
        after=_RESEND,
        remedy=Remedy.CONTACT,
        permission=Permission.MAP,
        known_by=("Email address must be valid.",),
    ),
)
