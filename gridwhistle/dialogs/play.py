"""How do dialogs open, run, stop at a question, end, and give way to one another?

The mechanics under ``engine``, which decides what a message means.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from gridwhistle.dialogs.flow import Answer, Ask, Flow, Flows, Open, Question, Result, Say, Waiting
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.slots.base import Context, Invalid, Miss, Option
from gridwhistle.dialogs.state import CAPTION, CHANGE, Doubt, Frame, State
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.store import Savepoint

SKIP_LABEL = "common.skip"


class WroteBeforeAsking(AssertionError):  # noqa: N818 (says what the flow did)
    """A flow wrote something and then asked: the write would happen again with each run."""


class Undo(Exception):  # noqa: N818 (no error: it makes the transaction roll back)
    """A service refused after the turn had written: roll back, then say why (``engine.after_refusal``)."""

    def __init__(self, state: JsonObject, refused: Refused) -> None:
        super().__init__(refused.text)
        self.state = state
        self.refused = refused


@dataclass(frozen=True, kw_only=True)
class Retry:
    """The last reply missed the question: ask in other words, or for the reason given."""

    text: str | None = None
    stuck: bool = False


class Play:
    """One turn's stage: the state, and what is said."""

    def __init__(self, state: State, desk: Desk, flows: Flows, limits: Limits) -> None:
        self.state = state
        self.desk = desk
        self.flows = flows
        self.limits = limits
        self.says: list[Say] = []
        self._leads: list[Say] = []
        self._opened = 0

    def say(self, text: str, /, *buttons: Button, **params: object) -> None:
        """Say something in a letter of its own."""
        self.says.append(Say.of(text, params, buttons))

    def lead(self, text: str, /, **params: object) -> None:
        """Say something in front of the next question, in the same letter; alone where no question follows."""
        self._leads.append(Say.of(text, params))

    def rendered(self, text: str, params: Mapping[str, object]) -> str:
        """A text in the acting person's language."""
        return self.desk.wording.text(text, self.desk.actor.language, params)

    def label(self, label: str) -> str:
        """An option's label as the person sees it."""
        return label[1:] if label.startswith("=") else self.rendered(label, {})

    def flow(self, frame: Frame) -> Flow:
        """The flow of a frame. Raises ``LookupError`` for one that does not exist."""
        flow = self.flows.declared(frame.flow)
        if flow is None:
            raise LookupError(f"no flow {frame.flow}")
        return flow

    def context(
        self,
        frame: Frame,
        *,
        understood: Understood | None = None,
        slot: str | None = None,
        options: tuple[Option, ...] = (),
        ticket: str | None = None,
    ) -> Context:
        """What a slot may look at."""
        return Context(
            now=self.desk.now,
            city=self.desk.city,
            opened=frame.opened,
            understood=understood,
            options=options,
            current=frame.answers.get(slot) if slot else None,
            home=self.desk.actor.place,
            units=tuple(unit for _, unit in self.desk.actor.roles) or ((own,) if (own := self.desk.actor.grid) else ()),
            ticket=ticket,
        )

    def open(self, flow: Flow, opened: Opened, given: Mapping[str, Json]) -> None:
        """Open a flow on top and run it; the same flow is replaced, and whatever lay above it with it."""
        frame = self._push(flow, opened, given)
        opened = frame.opened
        if opened.understood is not None or opened.photos:
            self.fill(frame, opened.understood or _nothing(opened.text, self.desk.actor.language), None)
        self.proceed()

    def _push(self, flow: Flow, opened: Opened, given: Mapping[str, Json]) -> Frame:
        self._opened += 1
        if self._opened > self.limits.chain:
            raise RuntimeError(f"dialogs open one another without end: {flow.name}")
        names = [frame.flow for frame in self.state.stack]
        if flow.name in names:
            del self.state.stack[names.index(flow.name) :]
        self.state.stack = [frame for frame in self.state.stack if not self.flow(frame).passing]
        for frame in self.state.stack:
            # Whatever interrupts makes an earlier yes stale.
            self._forget_yes(frame, but=None)
        if len(self.state.stack) >= self.limits.depth:
            del self.state.stack[0]
            self.lead("engine.dropped_oldest")
        if self.state.photos and not opened.photos:
            opened = Opened(
                text=opened.text, understood=opened.understood, photos=self.state.photos, ticket=opened.ticket
            )
        self.state.photos = ()
        self.state.misses = 0
        frame = Frame(flow=flow.name, opened=opened)
        for name, value in given.items():
            slot = flow.slots.get(name)
            if slot is None:
                frame.given[name] = value
                continue
            try:
                frame.answers[name] = slot.dump(slot.load(value))
            except Invalid:
                continue
        self.state.stack.append(frame)
        return frame

    def fill(self, frame: Frame, understood: Understood, ticket: str | None, *, overwrite: bool = False) -> bool:
        """Take every answer that a sentence holds; tells whether there was any.

        ``overwrite`` also replaces answers given before: a correction.
        """
        flow = self.flow(frame)
        passed = self._passed(frame) if overwrite else {}
        taken = False
        for name, slot in flow.slots.items():
            if name in frame.answers and not overwrite:
                continue
            context = self.context(frame, understood=understood, slot=name, options=passed.get(name, ()), ticket=ticket)
            found = slot.fill(understood, context)
            if found is None:
                continue
            if isinstance(found, Miss):
                if found.options and found.text:
                    frame.doubts[name] = Doubt(text=found.text, options=self._literal(found.options))
                    taken = taken or frame.answers.pop(name, None) is not None or overwrite
                continue
            value = slot.dump(found)
            if frame.answers.get(name) != value:
                self.answer(frame, name, value)
                taken = True
        return taken

    def answer(self, frame: Frame, name: str, value: Json) -> None:
        """Keep an answer; any yes to what was shown before is forgotten."""
        # Given anew it is the latest, for “back”.
        frame.answers.pop(name, None)
        frame.answers[name] = value
        frame.doubts.pop(name, None)
        frame.changed.discard(name)
        frame.misses = 0
        self._forget_yes(frame, but=name)

    def change(self, frame: Frame, name: str) -> None:
        """Forget an answer because the person wants another one."""
        frame.answers.pop(name, None)
        frame.changed.add(name)
        if name in self.flow(frame).shown:
            # The line that the person saw is told anew, with what had been added to it.
            frame.given.pop(CAPTION, None)
        self._forget_yes(frame, but=None)

    def proceed(self, retry: Retry | None = None, *, resumed: bool = False) -> None:
        """Run the topmost dialog: to its next question, or to its end and on with what it had interrupted."""
        while (frame := self.state.top) is not None:
            stop = self._run(frame)
            if isinstance(stop, Question):
                if resumed:
                    self.lead("engine.resume")
                self._ask(frame, stop, retry)
                return
            self.state.stack.remove(frame)
            if isinstance(stop, Answer):
                resumed, retry = False, self._answer_beneath(stop)
                continue
            follow = self._take(stop)
            if follow is not None:
                if follow.later is not None:
                    self._push(self._followed(frame, follow.later), Opened(), follow.later.given)
                opened = frame.opened if follow.sentence else Opened()
                self.open(self._followed(frame, follow), opened, follow.given)
                return
            if self.flow(frame).hands_over and self.offer():
                return
            resumed, retry = True, None
        self.end_leads()

    def offer(self) -> bool:
        """Offer to go on with the open question, which stands as it was asked; whether there is one."""
        frame = self.state.top
        if frame is None or frame.asked is None:
            return False
        self.end_leads()
        self.say(
            "engine.still_open",
            Button(label="engine.draft_go_on", press={"word": "repeat", "token": frame.token}),
            Button(label="engine.cancel", press={"word": "cancel", "token": frame.token}),
        )
        return True

    def _followed(self, frame: Frame, follow: Open) -> Flow:
        flow = self.flows.named(follow.flow, self.desk)
        if flow is None:
            raise LookupError(f"{frame.flow} opens {follow.flow}, which does not exist for this person")
        return flow

    def ask_which_answer(self, frame: Frame) -> None:
        """Ask which line to change: what the person has been shown, as far as it has a label."""
        flow = self.flow(frame)
        lines: list[Option] = []
        for name in flow.slots:
            if name not in frame.answers and name not in flow.shown:
                continue
            try:
                lines.append(Option(value=name, label=self.label(f"{frame.flow}.{name}.label")))
            except KeyError:
                continue
        self._pose(frame, CHANGE, Say("engine.change"), tuple(lines))

    def cancel(self) -> None:
        """End the topmost dialog without any effect, and go on with what it had interrupted."""
        frame = self.state.stack.pop()
        self.say("engine.cancelled")
        follow = self.flow(frame).left(frame.given)
        if follow is not None:
            self.lead("engine.next_waits", words=follow.given.get("words"))
            self.open(self._followed(frame, follow), Opened(), follow.given)
        else:
            self.proceed(resumed=True)

    def end_leads(self) -> None:
        """Say what was meant to stand before a question that does not come."""
        self.says.extend(self._leads)
        self._leads.clear()

    def _answer_beneath(self, given: Answer) -> Retry | None:
        frame = self.state.top
        slot = self.flow(frame).slots.get(frame.asked or "") if frame is not None else None
        if frame is None or slot is None:
            return None
        try:
            value = slot.dump(slot.load(given.value))
        except Invalid:
            return Retry()
        self.answer(frame, slot.name, value)
        return None

    def _take(self, result: Say | Open | tuple[Say, ...]) -> Open | None:
        if isinstance(result, Open):
            return result
        says = result if isinstance(result, tuple) else (result,)
        self.end_leads()
        self.says.extend(says)
        return next((say.then for say in says if say.then is not None), None)

    def _run(self, frame: Frame) -> Question | Result:
        flow = self.flow(frame)
        before = self._written()
        # What another dialog of this turn has done stays done when this one is refused half-way.
        savepoint = Savepoint(self.desk.session) if before else None
        ask = self._asker(flow, frame, frame.answers)
        try:
            result: Question | Result = flow.run(ask, self.desk)
        except Waiting as waiting:
            if self._written() > before:
                raise WroteBeforeAsking(f"{flow.name} wrote before it asked {waiting.question.slot.name}") from None
            self._forget_yes(frame, but=waiting.question.slot.name)
            result = waiting.question
        except Refused as refused:
            result = Say.of(refused.text, refused.params)
            if savepoint is not None:
                savepoint.rollback()
                self.desk.writes = before
                return result
            if self._written():
                self.state.stack.remove(frame)
                raise Undo(self.state.dump(), refused) from refused
        if savepoint is not None:
            savepoint.commit()
        return result

    def _passed(self, frame: Frame) -> dict[str, tuple[Option, ...]]:
        flow = self.flow(frame)
        ask = self._asker(flow, frame, {**frame.answers})
        # What has happened meanwhile may let it come to its end; looking through must not make that happen.
        savepoint, writes, letters = Savepoint(self.desk.session), self.desk.writes, self.desk.letters
        with suppress(Waiting, Refused):
            flow.run(ask, self.desk)
        savepoint.rollback()
        self.desk.writes, self.desk.letters = writes, letters
        return ask.passed

    def _asker(self, flow: Flow, frame: Frame, answers: dict[str, Json]) -> Ask:
        return Ask(
            flow,
            answers,
            self.context(frame),
            self.label,
            given=frame.given,
            changed=frozenset(frame.changed),
        )

    def _ask(self, frame: Frame, question: Question, retry: Retry | None) -> None:
        name = question.slot.name
        doubt = frame.doubts.get(name)
        options = doubt.options if doubt else question.options
        text, params = (doubt.text, {}) if doubt else (question.text, question.params)
        if retry is not None and doubt is None:
            if retry.text:
                self.lead(retry.text)
            elif question.text == f"{frame.flow}.{name}.ask":
                text = f"{frame.flow}.{name}.retry"
            elif not retry.stuck:
                self.lead("engine.not_understood")
        buttons = question.buttons
        if retry is not None and retry.stuck:
            self.lead("engine.stuck")
            buttons = (*buttons, Button(label="engine.to_person", press={"word": "person"}))
        if question.slot.skippable:
            options = (*options, Option(value=None, label=self.label(SKIP_LABEL)))
        say = Say.of(text, params, buttons, question.attachments)
        say.wants = question.slot.wants
        self._pose(frame, name, say, options, stuck=retry is not None and retry.stuck)

    def _pose(self, frame: Frame, name: str, say: Say, options: tuple[Option, ...], *, stuck: bool = False) -> None:
        if frame.asked != name:
            frame.misses = 0
        self.state.questions += 1
        frame.asked, frame.token, frame.options = name, str(self.state.questions), options
        answers = tuple(
            Button(label=f"={option.label}", press={"answer": option.value, "slot": name, "token": frame.token})
            for option in options
        )
        offers_out = any(option.label == self.label("engine.cancel") for option in options)
        cancel = Button(label="engine.cancel", press={"word": "cancel", "token": frame.token})
        way_out = (cancel,) if stuck and not offers_out else ()
        text, params = say.text, say.params
        if self._leads:
            leads = "\n".join(self.rendered(lead.text, lead.params) for lead in self._leads)
            text, params = "engine.lead", {"lead": leads, "question": self.rendered(text, params)}
            self._leads.clear()
        posed = Say.of(text, params, (*answers, *say.buttons, *way_out), say.attachments)
        posed.wants = say.wants
        self.says.append(posed)

    def _forget_yes(self, frame: Frame, but: str | None) -> None:
        for name, slot in self.flow(frame).slots.items():
            if slot.fleeting and name != but:
                frame.answers.pop(name, None)

    def _literal(self, options: tuple[Option, ...]) -> tuple[Option, ...]:
        return tuple(Option(value=one.value, label=self.label(one.label), hints=one.hints) for one in options)

    def _written(self) -> int:
        return self.desk.writes + self._unflushed()

    def _unflushed(self) -> int:
        session = self.desk.session
        return len(session.new) + len(session.dirty) + len(session.deleted)


def _nothing(text: str, language: str) -> Understood:
    return Understood(text=text, language=language, intent="", confidence=0.0)
