"""Which wishes are waiting for somebody (心愿墙)?"""

from __future__ import annotations

from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.wish_options import short
from gridwhistle.services import wish_board, wish_units
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import WishStatus
from gridwhistle.services.wish_cards import public_facts

MOST = 6


class WishBoard(Flow):
    """Everybody may read it; a party member gets a button to claim each."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish_board"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        """One line a wish, masked; the own community's first."""
        del ask
        found = wish_board.open_wishes(desk)
        if not found:
            return Say("wish_board.none", buttons=(opens("wish.button.tell", "wish"),))
        language = desk.actor.language
        lines = [desk.wording.text("wish_board.line", language, public_facts(desk, wish)) for wish in found[:MOST]]
        is_member = wish_units.unit_of(desk.city, desk.actor) is not None
        claims = [
            opens(
                f"={desk.wording.text('wish_board.join' if joins else 'wish_board.claim', language, {})} {short(wish)}",
                "wish_claim",
                wish=wish.id,
                way="join" if joins else "whole",
            )
            for wish in found[:MOST]
            for joins in (wish.status is WishStatus.CLAIMED,)
        ]
        more = (opens("wish_board.otherwise", "wish_claim"),)
        return Say(
            "wish_board.list",
            buttons=(*claims, *more) if is_member else (opens("wish.button.tell", "wish"),),
            count=len(found),
            lines=lines,
        )
