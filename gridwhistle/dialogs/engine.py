"""What does a message mean here and now, and what happens next? The whole policy of the dialogue, and its only judge.

In this order: emergency → a choice beyond doubt → general words → the asked question → another dialog → a correction
→ a miss and a retry → a person. Understanding only proposes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gridwhistle.dialogs import words
from gridwhistle.dialogs.flow import Flow, Flows, Say
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.message import Content, Photo, Pin, Text, Unsupported, Wake
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, POLICY_QUESTION, REPORT, Understood
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.play import Play, Retry
from gridwhistle.dialogs.slots import Chosen, Invalid, Miss, PhotoSlot, PlaceSlot, Reply, WantsChange
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.state import CHANGE, Doubt, Frame, State
from gridwhistle.services import talks, timers
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Json, JsonObject

DRAFT_NUDGE = "draft_nudge"
TELLING = frozenset(
    {
        REPORT, POLICY_QUESTION, "begin_report", "supplement", "thank", "satisfied", "unsatisfied", "complain_handling",
        "correct", "affirm", "deny", "greet", "goodbye", "chitchat", "abuse", "wish", "worker_note", "worker_resolve",
        OUT_OF_SCOPE,
    }
)  # fmt: skip
"""Intents that one's own words in answer to a question may look like: they pull nobody out of a free-text question."""
SMALL_TALK = frozenset({OUT_OF_SCOPE, "chitchat", "greet", "goodbye", "thank", "abuse", "leave_me_alone"})
VERBS = frozenset({"cancel", "repeat", "skip"})
LONGEST_LABEL = 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a turn leaves behind: the state to keep and what to say in this chat, in order."""

    state: JsonObject
    says: tuple[Say, ...]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message, as far as the conversation could prepare it.

    ``press`` is what the pressed button does (``None`` for forged data); ``labels`` gives the presses of the latest
    letters' buttons by label, looked up only when it is needed.
    """

    content: Content
    understood: Understood | None = None
    press: JsonObject | None = None
    labels: Callable[[], Mapping[str, JsonObject]] | None = None
    ticket: str | None = None
    """The ticket that the quoted letter is about."""


def turn(state: JsonObject, heard: Heard, desk: Desk, flows: Flows, limits: Limits) -> Outcome:
    """Let one message act on the conversation.

    Raises ``play.Undo`` where a service refused after writing, ``play.WroteBeforeAsking`` for a flow that is wrong.
    """
    play = Play(State.load(state, flows), desk, flows, limits)
    if isinstance(heard.content, Wake) and heard.content.flow == DRAFT_NUDGE:
        _nudge(play, heard.content)
    else:
        if play.state.lost:
            play.lead("engine.lost_flow")
        _Listener(play, heard).listen()
        _watch_draft(play)
    play.end_leads()
    return Outcome(state=play.state.dump(), says=tuple(play.says))


def after_refusal(state: JsonObject, refused: Refused, desk: Desk, flows: Flows, limits: Limits) -> Outcome:
    """Say a refusal whose turn was rolled back, and go on with what the refused dialog had interrupted."""
    play = Play(State.load(state, flows), desk, flows, limits)
    play.say(refused.text, **refused.params)
    play.proceed(resumed=True)
    _watch_draft(play)
    return Outcome(state=play.state.dump(), says=tuple(play.says))


