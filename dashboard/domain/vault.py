"""The vault: seals secrets with AES-GCM, bound to the row they belong to; keys have names, so that they can rotate."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class CannotOpen(Exception):
    """The secret was sealed with a key that is not configured, or belongs to another row."""


class Vault:
    """`keys` are 32 bytes each by name; the first seals, all open."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._sealing = next(iter(keys))

    def seal(self, secret: str, bound_to: str) -> bytes:
        """The sealed form: key name, nonce, ciphertext. It opens only with the same `bound_to`."""
        nonce = os.urandom(12)
        sealed = AESGCM(self._keys[self._sealing]).encrypt(nonce, secret.encode(), bound_to.encode())
        return self._sealing.encode() + b"|" + nonce + sealed

    def open(self, sealed: bytes, bound_to: str) -> str:
        """Raises CannotOpen."""
        name, _, rest = sealed.partition(b"|")
        key = self._keys.get(name.decode(errors="replace"))
        if key is None:
            raise CannotOpen(f"no key named {name!r} is configured")
        try:
            return AESGCM(key).decrypt(rest[:12], rest[12:], bound_to.encode()).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen("the secret belongs to another row or was changed") from None
