"""How is a place taken, without ever guessing it silently?"""

from __future__ import annotations

import re
from dataclasses import replace

from gridwhistle.dialogs import words
from gridwhistle.dialogs.message import Pin, Text
from gridwhistle.dialogs.nlu.understood import PlaceMention, Understood
from gridwhistle.dialogs.opened import dump_place, load_place
from gridwhistle.dialogs.slots.base import Chosen, Context, Invalid, Miss, Option, Reply, Slot
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.services.reference import City
from gridwhistle.services.schema import Json, PlaceKind
from gridwhistle.services.sending import Wants

LONGEST = 120
_MINE = re.compile(
    r"(?=.*[家楼院元这住区])(?:就|还是|还|也|都)?(?:在|是)?(?:我|俺|咱)们?(?:自己)?(?:家|住)?(?:的|这个?|那个?)?"
    r"(?:家|这儿?|这里|小区|院子?|楼|栋|楼栋|单元|楼道)?(?:里|这儿?|这里|楼下|楼上|门口|附近|旁边)?"
)
_OF_MINE = re.compile(r"(?:我|俺|咱)们?(?:自己)?(?:家(?!政|具|电|属|族|乡|门店)|楼|栋|单元|小区)")
_DOOR = re.compile(r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|[A-Za-z])\s?(?:号楼|栋|座|幢|单元)")
MOST_RIVALS = 6


class PlaceSlot(Slot[PlaceMention]):
    """Where something is: one of the organisation's places, an unknown name, or a shared position."""

    yields = True
    wants = Wants.PLACE

    def read(self, reply: Reply, context: Context) -> PlaceMention | Miss:
        """The place that the reply names; rivals become a question back."""
        match reply:
            case Pin(latitude=latitude, longitude=longitude):
                return PlaceMention(text=f"定位 {latitude:.5f},{longitude:.5f}")
            case Chosen(value=value):
                return self.load(value)
            case Text(text=text):
                chosen = pick(text, context.options)
                if chosen is None and len(context.options) == 1 and words.is_one_of(text, words.YES):
                    chosen = context.options[0]
                if chosen is not None:
                    return self.load(chosen.value)
                if context.understood is not None and context.understood.place is not None:
                    found = self._complete(context.understood.place, context)
                    if found.place is None and found.building is None and (found.unit or found.room):
                        return _at_home(context, found)
                    return _which(found, context) or found
                if _MINE.fullmatch(words.plain(text)):
                    return _at_home(context)
                # “好的” and “不知道” are no names of places.
                if words.has_words(text) and not words.is_one_of(text, words.YES | words.NO | words.SKIP):
                    return PlaceMention(text=text.strip()[:LONGEST])
        return Miss()

    def exact(self, text: str, context: Context) -> bool:
        """“我家” answers where it is, whatever else it may sound like."""
        return _MINE.fullmatch(words.plain(text)) is not None or super().exact(text, context)

    def load(self, value: Json) -> PlaceMention:
        """A place as JSON."""
        try:
            return load_place(value)
        except ValueError as error:
            raise Invalid(self.name) from error

    def dump(self, value: PlaceMention) -> Json:
        """The place as JSON."""
        return dump_place(value)

    def fill(self, understood: Understood, context: Context) -> PlaceMention | Miss | None:
        """The place that a sentence names; a building alone corrects the place so far, and is no place by itself."""
        if understood.place is None:
            tells = understood.text == context.opened.text and _OF_MINE.search(understood.text)
            return _at_home(context) if tells and context.current is None else None
        found = self._complete(understood.place, context)
        unclear = _which(found, context)
        if unclear is not None:
            return unclear
        bare_door = found.place is None and (found.building or found.unit or found.room)
        return None if (bare_door and context.current is None) or not found.text else found

    def _complete(self, mention: PlaceMention, context: Context) -> PlaceMention:
        """Join what is said in two sentences: “3号楼下水道堵了” … “幸福小区”, or a corrected building."""
        if mention.place is None and not mention.rivals and context.current is not None:
            before = self.load(context.current)
            if mention.building or mention.unit or mention.room:
                door = replace(
                    before,
                    building=mention.building or before.building,
                    unit=mention.unit or (None if mention.building else before.unit),
                    room=mention.room or (None if mention.building or mention.unit else before.room),
                    detail=mention.detail or before.detail,
                )
                if before.place is not None:
                    return replace(door, text=f"{_name(before.place, context.city)}{mention.text}")
                if before.text:
                    return replace(door, text=_with_door(before.text, door))
        heard = context.opened.place
        if mention.place is not None and mention.building is None and heard is not None and heard.place is None:
            return replace(
                mention,
                building=heard.building,
                unit=mention.unit or heard.unit,
                room=mention.room or heard.room,
                detail=mention.detail or heard.detail,
                text=f"{mention.text}{heard.text}" if heard.building else mention.text,
            )
        return mention


