"""What does somebody read about a wish, and which buttons does it carry?

Before the community has arranged a meeting nobody but the community reads more of the wisher than what kind of
person lives in which community (“幸福社区一位78岁独居老人”), and that is generated, never typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridwhistle.services import org
from gridwhistle.services.desk import Desk, Phrase, Wording
from gridwhistle.services.outbox import Button, Letter, Priority, post
from gridwhistle.services.schema import UnitKind, Wish, WishStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Worded:
    """A value of a text that is a text with values itself, rendered in the reader's language."""

    wording: Wording
    key: str
    params: Mapping[str, object]

    def name_in(self, language: str) -> str:
        """The words in a language."""
        return self.wording.text(self.key, language, self.params)


def wisher_line(desk: Desk, wish: Wish) -> Worded:
    """What kind of person in which community.

    A village is small enough to know everybody of 78, so there the age is told by the decade; a child's never.
    """
    community = desk.city.community_of(wish.grid)
    params: dict[str, object] = {"community": community.name if community else desk.city.name, "kind": wish.kind}
    if wish.age is None or wish.is_minor:
        return Worded(wording=desk.wording, key="wish.who.plain", params=params)
    if community is not None and community.kind is UnitKind.VILLAGE:
        return Worded(wording=desk.wording, key="wish.who.decade", params={**params, "age": wish.age // 10 * 10})
    return Worded(wording=desk.wording, key="wish.who.aged", params={**params, "age": wish.age})


def public_facts(desk: Desk, wish: Wish) -> dict[str, object]:
    """The values that texts for everybody may use."""
    return {
        "number": wish.number,
        "who": wisher_line(desk, wish),
        "what": wish.what,
        "by": wish.wanted_by or Phrase("wish.any_day"),
        "cost": cost_line(desk, wish.cost),
        "status": wish.status,
    }


def cost_line(desk: Desk, cost: int | None) -> object:
    """“300元以内”, “不花钱”, “还说不准”."""
    if cost is None:
        return Phrase("wish.cost_unknown")
    return Worded(wording=desk.wording, key="wish.cost_about", params={"yuan": cost}) if cost else Phrase("wish.free")


def community_facts(desk: Desk, wish: Wish) -> dict[str, object]:
    """The values that texts for the community may use: also who told it, and whose wish it is."""
    return {
        **public_facts(desk, wish),
        "teller": org.name_of(desk, wish.wisher_id) or Phrase("wish.nameless"),
        "whose": wish.whose or Phrase("wish.own"),
        "grid": desk.city.unit_name(wish.grid),
    }


def open_wish(flow: str, label: str, wish: Wish, **given: str) -> Button:
    """A button that opens ``flow`` for this wish."""
    return Button(label=label, press={"open": flow, "with": {"wish": wish.id, **given}})


def tell_community(desk: Desk, wish: Wish, text: str, buttons: tuple[Button, ...] = (), **more: object) -> None:
    """Show the community's coordinator the newest form of the wish's card."""
    _tell(desk, wish, org.coordinator(desk, wish.grid), text, {**community_facts(desk, wish), **more}, buttons)


def tell_wisher(desk: Desk, wish: Wish, text: str, buttons: tuple[Button, ...] = (), **more: object) -> None:
    """Write to whoever told the wish, unless their own message caused it: they are answered in the chat."""
    if wish.wisher_id != desk.actor.person_id:
        _tell(desk, wish, wish.wisher_id, text, {**public_facts(desk, wish), **more}, buttons)


def tell_member(
    desk: Desk, wish: Wish, to: str, text: str, buttons: tuple[Button, ...] = (), *, bulk: bool = False, **more: object
) -> None:
    """Show a party member the newest form of the wish's card, as masked as the board."""
    priority = Priority.BULK if bulk else Priority.PERSONAL
    _tell(desk, wish, to, text, {**public_facts(desk, wish), **more}, buttons, priority=priority)


def claim_buttons(wish: Wish) -> tuple[Button, ...]:
    """The ways to claim a wish of the board: alone, for the unit, with others; to join where a group has begun."""
    if wish.status is WishStatus.CLAIMED:
        return (open_wish("wish_claim", "wish.button.join", wish, way="join"),)
    return tuple(open_wish("wish_claim", f"wish.button.{way}", wish, way=way) for way in ("whole", "unit", "group"))


def review_buttons(wish: Wish) -> tuple[Button, ...]:
    """What the community decides of a new wish."""
    if wish.status is WishStatus.DRAFT:
        return (
            open_wish("wish_consent", "wish.button.consent", wish, consent="yes"),
            open_wish("wish_consent", "wish.button.no_consent", wish, consent="no"),
        )
    return tuple(
        open_wish("wish_review", f"wish.button.{verdict}", wish, verdict=verdict)
        for verdict in ("publish", "refuse", "ticket")
    )


def work_buttons(wish: Wish, *, approved: bool) -> tuple[Button, ...]:
    """What a claimant can do next."""
    begin = (
        [open_wish("wish_begin", "wish.button.begin", wish)] if approved and wish.status is WishStatus.CLAIMED else []
    )
    fulfil = [open_wish("wish_fulfil", "wish.button.fulfil", wish)] if approved else []
    return (
        *begin,
        *fulfil,
        open_wish("wish_progress", "wish.button.alive", wish),
        open_wish("wish_release", "wish.button.release", wish),
    )


def confirm_buttons(wish: Wish) -> tuple[Button, ...]:
    """The wisher's answer to “has it come true?”."""
    return (
        open_wish("wish_confirm", "wish.button.came_true", wish, answer="yes"),
        open_wish("wish_confirm", "wish.button.not_yet", wish, answer="no"),
    )


def phone_buttons(wish: Wish) -> tuple[Button, ...]:
    """What came of a call to the wisher."""
    return tuple(
        open_wish("wish_phone", f"wish.button.phone_{outcome}", wish, outcome=outcome)
        for outcome in ("number", "yes", "no", "unreached")
    )


def _tell(
    desk: Desk,
    wish: Wish,
    to: str,
    text: str,
    params: Mapping[str, object],
    buttons: tuple[Button, ...],
    *,
    priority: Priority = Priority.PERSONAL,
) -> None:
    attachments = tuple(wish.photos) if text in WITH_PHOTOS else ()
    post(
        desk,
        Letter(
            to=to,
            text=text,
            params=params,
            key=f"wish:{wish.id}:{wish.events}:{to}:{text}",
            buttons=buttons,
            card=f"wish:{wish.id}",
            attachments=attachments,
            priority=priority,
        ),
    )


WITH_PHOTOS = frozenset({"wish.letter.fulfilled", "wish.letter.fulfilled_card"})
"""Photos of a wish go to its wisher and its community; the board never shows them."""
