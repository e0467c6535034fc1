"""How is a dialog written: a plain function that asks by name and says what came of it?"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias, TypeVar

from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.slots.base import Context, Invalid, Option, Slot
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.sending import Wants

T = TypeVar("T")
Label: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """Open another flow right away, with answers and other facts by name.

    ``sentence`` hands on what opened this flow, so that the next one takes its answers out of it.
    """

    flow: str
    given: JsonObject = field(default_factory=dict)
    sentence: bool = False
    later: Open | None = None
    """What comes when that one has ended."""


class Say:
    """Something to say in this chat: a text key with its values.

    ``then`` opens another flow when this one has ended.
    """

    __slots__ = ("attachments", "buttons", "card", "params", "text", "then", "wants")

    def __init__(
        self,
        text: str,
        /,
        *,
        buttons: tuple[Button, ...] = (),
        then: Open | None = None,
        card: str | None = None,
        attachments: tuple[str, ...] = (),
        **params: object,
    ) -> None:
        self.text = text
        self.buttons = buttons
        self.then = then
        self.card = card
        self.attachments = attachments
        self.wants: Wants | None = None
        """What a press of the telephone's own could answer, where this is a question."""
        self.params: Mapping[str, object] = params

    @classmethod
    def of(
        cls,
        text: str,
        params: Mapping[str, object],
        buttons: tuple[Button, ...] = (),
        attachments: tuple[str, ...] = (),
        card: str | None = None,
    ) -> Say:
        """The same from values that are a mapping already."""
        say = cls(text, buttons=buttons, attachments=attachments, card=card)
        say.params = params
        return say

    def __repr__(self) -> str:
        return f"Say({self.text!r}, {', '.join(f'{name}={value!r}' for name, value in self.params.items())})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The sentence that opened this flow was the answer to the question that it interrupted."""

    value: Json


Result: TypeAlias = Say | Open | Answer | tuple[Say, ...]
"""``Open`` alone says nothing; an empty tuple ends the flow in silence (its letters were posted by a service)."""


def opens(label: str, flow: str, **given: Json) -> Button:
    """A button that opens ``flow`` with answers and other facts by name; ``label`` as in ``outbox.Button``."""
    return Button(label=label, press={"open": flow, "with": given})


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a flow asks where it stops."""

    slot: Slot[Any]
    text: str
    params: Mapping[str, object]
    options: tuple[Option, ...] = ()
    buttons: tuple[Button, ...] = ()
    attachments: tuple[str, ...] = ()


class Waiting(BaseException):
    """A run stops here until the question is answered.

    No ``Exception``: a flow that catches errors of a service must not catch it.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question


class Ask:
    """What ``run`` asks through: gives the answer that there is, or stops the run with a question."""

    def __init__(
        self,
        flow: Flow,
        answers: dict[str, Json],
        context: Context,
        label: Label,
        *,
        given: Mapping[str, Json] = MappingProxyType({}),
        changed: frozenset[str] = frozenset(),
    ) -> None:
        self._flow = flow
        self._answers = answers
        self._context = context
        self._label = label
        self._given = given
        self._changed = changed
        self.passed: dict[str, tuple[Option, ...]] = {}
        """The options of every question that the run came by."""

    @property
    def opened(self) -> Opened:
        """The sentence that opened the flow."""
        return self._context.opened

    @property
    def facts(self) -> Mapping[str, Json]:
        """All facts that were given and are no slots."""
        return self._given

    def given(self, name: str) -> Json:
        """A fact that a button, a timer or the flow before gave which is no slot; ``None`` where there is none."""
        return self._given.get(name)

    def known(self, slot: Slot[T]) -> T | None:
        """The answer that there is already, without asking; ``None`` for none or a skipped one."""
        if slot.name not in self._answers:
            return None
        value = self._answers[slot.name]
        try:
            return None if value is None else slot.load(value)
        except Invalid:
            del self._answers[slot.name]
            return None

    def changes(self, slot: Slot[Any]) -> bool:
        """Whether the person wanted this answer changed: it must not be guessed from the opening sentence again."""
        return slot.name in self._changed

    def __call__(
        self,
        slot: Slot[T],
        *,
        among: Sequence[Option] | None = None,
        text: str | None = None,
        only: bool = False,
        buttons: tuple[Button, ...] = (),
        attachments: tuple[str, ...] = (),
        **params: object,
    ) -> T:
        """The answer, or a stop.

        ``among`` gives the options, ``text`` another text key than ``{flow}.{slot}.ask``, ``only`` lets the single
        candidate be taken unasked; ``buttons`` stand behind the options and do other things; ``params`` are the
        text's. An optional slot gives ``None`` when it was skipped.
        """
        name = slot.name
        options = self._shown(slot.options() if among is None else among)
        self.passed[name] = options
        if name in self._answers:
            value = self._answers[name]
            if value is None and slot.skippable:
                return None  # type: ignore[return-value]  # T holds None for an optional slot
            known = self.known(slot)
            if known is not None:
                return known
        if name not in self._changed:
            settled = slot.settle(self._context_with(options), only=only)
            if settled is not None:
                self._answers[name] = slot.dump(settled)
                return settled
        raise Waiting(
            Question(
                slot=slot,
                text=text or f"{self._flow.name}.{name}.ask",
                params=params,
                options=options,
                buttons=buttons,
                attachments=attachments,
            )
        )

    def _shown(self, options: Iterable[Option]) -> tuple[Option, ...]:
        return tuple(
            Option(value=option.value, label=self._label(option.label), hints=option.hints) for option in options
        )

    def _context_with(self, options: tuple[Option, ...]) -> Context:
        return replace(self._context, options=options)


