"""Guides: access to the ledger is gone, narrowed, throttled or interrupted."""

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn
from dashboard.vocabulary.roles import Permission

GUIDES = (
    Guide(
        ErrorCode.ACCESS_EXPIRED,
        title="Xero no longer lets tieout in",
        meaning=(
            "The access that somebody granted to tieout was withdrawn in Xero, or was not used for so long that it "
            "lapsed. Nothing can be sent until it is granted again. No record was lost: the queue waits."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Connections, find the organisation marked “Needs reconnecting” and press Reconnect.",
            (
                "Sign in to Xero as somebody who may connect apps to that organisation, choose the same organisation "
                "and press Allow access."
            ),
            "Back in tieout, the connection reads Connected.",
        ),
        after=(
            "What waits goes by itself as soon as the connection is back; what a person ordered more than a day "
            "before asks first. Records that had failed before have to be resent: tick them and press Resync."
        ),
        remedy=Remedy.RECONNECT,
        permission=Permission.CONNECT,
        known_by=("TokenExpired", "AuthenticationUnsuccessful"),
    ),
    Guide(
        ErrorCode.COMPANY_DISCONNECTED,
        title="The organisation was disconnected in Xero",
        meaning=(
            "Xero still knows tieout, but not for this organisation: somebody removed tieout under Settings › "
            "Connected apps, or the person who had connected it lost their access. The queue waits; mappings and "
            "history are kept."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Connections and press Reconnect at this organisation.",
            (
                "In Xero choose this very organisation. Another one is never taken over unasked: its books would get "
                "the wrong documents."
            ),
            "When Xero does not offer it, ask its subscriber to make you a user who may connect apps.",
        ),
        after=(
            "What waits goes by itself as soon as the connection is back; what a person ordered more than a day "
            "before asks first. Records that had failed before have to be resent."
        ),
        remedy=Remedy.RECONNECT,
        permission=Permission.CONNECT,
        known_by=("You are not permitted to access this resource",),
    ),
    Guide(
        ErrorCode.SCOPE_MISSING,
        title="The access that was granted does not reach far enough",
        meaning=(
            "Xero lets tieout in, but not for this: when access was granted, a part of it was left out (for example "
            "invoices, contacts or attachments), or the person who granted it may not do this in Xero themselves."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Connections and press Reconnect at this organisation.",
            "Sign in to Xero as a user whose role may approve invoices and bills, such as Standard or Adviser.",
            "Leave everything ticked that Xero asks about, and press Allow access.",
        ),
        after="The records that failed for this have to be resent: tick them and press Resync.",
        remedy=Remedy.RECONNECT,
        permission=Permission.CONNECT,
        known_by=("AuthorizationUnsuccessful", "insufficient_scope"),
    ),
    Guide(
        ErrorCode.RATE_LIMITED,
        title="Xero asked to wait",
        meaning=(
            "Xero takes 60 calls a minute and a limited number a day for each organisation, those of other apps "
            "apart. The limit was reached, so the whole connection waits. It does not count as a try, and nothing "
            "is wrong with the record."
        ),
        whose=Turn.NOBODY,
        steps=(
            "Do nothing: the connection says until when it waits.",
            "When this happens every day, spread large imports over several days, or ask Xero about a larger plan.",
        ),
        after=(
            "Everything that waits goes by itself when Xero's window opens; what a person ordered more than a day "
            "before asks first."
        ),
        remedy=Remedy.NONE,
        known_by=("Too Many Requests", "429 Too many requests", "rate limit exceeded"),
    ),
    Guide(
        ErrorCode.PROVIDER_DOWN,
        title="Xero is out of service",
        meaning=(
            "Xero answered that it is being maintained or has a fault, or could not be reached at all. Nothing was "
            "booked, and nothing is wrong with the record. What waits has not been tried; what a person had sent at "
            "that moment has failed, since it is sent only once."
        ),
        whose=Turn.NOBODY,
        steps=(
            "See on status.xero.com whether the disturbance is known.",
            "What waits needs nothing: tieout asks again at intervals.",
            "What has failed is resent once Xero is back.",
        ),
        after=(
            "Everything that waits goes by itself when Xero is back; what a person ordered more than a day before asks "
            "first."
        ),
        remedy=Remedy.NONE,
        known_by=(
            "The Xero API is currently offline for maintenance",
            "The Xero API is temporarily unavailable",
        ),
    ),
    Guide(
        ErrorCode.CLIENT_REFUSED,
        title="Xero does not know this server any more",
        meaning=(
            "tieout proves itself to Xero by a client id and a secret that belong to the app which whoever runs this "
            "server has registered there. Xero no longer accepts them: the secret was changed or deleted, or was "
            "mistyped here. Your own access is untouched, and connecting again would not help. The queue waits."
        ),
        whose=Turn.OPERATOR,
        steps=(
            "Whoever runs tieout opens the app under My apps on developer.xero.com, and makes a new secret if needed.",
            "They set TIEOUT_XERO_CLIENT_ID and TIEOUT_XERO_CLIENT_SECRET to what is shown there, and restart tieout.",
        ),
        after=(
            "Everything that waits goes by itself within a minute of the restart; what a person ordered more than a "
            "day before asks first."
        ),
        remedy=Remedy.NONE,
        known_by=("invalid_client", "unauthorized_client"),
    ),
)
