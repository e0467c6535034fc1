"""The platform's side of a callback: seals, signs, and sends XML as WeCom and an official account do."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "QDG6eK"  # noqa: S105 (published)
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
RECEIVER = "wx5823bf96d3bd56c7"
"""Token, key and id of the example in Tencent's documentation."""


@dataclass
class Sealer:
    """Whoever has the token and the key is the platform."""

    token: str = TOKEN
    aes_key: str = AES_KEY
    receiver: str = RECEIVER

    def seal(self, text: str | bytes) -> str:
        key = base64.b64decode(self.aes_key + "=")
        said = text.encode() if isinstance(text, str) else text
        content = os.urandom(16) + len(said).to_bytes(4, "big") + said + self.receiver.encode()
        padding = 32 - len(content) % 32
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return base64.b64encode(encryptor.update(content + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()  # noqa: S324 (the platform's)

    def query(self, sealed: str, timestamp: str = "1409659813", nonce: str = "1372623149") -> dict[str, str]:
        return {"msg_signature": self.sign(timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce}

    def body(self, sealed: str) -> bytes:
        to = f"<ToUserName><![CDATA[{self.receiver}]]></ToUserName>"
        return f"<xml>{to}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()

    def callback(self, said: str) -> tuple[bytes, dict[str, str]]:
        """A callback's body and query."""
        sealed = self.seal(said)
        return self.body(sealed), self.query(sealed)


def xml(fields: dict[str, Any]) -> str:
    return "<xml>" + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items()) + "</xml>"
