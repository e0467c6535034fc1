"""Which access token does a platform take now, and who fetches the next one?

A new token makes the old one void, so that two processes which fetch at once would take turns in breaking each other.
One of them gets a lease; the others go on with the old token while it lasts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import AccessTokenRow, table_of
from gridwhistle.services.store import Insertion, insert, new_id

LEASE = timedelta(seconds=30)
RENEW_BEFORE = timedelta(minutes=10)
"""A token is renewed so long before it expires: a send that begins now must end with it."""

_EMPTY = Insertion(table=table_of(AccessTokenRow), conflict=("region", "channel"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """What a process may do: use ``token``, and fetch a new one if it got the ``lease``; wait where it has neither."""

    token: str | None = field(default=None, repr=False)
    lasts: timedelta = timedelta()
    """How long the token need not be looked at again."""
    lease: str | None = None


def ask(desk: Desk, channel: str, refused: str | None = None) -> Permit:
    """The channel's token; ``refused`` is one that the platform does not take, whatever we thought of it."""
    row = _locked(desk, channel)
    if row.token == refused:
        row.token, row.expires_at = "", desk.now
    left = row.expires_at - desk.now
    token = row.token if row.token and left > timedelta() else None
    if token is not None and left > RENEW_BEFORE:
        return Permit(token=token, lasts=left - RENEW_BEFORE)
    if row.leased_until is not None and row.leased_until > desk.now:
        return Permit(token=token)
    row.lease, row.leased_until = new_id(), desk.now + LEASE
    return Permit(token=token, lease=row.lease)


def renew(desk: Desk, channel: str, lease: str, token: str, lasts: timedelta) -> None:
    """Keep a token that was fetched under the lease; not if somebody else has taken the lease over."""
    row = _locked(desk, channel)
    if row.lease == lease:
        row.token, row.expires_at, row.lease, row.leased_until = token, desk.now + lasts, None, None


def give_up(desk: Desk, channel: str, lease: str) -> None:
    """Give the lease back: no token was to be had."""
    row = _locked(desk, channel)
    if row.lease == lease:
        row.lease, row.leased_until = None, None


def _locked(desk: Desk, channel: str) -> AccessTokenRow:
    insert(
        desk.session,
        _EMPTY,
        {
            "region": desk.region,
            "channel": channel,
            "token": "",
            "expires_at": desk.now,
            "lease": None,
            "leased_until": None,
        },
    )
    return desk.session.scalars(
        select(AccessTokenRow)
        .where(AccessTokenRow.region == desk.region, AccessTokenRow.channel == channel)
        .with_for_update()
    ).one()
