"""How does a line in chat become a micro-wish (微心愿)?"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say, opens
from gridwhistle.dialogs.slots import Confirm, DaySlot, FreeText, Option, YesNo
from gridwhistle.dialogs.slots.number import NumberSlot
from gridwhistle.dialogs.slots.wish import Said, WisherSlot, WishWords
from gridwhistle.dialogs.wish_options import WISH_TALK
from gridwhistle.services import wishes
from gridwhistle.services.clock import in_city
from gridwhistle.services.desk import Desk, Phrase
from gridwhistle.services.outbox import Button
from gridwhistle.services.rules import WISH_COST_AT_MOST
from gridwhistle.services.schema import WisherKind, WishStatus
from gridwhistle.services.wish_cards import cost_line
from gridwhistle.services.wish_check import Unfit, unfit
from gridwhistle.services.wishes import OLDEST, YOUNGEST, Told

OWN = "own"
UNSURE = -1
MOST_YUAN = 999_999
COSTS = (0, 100, 300, WISH_COST_AT_MOST)
SOON = (7, 30)
AGED = (WisherKind.ELDER_ALONE, WisherKind.ELDER)
TO_PERSON = Button(label="engine.to_person", press={"word": "person"})


class Wish(Flow):
    """What, for whom, by when, roughly what it costs; then one card to confirm.

    Whoever works for the city may write a wish down for somebody who cannot.
    """

    opens_on: ClassVar[frozenset[str]] = frozenset({"wish"})
    keeps: ClassVar[frozenset[str]] = WISH_TALK
    keeps_draft: ClassVar[bool] = True

    what = WishWords()
    instead = YesNo(yes="wish.instead.yes", no="wish.instead.no")
    whose = FreeText(limit=100)
    whom = WisherSlot()
    age = NumberSlot(r"周?岁|years?[ -]old", least=YOUNGEST, most=OLDEST).optional()
    guardian = YesNo(yes="wish.guardian.yes", no="wish.guardian.no")
    by = DaySlot().optional()
    cost = NumberSlot(
        r"块钱?|元|圆|yuan|rmb", least=UNSURE, most=MOST_YUAN, none=r"不(?:用|要)?(?:花|要)钱|免费|不花什么钱|\bfree\b"
    )
    public = YesNo(yes="wish.public.yes", no="wish.public.no")
    sure = Confirm()

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask what is missing, show the card, hand the wish to the community."""
        said = ask(self.what)
        if said.unfit is not None:
            return _unfit(said.unfit)
        matter = desk.city.matters.get(said.matter or "")
        if matter is not None and ask(self.instead, matter=matter):
            if ask.opened.matters:
                return Open(flow="report", given={"matter": matter.code}, sentence=True)
            return Open(flow="report", given={"matter": matter.code, "words": said.text})
        return self._hand_in(ask, desk, said)

    def _hand_in(self, ask: Ask, desk: Desk, said: Said) -> Result:
        told = self._told(ask, desk, said)
        if unfit(told.what, told.cost) is not None:
            return _unfit(Unfit.TOO_BIG)
        if not ask(self.public, kind=told.kind):
            return Say("wish.not_public", then=Open(flow="person", sentence=True))
        text = "wish.sure.masked" if said.masked else None
        if not ask(self.sure, text=text, card=_card(desk, told)):
            return Say("wish.cancelled")
        wish = wishes.tell(desk, told)
        done = "wish.waits_for_guardian" if wish.status is WishStatus.DRAFT else "wish.done"
        return Say(done, number=wish.number, buttons=(opens("wish.button.mine", "my_wishes"),))

    def _told(self, ask: Ask, desk: Desk, said: Said) -> Told:
        whose = OWN
        if desk.actor.is_staff:
            whose = ask(self.whose, among=(Option(value=OWN, label="wish.whose.own"),))
        kind = WisherKind(ask(self.whom))
        age = ask(self.age) if kind in AGED else ask.known(self.age)
        draft = Told(what=said.text, kind=kind, age=age)
        guardian = ask(self.guardian) if wishes.is_child(draft) else False
        today = in_city(desk.now).date()
        days = tuple(
            Option(value=(today + timedelta(days=days)).isoformat(), label=f"wish.by.within.{days}") for days in SOON
        )
        by = ask(self.by, among=days)
        cost = ask(self.cost, among=_costs(desk))
        return Told(
            what=said.text,
            kind=WisherKind.CHILD if wishes.is_child(draft) else kind,
            age=age,
            wanted_by=by,
            cost=None if cost == UNSURE else cost,
            guardian_consent=guardian,
            whose="" if whose == OWN else whose,
        )


def _costs(desk: Desk) -> tuple[Option, ...]:
    named = (Option(value=yuan, label=f"={cost_words(desk, yuan)}") for yuan in COSTS)
    return (*named, Option(value=UNSURE, label="wish.cost.unsure"))


def cost_words(desk: Desk, yuan: int) -> str:
    """“300元以内” in the acting person's language."""
    return desk.wording.text("wish.cost_line", desk.actor.language, {"cost": cost_line(desk, yuan)})


def _card(desk: Desk, told: Told) -> str:
    lines = {
        "what": told.what,
        "kind": told.kind,
        "whose": told.whose or Phrase("wish.own"),
        "by": told.wanted_by or Phrase("wish.any_day"),
        "cost": cost_line(desk, told.cost),
    }
    key = "wish.card.for_other" if told.whose else "wish.card.own"
    return desk.wording.text(key, desk.actor.language, lines)


def _unfit(problem: Unfit) -> Say:
    buttons = (opens("wish.button.again", "wish"), TO_PERSON)
    return Say(f"wish.unfit.{problem}", buttons=buttons, most=WISH_COST_AT_MOST)
