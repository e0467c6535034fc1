"""How does a resident's line become a ticket?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from gridwhistle.dialogs import parts
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say, opens
from gridwhistle.dialogs.nlu.understood import EntityKind, PlaceMention
from gridwhistle.dialogs.opened import dump_place, load_place
from gridwhistle.dialogs.parts import DANGERS, REST, Part
from gridwhistle.dialogs.report_card import card, says_why
from gridwhistle.dialogs.slots import Choice, Confirm, FreeText, Option, PhotoSlot, PlaceSlot, YesNo
from gridwhistle.dialogs.slots.unit import UNSURE, UnitSlot
from gridwhistle.dialogs.state import CAPTION
from gridwhistle.services import people, places, tickets
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk, Phrase
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import name_of
from gridwhistle.services.places import Location
from gridwhistle.services.schema import Category, HandledBy, Json, JsonObject, Ticket, UnitKind

OTHER = "other"
MOST_COMMUNITIES = 8
SHORTEST_STORY = 4


class Report(Flow):
    """Matter, place and photo as far as the catalogue wants them, then one card to confirm.

    A message with several matters is split if the resident says so; the parts follow one another.
    """

    opens_on: ClassVar[frozenset[str]] = frozenset({"report"})
    keeps_draft: ClassVar[bool] = True
    shown: ClassVar[frozenset[str]] = frozenset({"words"})
    takes_story: ClassVar[bool] = True
    queues: ClassVar[bool] = True

    split = YesNo(yes="report.split.yes", no="report.split.no")
    matter = Choice(entity="matter")
    place = PlaceSlot()
    community = UnitSlot(UnitKind.COMMUNITY, UnitKind.VILLAGE)
    again = YesNo(yes="report.again.yes", no="report.again.no")
    voice = YesNo(yes="report.voice.yes", no="report.voice.no")
    words = FreeText(fixed=False)
    photo = PhotoSlot().optional()
    sure = Confirm()

    def left(self, given: Mapping[str, Json]) -> Open | None:
        """What waits comes all the same."""
        return _next_part(given)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Ask what is missing, show the card, open the ticket, and go on with the next part."""
        quoted = ask.opened.ticket
        if quoted and tickets.get(desk, quoted).status in OPEN:
            # A reply to a letter about a ticket belongs to that ticket; what was done may have come back.
            return Open(flow="supplement", given={"ticket": quoted}, sentence=True)
        several = [] if ask.given("part") else parts.of_message(ask.opened.understood)
        if len(several) > 1 and ask(self.split, lines=parts.lines(several), count=len(several)):
            return _one_by_one(several)
        matter = self._matter(ask, desk)
        if matter is None:
            return Say("report.other", then=Open(flow="person", sentence=True, later=_next_part(ask.facts)))
        return self._about(ask, desk, matter)

    def _about(self, ask: Ask, desk: Desk, matter: MatterSpec) -> Result:
        """Where it is and what has happened; then onto a ticket that there is, or a new one."""
        elsewhere = _elsewhere(ask, matter)
        if elsewhere is not None:
            return elsewhere
        known = self._known(ask, desk, matter)
        if known is not None:
            return known
        where, community = self._where(ask, desk, matter)
        words = _with_place(desk, self._words(ask, matter), _told_place(ask), where)
        draft = tickets.Draft(
            matter=matter.code, where=where, words=words, urgent=_is_urgent(ask, matter), community=community
        )
        return self._join(ask, desk, matter, draft) or self._file(ask, desk, matter, draft)

    def _known(self, ask: Ask, desk: Desk, matter: MatterSpec) -> Result | None:
        """“电梯还没修” without a place: add to the resident's own ticket of this matter, if they mean that."""
        if ask.known(self.place) is not None:
            return None
        mine = [ticket for ticket in tickets.mine(desk) if ticket.matter == matter.code and ticket.status in OPEN]
        if len(mine) != 1 or not ask(self.again, text="report.again.ask_mine", matter=matter, number=mine[0].number):
            return None
        return self._add(ask, desk, mine[0], self._words(ask, matter))

    def _add(self, ask: Ask, desk: Desk, ticket: Ticket, words: str) -> Result:
        tickets.supplement(desk, ticket, words, _photos(ask.known(self.photo)))
        return _after(ask, Say("supplement.done", number=ticket.number))

    def _join(self, ask: Ask, desk: Desk, matter: MatterSpec, draft: tickets.Draft) -> Result | None:
        """Add to what is reported already, by the resident or by a neighbour, if they want that."""
        if ask.known(self.sure):
            # Looked for when the card was shown; whoever confirms it wants this ticket.
            return None
        twin = tickets.nearby(desk, matter.code, draft.where) if draft.where.place else None
        known = twin if twin and tickets.is_mine(desk, twin) else tickets.repeated(desk, matter.code, draft.where)
        if known is not None:
            if not ask(self.again, matter=matter, number=known.number):
                return None
            return self._add(ask, desk, known, draft.words)
        if twin is None or not ask(self.voice, matter=matter, place=twin.place_public, number=twin.number):
            return None
        tickets.add_voice(desk, twin, draft.words)
        tickets.attach(desk, twin, _photos(ask.known(self.photo)))
        return _after(ask, Say("report.voice_added", number=twin.number))

    def _file(self, ask: Ask, desk: Desk, matter: MatterSpec, draft: tickets.Draft) -> Result:
        """Show the card; on a yes the draft becomes a ticket."""
        if matter.photo == "required":
            text = None if says_why(desk, matter) else "report.photo.ask_plain"
            photos = _photos(ask(self.photo, text=text, reason=matter.photo_reason))
        else:
            photos = _photos(ask.known(self.photo))
        if not ask(self.sure, card=card(desk, matter, draft, photos)):
            return _after(ask, Say("report.cancelled"))
        ticket = tickets.open_ticket(desk, replace(draft, photos=photos))
        done = Say(
            "report.done",
            number=ticket.number,
            worker=name_of(desk, ticket.handler_id),
            grid=desk.city.unit_name(ticket.grid),
            due=ticket.promised_at,
            matter=matter,
            expect=_expect(desk, matter, ticket),
            buttons=(opens("button.leave_phone", "leave_phone"),) if _may_offer_a_number(desk, ticket) else (),
        )
        return _after(ask, done)

    def _matter(self, ask: Ask, desk: Desk) -> MatterSpec | None:
        language = desk.actor.language
        guesses = [guess.matter for guess in ask.opened.matters if guess.matter in desk.city.matters]
        options = [Option(value=code, label=f"={desk.city.matters[code].name_in(language)}") for code in guesses]
        chosen = ask(self.matter, among=[*options, Option(value=OTHER, label="report.matter.other")])
        return desk.city.matters.get(chosen)

    def _where(self, ask: Ask, desk: Desk, matter: MatterSpec) -> tuple[Location, str | None]:
        """The location, and the community where the city does not know the place."""
        mention = ask(self.place) if matter.place == "required" else ask.known(self.place)
        if mention is None:
            return Location(), None
        where = location(mention)
        if where.place in desk.city.units:
            return where, where.place
        if places.grid_of(desk.city, where) is not None or matter.place != "required":
            return where, None
        among = _communities(desk)
        chosen = ask(self.community, among=[*among, Option(value=UNSURE, label="report.community.unsure")],
                     place=mention.text)  # fmt: skip
        return where, chosen if chosen in desk.city.units else desk.city.centre

    def _words(self, ask: Ask, matter: MatterSpec) -> str:
        said, caption = ask.opened.text, ask.given(CAPTION)
        if ask.known(self.words) is not None or ask.changes(self.words):
            said = ask(self.words, matter=matter)
        elif len(said) < SHORTEST_STORY:
            # “垃圾”, and then the whole of it in answer to “where?”.
            said = caption if isinstance(caption, str) else ask(self.words, matter=matter)
        return f"{said}；{caption}" if isinstance(caption, str) and caption not in said else said


