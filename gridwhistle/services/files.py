"""Where do the bytes of photos and other attachments lie?

In a folder by default; a city with several machines names a bucket (``bucket.py``).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Keeps bytes under names that never get other bytes. Every act raises ``OSError`` for a storage that is down."""

    def put(self, name: str, body: bytes) -> None:
        """Keep ``body``; whoever reads the name sees all of it or nothing. Put again, it stays as it is."""
        ...

    def get(self, name: str) -> bytes | None:
        """What is kept under the name; ``None`` where there is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """Files in a folder of this machine, or of a network drive that all processes see."""

    root: Path

    def put(self, name: str, body: bytes) -> None:
        """Write beside the place, then move there."""
        target = self.root / name
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        with part.open("wb") as file:
            file.write(body)
            # The row that names it is committed to the disk next: the bytes must not come after it.
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)

    def get(self, name: str) -> bytes | None:
        """Read it."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
