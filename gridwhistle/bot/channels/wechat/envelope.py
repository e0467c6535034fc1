"""Does a callback really come from the platform, and what is inside its encrypted envelope?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
"""The platform pads to its key's length, not to AES's block."""
RANDOM = 16
LENGTH = 4
KEY_CHARACTERS = 43


class NotOurs(Exception):  # noqa: N818 (a fact about an envelope)
    """The envelope was not made with our key, or is meant for somebody else."""


class Envelope:
    """Checks signatures and opens what the platform has encrypted with the key that both sides know."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        """``aes_key`` as the console shows it; ``receiver`` is our corp id or app id, written inside each envelope."""
        self._token = token
        self._key = base64.b64decode(aes_key + "=")
        self._receiver = receiver.encode()

    def is_signed(self, signature: str, timestamp: str, nonce: str, *parts: str) -> bool:
        """Whether the signature covers time, nonce and parts; compared in constant time."""
        joined = "".join(sorted((self._token, timestamp, nonce, *parts)))
        # SHA-1 is what the platform signs with; the content is also under AES with a secret key.
        expected = hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324
        return hmac.compare_digest(expected.encode(), signature.encode())

    def open(self, encrypted: str) -> str:
        """The text in an envelope. Raises ``NotOurs``."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:RANDOM])).decryptor()
            padded = decryptor.update(sealed) + decryptor.finalize()
        except (binascii.Error, ValueError) as error:
            raise NotOurs from error
        content = _without_padding(padded)[RANDOM:]
        size = int.from_bytes(content[:LENGTH], "big")
        text, receiver = content[LENGTH : LENGTH + size], content[LENGTH + size :]
        if len(content) < LENGTH or not hmac.compare_digest(receiver, self._receiver):
            raise NotOurs
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise NotOurs from error


def _without_padding(padded: bytes) -> bytes:
    size = padded[-1] if padded else 0
    if not 1 <= size <= BLOCK or padded[-size:] != bytes([size]) * size:
        raise NotOurs
    return padded[:-size]
