"""Where does a conversation stand, as JSON that survives restarts and releases?"""

from __future__ import annotations

from dataclasses import dataclass, field

from gridwhistle.dialogs.flow import Flow, Flows
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.slots.base import Hints, Invalid, Option
from gridwhistle.services.schema import Json, JsonObject

CHANGE = "?change"
"""The asked name of the question which answer to change; no slot can have it."""
CAPTION = "caption"
"""The given fact that holds what was written below a photo; a flow asks for it by this name."""


@dataclass(kw_only=True)
class Doubt:
    """A slot's question back, with its options."""

    text: str
    options: tuple[Option, ...]


@dataclass(kw_only=True)
class Frame:
    """One open dialog."""

    flow: str
    opened: Opened = field(default_factory=Opened)
    given: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)
    asked: str | None = None
    token: str = ""
    options: tuple[Option, ...] = ()
    """The asked question's options as the person saw them."""
    doubts: dict[str, Doubt] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    misses: int = 0

    def dump(self) -> JsonObject:
        """As JSON, without what is empty."""
        row: dict[str, Json] = {"flow": self.flow}
        if opened := self.opened.dump():
            row["opened"] = opened
        for name in ("given", "answers", "asked", "token", "misses"):
            if value := getattr(self, name):
                row[name] = value
        if self.options:
            row["options"] = _dump_options(self.options)
        if self.doubts:
            row["doubts"] = {
                name: {"text": doubt.text, "options": _dump_options(doubt.options)}
                for name, doubt in self.doubts.items()
            }
        if self.changed:
            row["changed"] = sorted(self.changed)
        return row


@dataclass(kw_only=True)
class State:
    """All open dialogs of a chat, the latest last."""

    stack: list[Frame] = field(default_factory=list)
    questions: int = 0
    """How many questions were asked so far: the source of their tokens."""
    misses: int = 0
    photos: tuple[str, ...] = ()
    """Photos that came before any words."""
    nudging: bool = False
    """Whether the timer of a draft is set."""
    lost: bool = False
    """Whether a dialog was dropped because this release does not have it any more. Not stored."""

    @property
    def top(self) -> Frame | None:
        """The dialog that is being talked."""
        return self.stack[-1] if self.stack else None

    def dump(self) -> JsonObject:
        """As JSON, without what is empty."""
        row: dict[str, Json] = {}
        if self.stack:
            row["stack"] = [frame.dump() for frame in self.stack]
        for name in ("questions", "misses", "nudging"):
            if value := getattr(self, name):
                row[name] = value
        if self.photos:
            row["photos"] = list(self.photos)
        return row

    @classmethod
    def load(cls, row: JsonObject, flows: Flows) -> State:
        """From JSON of this or an earlier release: what is unknown is dropped, what is invalid asked again."""
        state = cls(
            questions=_int(row.get("questions")),
            misses=_int(row.get("misses")),
            nudging=row.get("nudging") is True,
            photos=tuple(map(str, _list(row.get("photos")))),
        )
        for stored in _list(row.get("stack")):
            if not isinstance(stored, dict):
                continue
            flow = flows.declared(str(stored.get("flow")))
            if flow is None:
                state.lost = True
            else:
                state.stack.append(_load_frame(stored, flow))
        return state


def _load_frame(row: JsonObject, flow: Flow) -> Frame:
    asked = row.get("asked")
    answers = _object(row.get("answers"))
    doubts = _object(row.get("doubts"))
    return Frame(
        flow=flow.name,
        opened=Opened.load(row.get("opened")),
        given=_object(row.get("given")),
        answers={name: value for name, value in answers.items() if _fits(flow, name, value)},
        asked=str(asked) if asked in flow.slots or asked == CHANGE else None,
        token=str(row.get("token") or ""),
        options=_load_options(row.get("options")),
        doubts={
            name: Doubt(text=str(_object(doubt).get("text")), options=_load_options(_object(doubt).get("options")))
            for name, doubt in doubts.items()
            if name in flow.slots
        },
        changed={str(name) for name in _list(row.get("changed"))},
        misses=_int(row.get("misses")),
    )


def _fits(flow: Flow, name: str, value: Json) -> bool:
    slot = flow.slots.get(name)
    if slot is None:
        return False
    if value is None:
        return slot.skippable
    try:
        slot.load(value)
    except Invalid:
        return False
    return True


def _dump_options(options: tuple[Option, ...]) -> list[Json]:
    return [
        [
            option.value,
            option.label,
            *([[option.hints.number, option.hints.building, option.hints.matter]] if option.hints else []),
        ]
        for option in options
    ]


def _load_options(row: Json) -> tuple[Option, ...]:
    options = []
    for stored in _list(row):
        value, label, *hints = _list(stored) or (None, "")
        number, building, matter = map(str, _list(hints[0])) if hints else ("", "", "")
        known = Hints(number=number, building=building, matter=matter) if hints else None
        options.append(Option(value=value, label=str(label), hints=known))
    return tuple(options)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _object(value: Json) -> dict[str, Json]:
    return dict(value) if isinstance(value, dict) else {}


def _int(value: Json) -> int:
    return value if isinstance(value, int) else 0
