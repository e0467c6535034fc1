"""How far ahead is the demo's clock? Kept in the store, so that a restart does not go back in time."""

from __future__ import annotations

from datetime import timedelta

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Setting

SHIFT_KEY = "clock.shift_seconds"


def load(desk: Desk) -> timedelta:
    """The shift that was saved last."""
    row = desk.session.get(Setting, (desk.region, SHIFT_KEY))
    return timedelta(seconds=row.value) if row is not None and isinstance(row.value, int | float) else timedelta()


def save(desk: Desk, shift: timedelta) -> None:
    """Keep the shift for the next start."""
    row = desk.session.get(Setting, (desk.region, SHIFT_KEY))
    if row is None:
        desk.session.add(Setting(region=desk.region, key=SHIFT_KEY, value=shift.total_seconds()))
    else:
        row.value = shift.total_seconds()
