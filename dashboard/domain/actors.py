"""Who did something, as the log names them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person by user id and name as it is now; the machine has no id."""

    id: int | None
    name: str


MACHINE = Actor(None, "tieout")
