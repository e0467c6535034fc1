"""What lies behind every desk: store, reference data, wording, clock and files of one region."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gridwhistle.services.clock import Clock
from gridwhistle.services.desk import SYSTEM, Actor, Desk, Wording
from gridwhistle.services.files import Files
from gridwhistle.services.reference import Reference
from gridwhistle.services.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """The long-lived parts, wired once in ``bot.app``."""

    store: Store
    reference: Reference
    wording: Wording
    region: str
    clock: Clock
    files: Files

    @contextmanager
    def desk(self, actor: Actor = SYSTEM) -> Iterator[Desk]:
        """One transaction in somebody's name: committed at the end, rolled back by any exception."""
        with self.store.begin() as session:
            yield Desk(
                session=session,
                region=self.region,
                now=self.clock.now(),
                city=self.reference.current(session),
                wording=self.wording,
                actor=actor,
                files=self.files,
            )