class _Listener:
    """The policy for one message."""

    def __init__(self, play: Play, heard: Heard) -> None:
        self.play = play
        self.heard = heard
        self.limits = play.limits
        self.understood = heard.understood

    def listen(self) -> None:
        play = self.play
        match self.heard.content:
            case Wake(flow=name, given=given):
                self._open_named(name, given)
            case Unsupported(kind=kind):
                known = kind in ("voice", "sticker", "video", "file")
                play.lead(f"engine.unsupported.{kind}" if known else "engine.unsupported.other")
                self._again()
            case Photo() as photo:
                self._photo(photo)
            case Pin() as pin:
                self._pin(pin)
            case Text(text=text):
                self._text(text)
            case _:
                self._press(self.heard.press)

    # ---- presses

    def _press(self, press: JsonObject | None) -> None:
        play, frame = self.play, self.play.state.top
        match press:
            case None:
                play.lead("engine.unknown_button")
                self._again()
            case {"open": str() as name}:
                given = press.get("with")
                self._open_named(name, given if isinstance(given, dict) else {})
            case {"word": "person"}:
                self._word("person")
            case {"word": str() as word, "token": token} if frame is not None and frame.token == token:
                self._word(word)
            case {"answer": value, "slot": slot, "token": token} if (
                frame is not None and frame.token == token and frame.asked == slot
            ):
                if value is None and frame.asked in play.flow(frame).slots:
                    self._skip(frame)
                else:
                    self._answer(frame, Chosen(value=value))
            case _:
                play.lead("engine.stale_button")
                self._again()

    def _open_named(self, name: str, given: Mapping[str, Json]) -> None:
        flow = self.play.flows.named(name, self.play.desk)
        if flow is None:
            self.play.lead("engine.not_allowed" if name in self.play.flows else "engine.stale_button")
            self._again()
            return
        self.play.open(flow, Opened(), given)

    # ---- photos and positions

    def _photo(self, photo: Photo) -> None:
        play, frame = self.play, self.play.state.top
        if talks.active(play.desk) is not None:
            self._text(photo.caption)
            return
        if frame is not None:
            flow = play.flow(frame)
            asked = flow.slots.get(frame.asked or "")
            taking = asked if isinstance(asked, PhotoSlot) else None
            if taking is None:
                taking = next((slot for slot in flow.slots.values() if isinstance(slot, PhotoSlot)), None)
            if taking is not None:
                found = taking.read(photo, play.context(frame, slot=taking.name))
                if not isinstance(found, Miss):
                    play.answer(frame, taking.name, taking.dump(found))
                    if photo.caption and self.understood is not None:
                        play.fill(frame, self.understood, self.heard.ticket)
                    play.proceed()
                    return
        play.state.photos = (*play.state.photos, *photo.attachments)[-6:]
        if photo.caption:
            self._text(photo.caption)
        else:
            play.lead("engine.photo_kept")
            self._again()

    def _pin(self, pin: Pin) -> None:
        frame = self.play.state.top
        if frame is not None and frame.asked not in (None, CHANGE):
            self._answer(frame, pin)
        else:
            self.play.lead("engine.pin_kept")
            self._again()

    # ---- words

    def _text(self, text: str) -> None:
        play = self.play
        talk = talks.active(play.desk)
        if talk is not None:
            content = self.heard.content
            if words.is_one_of(text, words.END_TALK):
                talks.end(play.desk, talk)
                play.say("talks.ended")
                self._again()
                return
            talks.relay(play.desk, talk, text, content.attachments if isinstance(content, Photo) else ())
            # Danger is answered by both: the coordinator may be slower than the numbers to call.
            if self.understood is None or self.understood.emergency is None:
                return
        emergency = play.flows.for_emergency(play.desk) if self.understood and self.understood.emergency else None
        if emergency is not None:
            self._open(emergency)
            return
        if not words.has_words(text):
            play.lead("engine.emoji_only" if text.strip() else "engine.empty")
            self._again()
            return
        if len(text) > self.limits.longest_text:
            play.lead("engine.too_long", most=self.limits.longest_text)
        frame = play.state.top
        if frame is not None and frame.asked is not None and self._chosen_exactly(frame, text):
            self._answer(frame, Text(text=text))
            return
        word = self._general_word(frame, text)
        if word is not None:
            self._word(word)
        elif frame is None or not self._answers(frame, text):
            self._elsewhere(frame, text)

    def _chosen_exactly(self, frame: Frame, text: str) -> bool:
        if frame.asked == CHANGE:
            return pick(text, frame.options) is not None
        slot = self.play.flow(frame).slots[str(frame.asked)]
        if slot.skippable and words.is_one_of(text, words.SKIP):
            return True
        return slot.exact(text, self.play.context(frame, options=frame.options))

    def _general_word(self, frame: Frame | None, text: str) -> str | None:
        for word, listed in (
            ("cancel", words.CANCEL),
            ("back", words.BACK),
            ("repeat", words.REPEAT),
            ("person", words.PERSON),
            ("help", words.MENU),
        ):
            if words.is_one_of(text, listed):
                return word
        intent = self._sure_intent()
        # “算了我不报了吧” in other words; a dialog of its own for the intent goes first.
        if frame is not None and intent in VERBS and self.play.flows.for_intent(intent, self.play.desk) is None:
            if intent == "skip":
                slot = self.play.flow(frame).slots.get(frame.asked or "")
                return "skip" if slot is not None and slot.skippable else None
            return intent
        return None

    def _word(self, word: str) -> None:
        play, frame = self.play, self.play.state.top
        match word:
            case "cancel" if frame is not None:
                play.cancel()
            case "cancel":
                play.say("engine.nothing_to_cancel")
            case "back" if frame is not None:
                slots = play.flow(frame).slots
                earlier = [name for name in frame.answers if not slots[name].fleeting]
                if earlier:
                    play.change(frame, earlier[-1])
                else:
                    play.lead("engine.at_the_beginning")
                self._again()
            case "skip" if frame is not None and frame.asked is not None:
                self._skip(frame)
            case "person" | "help":
                flow = play.flows.for_intent("human" if word == "person" else "help", play.desk)
                if flow is None:
                    play.say("engine.can_do")
                    self._again()
                else:
                    self._open(flow)
            case _:
                self._again()

    def _answers(self, frame: Frame, text: str) -> bool:
        """Let the asked question read the text; whether it did."""
        if frame.asked is None or frame.asked == CHANGE:
            return False
        flow = self.play.flow(frame)
        slot = flow.slots[frame.asked]
        if slot.yields and self._other_flow(frame, TELLING | flow.keeps) is not None:
            return False
        if isinstance(slot, PlaceSlot) and not frame.misses and self._tells_again(flow):
            # “下水道堵了” is no place; said twice it may be how people call the spot.
            return False
        return self._answer(frame, Text(text=text[: self.limits.longest_text]), or_miss=False)

    def _elsewhere(self, frame: Frame | None, text: str) -> None:
        """The text is no answer: another dialog, a correction, small talk, an unclear guess, a miss."""
        play, understood = self.play, self.understood
        press = self._labelled(text)
        if press is not None:
            self._press(press)
            return
        other = self._other_flow(frame, frozenset())
        if other is not None:
            self._open(other)
            return
        if frame is not None:
            if understood is not None and play.fill(frame, understood, self.heard.ticket, overwrite=True):
                play.proceed()
            elif self._sure_intent() == "correct" and frame.answers:
                play.ask_which_answer(frame)
            elif self._sure_intent() in SMALL_TALK:
                self._small_talk()
            else:
                self._miss(frame, Miss())
            return
        if self._sure_intent() in SMALL_TALK:
            self._small_talk()
            return
        guessed = play.flows.for_intent(understood.intent, play.desk) if understood else None
        clarify = play.flows.declared("clarify")
        if guessed is not None and clarify is not None and understood and understood.confidence >= self.limits.ask:
            play.open(clarify, self._opened(), {"flow": guessed.name, "intent": understood.intent})
            return
        play.state.misses += 1
        if play.state.misses < self.limits.misses:
            play.say("engine.miss")
        else:
            play.say("engine.miss_again", Button(label="engine.to_person", press={"word": "person"}))

    # ---- the asked question

    def _answer(self, frame: Frame, reply: Reply, *, or_miss: bool = True) -> bool:
        """Give a reply to the asked question; whether it was one."""
        play = self.play
        if frame.asked == CHANGE:
            return self._answer_change(frame, reply, or_miss=or_miss)
        slot = play.flow(frame).slots[str(frame.asked)]
        if isinstance(reply, Text) and slot.skippable and words.is_one_of(reply.text, words.SKIP):
            self._skip(frame)
            return True
        context = play.context(
            frame, understood=self.understood, slot=slot.name, options=frame.options, ticket=self.heard.ticket
        )
        try:
            found = slot.read(reply, context)
        except Invalid:
            found = Miss(text="engine.stale_button")
        if isinstance(found, WantsChange):
            play.ask_which_answer(frame)
            return True
        if isinstance(found, Miss):
            if found.options or found.text or or_miss:
                self._miss(frame, found)
                return True
            return False
        play.answer(frame, slot.name, slot.dump(found))
        if self.understood is not None and isinstance(reply, Text):
            play.fill(frame, self.understood, self.heard.ticket)
        play.proceed()
        return True

    def _answer_change(self, frame: Frame, reply: Reply, *, or_miss: bool) -> bool:
        chosen = reply.value if isinstance(reply, Chosen) else None
        if isinstance(reply, Text):
            option = pick(reply.text, frame.options)
            chosen = option.value if option else None
        if isinstance(chosen, str) and chosen in self.play.flow(frame).slots:
            self.play.change(frame, chosen)
            self.play.proceed()
            return True
        if or_miss:
            self._again()
        return or_miss

    def _skip(self, frame: Frame) -> None:
        slot = self.play.flow(frame).slots.get(frame.asked or "")
        if slot is None or not slot.skippable:
            self._miss(frame, Miss())
            return
        self.play.answer(frame, slot.name, None)
        self.play.proceed()

    def _miss(self, frame: Frame, miss: Miss) -> None:
        play = self.play
        if miss.options and miss.text and frame.asked:
            frame.doubts[frame.asked] = Doubt(
                text=miss.text,
                options=tuple(
                    type(one)(value=one.value, label=play.label(one.label), hints=one.hints) for one in miss.options
                ),
            )
            play.proceed()
            return
        frame.misses += 1
        play.proceed(Retry(text=miss.text, stuck=frame.misses >= self.limits.misses))

    def _again(self) -> None:
        """Repeat the open question, if there is one."""
        frame = self.play.state.top
        if frame is not None:
            self.play.proceed()

    # ---- what understanding proposes

    def _sure_intent(self) -> str | None:
        sure = self.understood is not None and self.understood.confidence >= self.limits.sure
        return self.understood.intent if self.understood is not None and sure else None

    def _other_flow(self, frame: Frame | None, but: frozenset[str]) -> Flow | None:
        intent = self._sure_intent()
        if intent is None or intent in but:
            return None
        flow = self.play.flows.for_intent(intent, self.play.desk)
        # The dialog that is open already gets corrections, never a second copy.
        return None if flow is None or (frame is not None and flow.name == frame.flow) else flow

    def _tells_again(self, flow: Flow) -> bool:
        return self._sure_intent() in flow.opens_on and self.understood is not None and self.understood.place is None

    def _labelled(self, text: str) -> JsonObject | None:
        if self.heard.labels is None or len(text.strip()) > LONGEST_LABEL:
            return None
        return self.heard.labels().get(text.strip())

    def _opened(self) -> Opened:
        content = self.heard.content
        text = content.text if isinstance(content, Text) else content.caption if isinstance(content, Photo) else ""
        return Opened(text=text[: self.limits.longest_text], understood=self.understood, ticket=self.heard.ticket)

    def _open(self, flow: Flow) -> None:
        self.play.open(flow, self._opened(), {})

    def _small_talk(self) -> None:
        intent = self._sure_intent() or OUT_OF_SCOPE
        self.play.lead(f"engine.small_talk.{intent}")
        self._again()


