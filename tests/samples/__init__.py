"""Documents of the project's own making: made-up companies, numbers that add up, and every turn the readers know."""

from pathlib import Path

FOLDER = Path(__file__).parent


def sample(name: str) -> bytes:
    """The bytes of a sample, by its path below this folder."""
    return (FOLDER / name).read_bytes()
