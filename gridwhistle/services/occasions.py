"""Has somebody kept this regular occasion already, whichever process asks?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Occasion, table_of
from gridwhistle.services.store import Insertion, insert

_OCCASION = Insertion(table=table_of(Occasion), conflict=("region", "job", "at"))


def last(desk: Desk, job: str) -> datetime | None:
    """The latest time of a regular job that was kept, or passed over."""
    return desk.session.execute(
        select(func.max(Occasion.at)).where(Occasion.region == desk.region, Occasion.job == job)
    ).scalar_one_or_none()


def take(desk: Desk, job: str, at: datetime) -> bool:
    """Enter an occasion in the transaction of its effect; ``False`` if another process has."""
    return insert(desk.session, _OCCASION, {"region": desk.region, "job": job, "at": at, "taken_at": desk.now})
