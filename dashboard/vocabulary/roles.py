"""Roles and what each may do. Guards on routes and disabled buttons both read this table."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"
    TAKE_IN = "take-in"
    APPROVE = "approve"
    SEND = "send"
    SEND_HELD = "send-held"
    RESOLVE = "resolve"
    REFRESH_LISTS = "refresh-lists"
    MAP = "map"
    CONNECT = "connect"
    MOVE_ISSUED_DATE = "move-issued-date"
    CONFIGURE = "configure"
    INVITE = "invite"
    ROLES = "roles"
    END_VISITS = "end-visits"

    @property
    def refusal(self) -> str:
        """Why a person without it sees the button disabled."""
        if self in _OWNERS:
            return f"{_NEEDS[self]} Ask an owner of your organisation."
        return f"{_NEEDS[self]} Ask an admin of your organisation." if self in _ADMINS else f"{_NEEDS[self]}"


class Role(StrEnum):
    """From the least to the most."""

    VIEWER = "viewer"
    FINANCE = "finance"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def label(self) -> str:
        return self.value.title()

    def may(self, permission: Permission) -> bool:
        return permission in _GRANTED[self]

    def is_above(self, other: "Role") -> bool:
        ranks = list(Role)
        return ranks.index(self) > ranks.index(other)


_NEEDS = {
    Permission.VIEW: "Only members of this organisation may see this.",
    Permission.TAKE_IN: "Viewers read only; taking in records needs the finance role.",
    Permission.APPROVE: "Viewers read only; approving needs the finance role.",
    Permission.SEND: "Viewers read only; sending needs the finance role.",
    Permission.SEND_HELD: "Only an admin may send what is dated before the start date.",
    Permission.RESOLVE: "Viewers read only; resolving needs the finance role.",
    Permission.REFRESH_LISTS: "Viewers read only; refreshing lists needs the finance role.",
    Permission.MAP: "Only an admin may change mappings.",
    Permission.CONNECT: "Only an admin may connect or reconnect a ledger.",
    Permission.MOVE_ISSUED_DATE: "Only an admin may move an issued sales invoice's date, or a date across a year end.",
    Permission.CONFIGURE: "Only an admin may change these settings.",
    Permission.INVITE: "Only an admin may invite people.",
    Permission.ROLES: "Only an owner may change roles and remove people.",
    Permission.END_VISITS: "Only an owner may send support away.",
}
_OWNERS = frozenset({Permission.ROLES, Permission.END_VISITS})
_ADMINS = frozenset(
    {
        Permission.SEND_HELD,
        Permission.MAP,
        Permission.CONNECT,
        Permission.MOVE_ISSUED_DATE,
        Permission.CONFIGURE,
        Permission.INVITE,
    }
)
_FINANCE = frozenset(
    {
        Permission.VIEW,
        Permission.TAKE_IN,
        Permission.APPROVE,
        Permission.SEND,
        Permission.RESOLVE,
        Permission.REFRESH_LISTS,
    }
)
_GRANTED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW}),
    Role.FINANCE: _FINANCE,
    Role.ADMIN: _FINANCE | _ADMINS,
    Role.OWNER: _FINANCE | _ADMINS | _OWNERS,
}