class Flow(ABC):
    """One dialog. Its slots are declared on the class; an object of it has no state."""

    name: ClassVar[str] = ""
    """From the class: ``AskRework`` is ``ask_rework``."""
    opens_on: ClassVar[frozenset[str]] = frozenset()
    """Intents that open it."""
    keeps: ClassVar[frozenset[str]] = frozenset()
    """Further intents that do not pull a person out of its free-text questions."""
    interrupts: ClassVar[bool] = False
    """Opens on an emergency, before anything else."""
    keeps_draft: ClassVar[bool] = False
    """Left open at a question, the person is reminded once, and it is closed a day later."""
    shown: ClassVar[frozenset[str]] = frozenset()
    """Slots whose value the person is shown though it was never asked for: “修改” offers them too."""
    takes_story: ClassVar[bool] = False
    """What is told again, or put right by a time, is added to what was told (``CAPTION``)."""
    hands_over: ClassVar[bool] = False
    """A person speaks next: what it interrupted is offered afterwards, not asked again at once."""
    passing: ClassVar[bool] = False
    """A question that belongs to its moment: it is dropped, not come back to, when something else is opened."""
    queues: ClassVar[bool] = False
    """Another matter that is told meanwhile waits until this one has ended (``parts.REST``)."""
    slots: ClassVar[Mapping[str, Slot[Any]]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        own = {name: value for name, value in cls.__dict__.items() if isinstance(value, Slot)}
        cls.slots = MappingProxyType({**cls.slots, **own})

    def allowed(self, desk: Desk) -> bool:
        """Whether the flow exists for the acting person; the services judge the right itself."""
        del desk
        return True

    def left(self, given: Mapping[str, Json]) -> Open | None:
        """What comes when the person has cancelled it, from the facts that it was given."""
        del given
        return None

    @abstractmethod
    def run(self, ask: Ask, desk: Desk) -> Result:
        """Executed from the top on each turn. Everything before the last ``ask`` only reads."""


class Flows:
    """All flows, by name and by intent."""

    def __init__(self, flows: Iterable[type[Flow]]) -> None:
        made = [flow() for flow in flows]
        self._by_name = {flow.name: flow for flow in made}
        if len(self._by_name) != len(made):
            raise ValueError("two flows have one name")
        self._by_intent: dict[str, list[Flow]] = {}
        for flow in made:
            for intent in flow.opens_on:
                self._by_intent.setdefault(intent, []).append(flow)
        self._interrupting = [flow for flow in made if flow.interrupts]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def named(self, name: str, desk: Desk) -> Flow | None:
        """The flow of this name, if it exists for the acting person."""
        flow = self._by_name.get(name)
        return flow if flow is not None and flow.allowed(desk) else None

    def declared(self, name: str) -> Flow | None:
        """The flow of this name, whoever may use it."""
        return self._by_name.get(name)

    def for_intent(self, intent: str, desk: Desk) -> Flow | None:
        """The first flow that opens on this intent for the acting person."""
        return next((flow for flow in self._by_intent.get(intent, ()) if flow.allowed(desk)), None)

    def opened_by(self, intent: str) -> bool:
        """Whether there is a flow for this intent, whoever may use it."""
        return intent in self._by_intent

    def for_emergency(self, desk: Desk) -> Flow | None:
        """The flow that goes before anything else."""
        return next((flow for flow in self._interrupting if flow.allowed(desk)), None)
