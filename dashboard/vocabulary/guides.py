"""What a guide is: the explanation of one error code for people who keep books. The texts are in domain/guide_texts."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.roles import Permission


class Turn(StrEnum):
    """Whose turn it is."""

    FINANCE = "finance"
    ADMIN = "admin"
    LEDGER = "ledger"
    SOURCE = "source"
    OPERATOR = "operator"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        return {
            "finance": "Finance",
            "admin": "An admin of your organisation",
            "ledger": "Whoever keeps the books in Xero",
            "source": "Whoever issues the document",
            "operator": "Whoever runs tieout for you",
            "nobody": "Nobody for now: tieout goes on by itself",
        }[self.value]


class Remedy(StrEnum):
    """What mends an error: where the button beside it leads."""

    RECONNECT = "reconnect"
    MAP = "map"
    CONTACT = "contact"
    COMPARE = "compare"
    MOVE_DATE = "move-date"
    REFRESH_LISTS = "refresh-lists"
    RESYNC = "resync"
    LOOK = "look"
    EDIT_SOURCE = "edit-source"
    SYNC_CONFIG = "sync-config"
    NONE = "none"


@dataclass(frozen=True)
class Guide:
    """`whose` turn it is; `after` says whether the export then goes by itself or must be resent.

    Steps are in their order and name screens as the navigation does. `permission` is what the remedy needs, where the
    record does not decide it. `known_by` are sentences of the provider, verbatim, that mean this.
    """

    code: ErrorCode
    title: str
    meaning: str
    whose: Turn
    steps: tuple[str, ...]
    after: str
    remedy: Remedy
    permission: Permission | None = None
    known_by: tuple[str, ...] = ()
