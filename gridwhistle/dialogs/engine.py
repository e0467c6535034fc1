"""What does a message mean here and now, and what happens next? The whole policy of the dialogue, and its only judge.

In this order: emergency → a choice beyond doubt → general words → the asked question → another dialog → a correction
→ a miss and a retry → a person. Understanding only proposes.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridwhistle.dialogs import drafts, parts, story, words
from gridwhistle.dialogs.asked import Asked
from gridwhistle.dialogs.enclosures import Enclosures
from gridwhistle.dialogs.flow import Flow, Flows
from gridwhistle.dialogs.heard import Heard, Outcome
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.message import Open, Photo, Pin, Text, Unsupported, Wake
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, POLICY_QUESTION, REPORT
from gridwhistle.dialogs.opened import Opened
from gridwhistle.dialogs.play import Play
from gridwhistle.dialogs.proposals import Proposals
from gridwhistle.dialogs.slots import Chosen, Miss, PlaceSlot
from gridwhistle.dialogs.state import CHANGE, Frame, State
from gridwhistle.services import talks
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.outbox import Button
from gridwhistle.services.schema import Json, JsonObject

__all__ = ["Heard", "Outcome", "after_refusal", "turn"]

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
LONGEST_LABEL = 12


def turn(state: JsonObject, heard: Heard, desk: Desk, flows: Flows, limits: Limits) -> Outcome:
    """Let one message act on the conversation.

    Raises ``play.Undo`` where a service refused after writing, ``play.WroteBeforeAsking`` for a flow that is wrong.
    """
    play = Play(State.load(state, flows), desk, flows, limits)
    if isinstance(heard.content, Wake) and heard.content.flow == drafts.NUDGE:
        drafts.nudge(play, heard.content)
    else:
        if play.state.lost:
            play.lead("engine.lost_flow")
        _Listener(play, heard).listen()
        drafts.watch(play)
    play.end_leads()
    return Outcome(state=play.state.dump(), says=tuple(play.says))


def after_refusal(state: JsonObject, refused: Refused, desk: Desk, flows: Flows, limits: Limits) -> Outcome:
    """Say a refusal whose turn was rolled back, and go on with what the refused dialog had interrupted."""
    play = Play(State.load(state, flows), desk, flows, limits)
    play.say(refused.text, **refused.params)
    play.proceed(resumed=True)
    drafts.watch(play)
    return Outcome(state=play.state.dump(), says=tuple(play.says))


class _Listener:
    """The policy for one message."""

    def __init__(self, play: Play, heard: Heard) -> None:
        self.play = play
        self.heard = heard
        self.limits = play.limits
        self.understood = heard.understood
        self.intent = heard.sure_intent(play.limits.bands, alone=play.state.top is None)
        self.asked = Asked(play, heard)
        self.enclosures = Enclosures(play, heard, self.asked)
        self.proposals = Proposals(play, heard, self.intent)

    def listen(self) -> None:
        match self.heard.content:
            case Wake(flow=name, given=given):
                self._open_named(name, given)
            case Open(flow=name):
                self._open_named(name, {})
            case Unsupported() as unread:
                self.enclosures.unread(unread)
            case Pin() as pin:
                self.enclosures.pin(pin)
            case Photo() as photo:
                if not self.enclosures.photo(photo):
                    self._text(photo.caption)
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
                self.asked.again()
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
                    self.asked.skip(frame)
                else:
                    self.asked.answer(frame, Chosen(value=value))
            case _:
                play.lead("engine.stale_button")
                self.asked.again()

    def _open_named(self, name: str, given: Mapping[str, Json]) -> None:
        flow = self.play.flows.named(name, self.play.desk)
        if flow is None:
            self.play.lead("engine.not_allowed" if name in self.play.flows else "engine.stale_button")
            self.asked.again()
            return
        self.play.open(flow, Opened(), given)

    # ---- words

    def _text(self, text: str) -> None:
        play = self.play
        code = words.deep_link(text)
        if code is not None:
            self._open_named("join", {"code": code})
            return
        if self._talked(text):
            return
        press = self._number(text)
        if press is not None and not self._may_answer_with_a_number(press):
            self._press(press)
            return
        emergency = play.flows.for_emergency(play.desk) if self.understood and self.understood.emergency else None
        if emergency is not None:
            self._open(emergency)
            return
        if not words.has_words(text):
            play.lead("engine.emoji_only" if text.strip() else "engine.empty")
            self.asked.again()
            return
        if len(text) > self.limits.longest_text:
            play.lead("engine.too_long", most=self.limits.longest_text)
        frame = play.state.top
        if frame is not None and self.asked.takes_exactly(frame, text):
            self.asked.answer(frame, Text(text=text))
            return
        word = self._general_word(frame, text)
        if word is not None:
            self._word(word)
        elif frame is None or not (self._tells_more(frame) or self._finishes(frame) or self._answers(frame, text)):
            self._elsewhere(frame, text)

    def _talked(self, text: str) -> bool:
        """Pass the text to the other side of a talk with a coordinator; whether that was all."""
        play, content = self.play, self.heard.content
        talk = talks.active(play.desk)
        if talk is None:
            return False
        if words.is_one_of(text, words.END_TALK):
            talks.end(play.desk, talk)
            play.say("talks.ended")
            play.offer()
            return True
        photos = content.attachments if isinstance(content, Photo) else ()
        talks.relay(play.desk, talk, text[: self.limits.longest_text], photos)
        # Danger is answered by both: the coordinator may be slower than the numbers to call.
        return self.understood is None or self.understood.emergency is None

    def _general_word(self, frame: Frame | None, text: str) -> str | None:
        for word, listed in (
            ("cancel", words.CANCEL),
            ("back", words.BACK),
            ("change", words.CHANGE),
            ("repeat", words.REPEAT),
            ("person", words.PERSON),
            ("help", words.MENU),
        ):
            if words.is_one_of(text, listed):
                return word
        intent = self.intent
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
            case "back" if frame is not None:
                slots = play.flow(frame).slots
                earlier = [name for name in frame.answers if not slots[name].fleeting]
                if earlier:
                    play.change(frame, earlier[-1])
                else:
                    play.lead("engine.at_the_beginning")
                self.asked.again()
            case "change" if frame is not None and frame.answers:
                play.ask_which_answer(frame)
            case "skip" if frame is not None and frame.asked is not None:
                self.asked.skip(frame)
            case "person" | "help":
                flow = play.flows.for_intent("human" if word == "person" else "help", play.desk)
                if flow is None:
                    play.say("engine.can_do")
                    self.asked.again()
                else:
                    self._open(flow)
            case _ if frame is None:
                play.say(self._nothing_open(word))
            case _:
                self.asked.again()

    def _tells_more(self, frame: Frame) -> bool:
        """Let another matter wait behind the one that is being reported; whether the text told one."""
        play = self.play
        further = parts.told_besides(play.flow(frame), frame, self.understood, self.intent)
        if not further:
            return False
        danger = next((part for part in further if part.matter in parts.DANGERS), None)
        emergency = play.flows.for_emergency(play.desk) if danger else None
        if danger is not None and emergency is not None:
            play.open(emergency, self.heard.opened(self.limits.longest_text), {"kind": parts.DANGERS[danger.matter]})
        elif not parts.wait(frame, further):
            play.lead("engine.too_many_wait", most=parts.MOST)
            self.asked.again()
        else:
            if len(further) == 1:
                play.lead("engine.waits", words=further[0].words)
            else:
                play.lead("engine.several_wait", count=len(further), lines=parts.lines(further))
            self.asked.again()
        return True

    def _nothing_open(self, word: str) -> str:
        """What is said to “取消” while no dialog is open; “啥意思” wants to know what can be done here."""
        if word != "repeat":
            return "engine.nothing_to_cancel"
        return "engine.can_do_staff" if self.play.desk.actor.is_staff else "engine.can_do"

    def _finishes(self, frame: Frame) -> bool:
        """Ask whether what may answer the question tells the result of another ticket; whether it may."""
        flow = self.proposals.finishing_another(frame)
        if flow is not None:
            self.play.open(flow, self.heard.opened(self.limits.longest_text), {"aside": True})
        return flow is not None

    def _answers(self, frame: Frame, text: str) -> bool:
        """Let the asked question read the text; whether it did."""
        if frame.asked is None or frame.asked == CHANGE:
            return False
        flow, understood = self.play.flow(frame), self.understood
        slot = flow.slots[frame.asked]
        if slot.yields and self.proposals.other_flow(frame, TELLING | flow.keeps) is not None:
            return False
        if isinstance(slot, PlaceSlot) and not frame.misses and self.proposals.tells_again(flow):
            # “下水道堵了” is no place; said twice it may be how people call the spot.
            return False
        if isinstance(slot, PlaceSlot) and understood is not None and understood.place:
            self._adds_to_story(frame, text)
        return self.asked.answer(frame, Text(text=text[: self.limits.longest_text]), or_miss=False)

    def _elsewhere(self, frame: Frame | None, text: str) -> None:
        """The text is no answer: another dialog, a correction, small talk, an unclear guess, a miss."""
        play, understood = self.play, self.understood
        press = self._labelled(text) or self._number(text)
        if press is not None:
            self._press(press)
            return
        proposals = self.proposals
        told = proposals.finishing() or proposals.adding() or proposals.leaving_number() if frame is None else None
        other = told or proposals.other_flow(frame, frozenset())
        if other is not None:
            self._open(other)
            return
        if frame is not None:
            if understood is not None and play.fill(frame, understood, self.heard.ticket, overwrite=True):
                if self.proposals.tells_again(play.flow(frame)):
                    self._adds_to_story(frame, text)
                play.proceed()
            elif self._adds_to_story(frame, text):
                play.lead("engine.noted")
                play.proceed()
            elif self.intent == "correct" and frame.answers:
                play.ask_which_answer(frame)
            elif self.intent in SMALL_TALK:
                self._small_talk()
            else:
                self.asked.miss(frame, Miss())
            return
        self._unprompted(text)

    def _unprompted(self, text: str) -> None:
        """No dialog is open and none opens for certain: small talk, what others may do, an unclear guess, a miss."""
        play, understood = self.play, self.understood
        if self.intent in SMALL_TALK:
            self._small_talk()
            return
        if self.intent in ("affirm", "deny") or words.is_one_of(text, words.YES | words.NO):
            # “好的” to a letter that asked nothing.
            play.say("engine.small_talk.alright")
            return
        if self.intent is not None and play.desk.actor.is_staff and play.flows.opened_by(self.intent):
            play.say("engine.not_allowed")
            return
        guessed = play.flows.for_intent(understood.intent, play.desk) if understood else None
        clarify = play.flows.declared("clarify")
        may_ask = understood and understood.confidence >= self.limits.bands.ask
        if understood and may_ask and guessed and clarify and self.proposals.nameable(guessed):
            play.open(
                clarify,
                self.heard.opened(self.limits.longest_text),
                {"flow": guessed.name, "intent": understood.intent},
            )
            return
        play.state.misses += 1
        if play.state.misses < self.limits.misses:
            play.say("engine.miss")
        else:
            play.say("engine.miss_again", Button(label="engine.to_person", press={"word": "person"}))

    def _adds_to_story(self, frame: Frame, text: str) -> bool:
        """Keep a sentence that belongs to the story; whether it does."""
        belongs = story.belongs(self.play.flow(frame), frame, self.understood, self.intent)
        if belongs:
            story.add(frame, text, self.limits.longest_text)
        return belongs

    def _labelled(self, text: str) -> JsonObject | None:
        if self.heard.labels is None or len(text.strip()) > LONGEST_LABEL:
            return None
        return self.heard.labels().get(text.strip())

    def _number(self, text: str) -> JsonObject | None:
        """The press of the button that is shown under the number which was typed."""
        number = words.ordinal(text)
        return self.heard.numbered(number) if number is not None and self.heard.numbered is not None else None

    def _may_answer_with_a_number(self, press: JsonObject) -> bool:
        """Whether a question without numbers of its own is open: “3” may be a building, not another letter's button."""
        frame = self.play.state.top
        return frame is not None and frame.asked is not None and not frame.options and press.get("token") != frame.token

    def _open(self, flow: Flow) -> None:
        self.play.open(flow, self.heard.opened(self.limits.longest_text), {})

    def _small_talk(self) -> None:
        intent = self.intent or OUT_OF_SCOPE
        staff = "_staff" if self.play.desk.actor.is_staff and intent in ("greet", OUT_OF_SCOPE) else ""
        self.play.lead(f"engine.small_talk.{intent}{staff}")
        self.asked.again()