def _elsewhere(ask: Ask, matter: MatterSpec) -> Open | None:
    """The dialog that a matter belongs to: present danger, which the rules may have missed, and questions."""
    words, later = ask.known(Report.words) or ask.opened.text, _next_part(ask.facts)
    if matter.code in DANGERS:
        place = ask.known(Report.place)
        given: JsonObject = {
            "kind": DANGERS[matter.code],
            "words": words,
            "place": dump_place(place) if place else None,
        }
        return Open(flow="emergency", given=given, sentence=True, later=later)
    if matter.category is Category.POLICY:
        given = {"matter": matter.code, "words": words}
        return Open(flow="policy", given=given, sentence=True, later=later)
    return None


def _may_offer_a_number(desk: Desk, ticket: Ticket) -> bool:
    """Once, with the first ticket of somebody whom nobody could call."""
    return not desk.actor.is_staff and tickets.is_first(desk, ticket) and not people.knows_phone(desk, desk.me)


def _photos(answer: tuple[str, ...] | None) -> tuple[str, ...]:
    return answer or ()


def _expect(desk: Desk, matter: MatterSpec, ticket: Ticket) -> object:
    """What happens next; who complains about the property company must not read that it will come."""
    if ticket.about_property and matter.handled_by is HandledBy.PROPERTY:
        return Phrase("report.not_by_property")
    return matter.expect_in(desk.actor.language)


