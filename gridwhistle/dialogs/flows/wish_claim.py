"""How does a party member take a wish on (认领)?"""

from __future__ import annotations

import re
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.slots import Choice, Context, Option, TicketSlot
from gridwhistle.dialogs.wish_options import which_wish
from gridwhistle.services import wish_board, wish_claims, wish_units
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.schema import WishStatus
from gridwhistle.services.wish_claims import Way

_NAMED = {
    Way.JOIN: re.compile(r"加入|算我一个|我也(?:来|参加)|\bjoin\b", re.IGNORECASE),
    Way.GROUP: re.compile(r"组团|合伙|一起认|几个人|\bgroup\b|\btogether\b", re.IGNORECASE),
    Way.UNIT: re.compile(r"支部|党委|单位|\bunit\b|\bbranch\b", re.IGNORECASE),
    Way.WHOLE: re.compile(r"自己|个人|一个人|\bmyself\b", re.IGNORECASE),
}


class WaySlot(Choice):
    """How somebody claims: a button, or the words for it."""

    def __init__(self) -> None:
        super().__init__(*(Option(value=way.value, label=f"wish.button.{way.value}") for way in Way))

    def fill(self, understood: Understood, context: Context) -> str | None:
        """The way that the words name, where it is open."""
        open_ways = {option.value for option in context.options} or set(Way)
        return next((way for way, said in _NAMED.items() if way in open_ways and said.search(understood.text)), None)


class WishClaim(Flow):
    """One press on the board or on a letter; in words it is asked which wish and how."""

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish_claim"})
    wish = TicketSlot()
    way = WaySlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """First come wins; the second gets a kind word and the board."""
        if wish_units.unit_of(desk.city, desk.actor) is None:
            raise Refused("refused.not_member")
        # “我要认领心愿” alone takes nothing, not even the only one there is: it has not been read yet.
        says_how = ask.known(self.way) is not None
        wish = which_wish(ask, self.wish, desk, wish_board.open_wishes(desk), none="wish_board.none", only=says_how)
        ways = (Way.JOIN,) if wish.status is WishStatus.CLAIMED else (Way.WHOLE, Way.UNIT, Way.GROUP)
        among = [Option(value=way.value, label=f"wish.button.{way.value}") for way in ways]
        way = Way(ask(self.way, among=among, only=True))
        if desk.me != wish.wisher_id and not wish_claims.may_be_claimed(desk, wish, way):
            board = (opens("wish.button.board", "wish_board"),)
            return Say("wish_claim.taken", buttons=board, number=wish.number)
        wish_claims.claim(desk, wish, way)
        return ()
