"""A letter: one mail as it is handed to whatever carries it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Letter:
    """Plain text to one address. The text may hold a one-time link, so it is never shown or logged."""

    to: str
    subject: str
    text: str = field(repr=False)