def location(mention: PlaceMention) -> Location:
    """A mention of a place as the services want it."""
    return Location(
        place=mention.place,
        building=mention.building,
        unit=mention.unit,
        room=mention.room,
        detail=mention.detail,
        text=mention.text,
    )


def _told_place(ask: Ask) -> PlaceMention | None:
    """The place as the story tells it, before any correction."""
    return load_place(part) if (part := ask.given("told")) else ask.opened.place


def _with_place(desk: Desk, words: str, told: PlaceMention | None, where: Location) -> str:
    """The story with the place put right: whoever reads it must not look for building 3 when it is building 5."""
    if told is None or not any(_differ(told, where, part) for part in ("place", "building", "unit", "room")):
        return words
    right = places.exact_name(desk.city, where)
    if told.text in words:
        return words.replace(told.text, right)
    return desk.wording.text("report.put_right", desk.actor.language, {"words": words, "place": right})


def _differ(told: PlaceMention, where: Location, part: str) -> bool:
    said = getattr(told, part)
    return said is not None and said != getattr(where, part)


def _one_by_one(several: list[Part]) -> Open:
    # Danger does not wait for the rest.
    first, *rest = sorted(several, key=lambda part: part.matter not in DANGERS)
    return _open_part(first, rest)


def _open_part(part: Part, rest: list[Part]) -> Open:
    given: dict[str, Json] = {
        "part": True,
        "words": part.words,
        "matter": part.matter,
        REST: [later.dump() for later in rest],
    }
    if part.place is not None:
        given["place"] = given["told"] = dump_place(part.place)
    return Open(flow="report", given=given)


def _after(ask: Ask, done: Say) -> Result:
    done.then = _next_part(ask.facts)
    return done


def _next_part(given: Mapping[str, Json]) -> Open | None:
    """The report of the next matter that waits."""
    waiting = parts.waiting(given)
    return _open_part(waiting[0], waiting[1:]) if waiting else None


def _communities(desk: Desk) -> list[Option]:
    own = desk.city.community_of(desk.actor.grid or "")
    found = [unit for unit in desk.city.units.values() if unit.kind in (UnitKind.COMMUNITY, UnitKind.VILLAGE)]
    found.sort(key=lambda unit: (unit is not own, own is None or unit.parent != own.parent, unit.code))
    return [Option(value=unit.code, label=f"={unit.name}") for unit in found[:MOST_COMMUNITIES]]


def _is_urgent(ask: Ask, matter: MatterSpec) -> bool:
    """Urgent is a danger that is said to press, or a person at risk behind the hurry; impatience alone is not."""
    hurry = ask.opened.first(EntityKind.URGENCY) is not None
    return hurry and (matter.category is Category.HAZARD or ask.opened.first(EntityKind.PERSON_KIND) is not None)
