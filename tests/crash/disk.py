"""How does a disk get full without harm to the machine's own?

A small file system in memory, mounted for the run alone, that a file fills up. Mounting needs root; elsewhere there is
a reason to print.
"""

from __future__ import annotations

import errno
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 512
_BLOCK = 4096


@dataclass(kw_only=True)
class Disk:
    """A folder that may be a disk of its own; ``problem`` says why it is none."""

    folder: Path
    problem: str = ""

    @classmethod
    def mount(cls, folder: Path) -> Disk:
        """A disk at this folder, or the plain folder where that is not allowed."""
        folder.mkdir()
        try:
            mounted = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "none", str(folder)],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            return cls(folder=folder, problem=f"no mount command: {error.strerror}")
        return cls(folder=folder, problem=mounted.stderr.strip() if mounted.returncode else "")

    def fill(self) -> None:
        """Leave no space. Raises ``RuntimeError`` where this is no disk of its own."""
        if self.problem:
            raise RuntimeError(self.problem)
        with self._filler.open("wb", buffering=0) as filler:
            try:
                # Others write meanwhile: the last pieces are taken bit by bit.
                while True:
                    space = os.statvfs(self.folder)
                    os.posix_fallocate(
                        filler.fileno(), filler.tell(), max(space.f_bavail * space.f_frsize // 2, _BLOCK)
                    )
                    filler.seek(0, os.SEEK_END)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)

    @property
    def is_full(self) -> bool:
        """Whether it is filled now."""
        return self._filler.exists()

    def unmount(self) -> None:
        """End it."""
        if not self.problem:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"