def _which(mention: PlaceMention, context: Context) -> Miss | None:
    """The question back for a name that several places have, or for a door without its estate."""
    codes = tuple(dict.fromkeys(code for code in (mention.place, *mention.rivals) if code in context.city.places))
    if mention.rivals:
        return Miss(text="engine.which_place", options=_options(mention, codes, context)) if codes else None
    if mention.place is None and mention.building is not None and context.current is None:
        own = _own_estates(mention.building, context)
        if own:
            text = "engine.this_place" if len(own) == 1 else "engine.which_place"
            return Miss(text=text, options=_options(mention, own, context))
    return None


def _own_estates(building: str, context: Context) -> tuple[str, ...]:
    """The estates where a person who names only a building may mean: those they work for, and where they live."""
    city = context.city
    found = [
        place.code
        for place in city.places.values()
        if place.kind is PlaceKind.ESTATE
        and (known := city.building(place.code, building)) is not None
        and any(city.within(known.grid, unit) for unit in context.units)
    ]
    home = _estate_of(context.home, city)
    # A coordinator's whole community is no better than asking where it is.
    own = found if len(found) < MOST_RIVALS else []
    return tuple(dict.fromkeys([*own, *([home] if home else [])]))


def _with_door(name: str, door: PlaceMention) -> str:
    """An unknown place's own words with the door that was told later, in the place of an earlier one."""
    building = f"{door.building}{'号楼' if door.building.isdigit() else '座'}" if door.building else ""
    bare = name[: found.start()] if (found := _DOOR.search(name)) else name
    gap = " " if bare[-1:].isdigit() else ""
    return f"{bare}{gap}{building}{_door_of(door.unit, door.room)}{door.detail}"[:LONGEST]


def _at_home(context: Context, door: PlaceMention | None = None) -> Miss:
    """“就我们楼”, “2单元”: where the person lives, put to them; asked again where nobody knows that."""
    info = context.city.places.get(context.home or "")
    if info is None:
        return Miss()
    building = info.name.removesuffix("号楼") if info.kind is PlaceKind.BUILDING else None
    unit, room = (door.unit, door.room) if door is not None else (None, None)
    mention = PlaceMention(text="", place=info.parent or info.code, building=building, unit=unit, room=room)
    text = f"{context.city.full_name(info.code)}{_door_of(unit, room)}"
    here = Option(value=dump_place(replace(mention, text=text)), label=f"={text}")
    return Miss(text="engine.this_place", options=(here,))


def _door_of(unit: str | None, room: str | None) -> str:
    return "".join(f"{number}{kind}" for number, kind in ((unit, "单元"), (room, "室")) if number)


def _options(mention: PlaceMention, codes: tuple[str, ...], context: Context) -> tuple[Option, ...]:
    door = f"{mention.building}号楼" if mention.building else ""
    return tuple(
        Option(
            value=dump_place(
                replace(mention, place=code, rivals=(), text=mention.text if mention.place else f"{name}{mention.text}")
            ),
            label=f"={name}{door}",
        )
        for code in codes[:MOST_RIVALS]
        for name in (_name(code, context.city),)
    )


def _name(code: str, city: City) -> str:
    return city.full_name(code) if code in city.places else city.unit_name(code)


def _estate_of(place: str | None, city: City) -> str | None:
    info = city.places.get(place or "")
    if info is None:
        return None
    return info.parent if info.kind is PlaceKind.BUILDING else info.code