def _chat(desk: Desk) -> str:
    return f"{desk.here.channel}:{desk.here.address}" if desk.here else ""


def _watch_draft(play: Play) -> None:
    frame, chat = play.state.top, _chat(play.desk)
    waits = frame is not None and any(play.flow(one).keeps_draft for one in play.state.stack)
    if frame is not None and waits and chat:
        due = play.desk.now + play.limits.nudge_after
        timers.put(play.desk, DRAFT_NUDGE, chat, due, chat=chat, token=frame.token, stage=1)
    elif play.state.nudging and chat:
        timers.cancel(play.desk, chat, DRAFT_NUDGE)
    if chat:
        play.state.nudging = waits


def _nudge(play: Play, wake: Wake) -> None:
    """Remind once of a dialog left open, and close it a day later; a reminder of another question does nothing."""
    frame = play.state.top
    if frame is None or wake.given.get("token") != frame.token:
        return
    if wake.given.get("stage") == 1:
        play.say(
            "engine.draft_waiting",
            Button(label="engine.draft_go_on", press={"word": "repeat", "token": frame.token}),
            Button(label="engine.draft_drop", press={"word": "cancel", "token": frame.token}),
        )
        due = play.desk.now + play.limits.draft_closes_after - play.limits.nudge_after
        chat = str(wake.given.get("chat"))
        timers.put(play.desk, DRAFT_NUDGE, chat, due, chat=chat, token=frame.token, stage=2)
    else:
        play.state.stack.clear()
        play.state.nudging = False
        play.say("engine.draft_closed")
