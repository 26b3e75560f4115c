"""Guides: a sending whose end is unclear, and refusals in words that are not known."""

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn
from dashboard.vocabulary.roles import Permission

GUIDES = (
    Guide(
        ErrorCode.NOT_IN_LEDGER,
        title="It did not arrive in Xero",
        meaning=(
            "No answer came when the record was sent. tieout has looked in Xero twice since, some minutes apart, and "
            "the document is not there. What a person sent is tried once and never again by the machine."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Tick the record on the exports page and press Resync, or open it and choose Options › Export to Xero.",
        ),
        after="It has to be resent; it does not go by itself.",
        remedy=Remedy.RESYNC,
        permission=Permission.SEND,
    ),
    Guide(
        ErrorCode.CANNOT_TELL,
        title="Look in Xero: it cannot be told whether it arrived",
        meaning=(
            "No clear answer came when the record was sent, and what Xero shows fits more than one document, or none "
            "for certain. Sending it again could book it twice, so tieout leaves it to a person."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Look in Xero for the number, the contact and the total. tieout shows beside the record what it found.",
            "It is there: resolve the record as already in the ledger and pick the document.",
            "It is not there: resend it.",
        ),
        after="Nothing goes by itself. It stays Failed until you resolve or resend it.",
        remedy=Remedy.LOOK,
        permission=Permission.RESOLVE,
    ),
    Guide(
        ErrorCode.DOUBLE_BOOKED,
        title="It may be in Xero twice",
        meaning=(
            "An earlier try seemed lost, the record was sent again, and then Xero answered the earlier try after all: "
            "both may have been booked. This is rare, and only a person who looks in Xero can tell."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Open the record: its banner names the ledger id of the second document.",
            "Look in Xero for two documents with this number, contact and total.",
            "Void the one that has no payment, and keep the other.",
            "There is only one: nothing has to be mended.",
        ),
        after=(
            "Nothing is sent. The warning stays on the record until somebody writes down what they found and presses "
            "“I have looked; take the warning down”."
        ),
        remedy=Remedy.LOOK,
        permission=Permission.RESOLVE,
    ),
    Guide(
        ErrorCode.ATTACHMENT_REFUSED,
        title="The document is in Xero, its original file is not",
        meaning=(
            "The document was booked, so the record is Synced. Only attaching the original was refused: the file is "
            "larger than 10 MB, of a kind that Xero does not take, or the document has ten attachments already."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Open the record and download the original file.",
            "Make it smaller where it is too large, or save it as PDF.",
            "Open the document in Xero and attach it there under Files.",
            "When the file is all right (Xero did not answer, or a right was missing), press “Send the file again”.",
        ),
        after="Nothing has to be resent: the amounts are in the books.",
        remedy=Remedy.NONE,
    ),
    Guide(
        ErrorCode.UNKNOWN,
        title="Xero refused it with words that are not in this catalogue",
        meaning=(
            "Xero said no, and booked nothing. What it said is shown word for word with the record; it is not one of "
            "the sentences that tieout knows."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Read Xero's own words on the record: they mostly name the field that they are about.",
            "Open the record's newest attempt: it shows what was sent and what came back.",
            "Mend what the words name, in Xero, in Mapping or in the document.",
            "When the words do not help, send them with the request id to support.",
        ),
        after="It has to be resent once it is mended; it does not go by itself.",
        remedy=Remedy.NONE,
    ),
)
