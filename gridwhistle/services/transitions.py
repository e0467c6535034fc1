"""May this step be taken now, in this capacity, with what is given? Tickets and wishes go by the same check.

A table declares every change of a status; taking a step writes the status and exactly one event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from gridwhistle.services import events
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.events import Chained

StepT = TypeVar("StepT", bound=StrEnum)
StatusT = TypeVar("StatusT", bound=StrEnum)
WhoT = TypeVar("WhoT", bound=StrEnum)


class Subject(Chained, Protocol[StatusT]):
    """What goes from status to status: a ticket, a wish."""

    number: str
    status: StatusT


@dataclass(frozen=True, kw_only=True)
class Edge(Generic[StepT, StatusT, WhoT]):
    """One row of a table: from where to where, who may, what must be given, and why where it is odd."""

    step: StepT
    sources: frozenset[StatusT]
    target: StatusT
    by: frozenset[WhoT]
    needs: tuple[str, ...] = ()
    why: str = ""


class Table(Generic[StepT, StatusT, WhoT]):
    """All edges of a kind of subject, and the texts that say no."""

    def __init__(self, edges: Iterable[Edge[StepT, StatusT, WhoT]], *, foreign: str, wrong_status: str) -> None:
        """``foreign`` and ``wrong_status`` are the text keys of the refusals; both get the number."""
        self.edges = {edge.step: edge for edge in edges}
        self._foreign = foreign
        self._wrong_status = wrong_status

    def possible(self, subject: Subject[StatusT], step: StepT, held: frozenset[WhoT]) -> bool:
        """Whether somebody with the capacities ``held`` could take this step now."""
        edge = self.edges[step]
        return subject.status in edge.sources and bool(held & edge.by)

    def take(self, desk: Desk, subject: Subject[StatusT], step: StepT, held: frozenset[WhoT], **given: object) -> None:
        """Check right, status and what must be given; write the status and the event.

        Raises ``Refused`` when the person's right or the subject's status does not allow it, ``ValueError`` when a
        caller forgot what the step needs.
        """
        edge = self.edges[step]
        if not held & edge.by:
            raise Refused(self._foreign, number=subject.number)
        if subject.status not in edge.sources:
            raise Refused(self._wrong_status, number=subject.number, status=subject.status)
        missing = [name for name in edge.needs if given.get(name) in (None, "")]
        if missing:
            raise ValueError(f"step {step} needs {', '.join(missing)}")
        source = subject.status
        subject.status = edge.target
        events.append(desk, subject, step, source=source, target=edge.target, **given)
