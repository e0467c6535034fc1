"""Does a reply answer the question that is open, and what if not?"""

from __future__ import annotations

from gridwhistle.dialogs import words
from gridwhistle.dialogs.heard import Heard
from gridwhistle.dialogs.message import Text
from gridwhistle.dialogs.play import Play, Retry
from gridwhistle.dialogs.slots import Chosen, Invalid, Miss, Option, Reply, WantsChange
from gridwhistle.dialogs.slots.choice import pick
from gridwhistle.dialogs.state import CHANGE, Doubt, Frame


class Asked:
    """The question that a dialog stands at."""

    def __init__(self, play: Play, heard: Heard) -> None:
        self.play = play
        self.heard = heard

    def takes_exactly(self, frame: Frame, text: str) -> bool:
        """Whether a short text answers it beyond doubt, so that no general word is looked for in it."""
        if frame.asked is None:
            return False
        if frame.asked == CHANGE:
            return pick(text, frame.options) is not None
        slot = self.play.flow(frame).slots[frame.asked]
        if slot.skippable and words.is_one_of(text, words.SKIP):
            return True
        return slot.exact(text, self.play.context(frame, options=frame.options))

    def answer(self, frame: Frame, reply: Reply, *, or_miss: bool = True) -> bool:
        """Give a reply to the asked question; whether it was one."""
        play = self.play
        if frame.asked == CHANGE:
            return self._change(frame, reply, or_miss=or_miss)
        slot = play.flow(frame).slots[str(frame.asked)]
        if isinstance(reply, Text) and slot.skippable and words.is_one_of(reply.text, words.SKIP):
            self.skip(frame)
            return True
        context = play.context(
            frame, understood=self.heard.understood, slot=slot.name, options=frame.options, ticket=self.heard.ticket
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
                self.miss(frame, found)
                return True
            return False
        play.answer(frame, slot.name, slot.dump(found))
        if self.heard.understood is not None and isinstance(reply, Text):
            play.fill(frame, self.heard.understood, self.heard.ticket)
        play.proceed()
        return True

    def _change(self, frame: Frame, reply: Reply, *, or_miss: bool) -> bool:
        chosen = reply.value if isinstance(reply, Chosen) else None
        if isinstance(reply, Text):
            option = pick(reply.text, frame.options)
            chosen = option.value if option else None
        if isinstance(chosen, str) and chosen in self.play.flow(frame).slots:
            self.play.change(frame, chosen)
            self.play.proceed()
            return True
        if or_miss:
            self.again()
        return or_miss

    def skip(self, frame: Frame) -> None:
        """Go past the asked question, if that is allowed."""
        slot = self.play.flow(frame).slots.get(frame.asked or "")
        if slot is None or not slot.skippable:
            self.miss(frame, Miss())
            return
        self.play.answer(frame, slot.name, None)
        self.play.proceed()

    def miss(self, frame: Frame, miss: Miss) -> None:
        """Ask again, or ask back where the slot offers options."""
        play = self.play
        if miss.options and miss.text and frame.asked:
            frame.doubts[frame.asked] = Doubt(
                text=miss.text,
                options=tuple(
                    Option(value=one.value, label=play.label(one.label), hints=one.hints) for one in miss.options
                ),
            )
            play.proceed()
            return
        frame.misses += 1
        play.proceed(Retry(text=miss.text, stuck=frame.misses >= self.play.limits.misses))

    def again(self) -> None:
        """Repeat the open question, if there is one."""
        frame = self.play.state.top
        if frame is not None:
            self.play.proceed()
