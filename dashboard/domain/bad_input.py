"""Bad input: a value that a verb does not accept, and how to mend it."""


class BadInput(Exception):
    """A value that is not accepted; `field` names it, the message says how to mend it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
