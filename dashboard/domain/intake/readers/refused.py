"""The refusal of a single value, before anybody has said where in the file it stood."""


class Refused(Exception):
    """A value that is not taken in. The reader that asked for it adds the place and raises `UnreadableFile`."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
