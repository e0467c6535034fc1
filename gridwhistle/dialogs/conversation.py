"""How does one message become letters, in one transaction, whatever happens on the way?"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import structlog

from gridwhistle.dialogs import words
from gridwhistle.dialogs.engine import after_refusal, turn
from gridwhistle.dialogs.flow import Flow, Flows, Say
from gridwhistle.dialogs.heard import Heard, Outcome
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.message import Inbound, Photo, Press, Text, Unsupported, Wake, dump_content, storable
from gridwhistle.dialogs.nlu.understood import Understanding, Understood
from gridwhistle.dialogs.play import Undo
from gridwhistle.services import inbox, memory, numbers, outbox, replies
from gridwhistle.services.again import again
from gridwhistle.services.desk import Address, Desk
from gridwhistle.services.office import Office
from gridwhistle.services.outage import is_outage
from gridwhistle.services.outbox import Letter
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.store import new_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A message whose turn has begun: it is understood, and nothing has come of it yet."""

    inbound: Inbound
    understood: Understood | None
    key: str
    """The turn's own; whatever is logged on the way says it."""
    began: float
    """``time.perf_counter`` then."""


class Conversation:
    """Talks with everybody: takes a message in and puts letters into the outbox."""

    def __init__(
        self, office: Office, understanding: Understanding, flows: tuple[type[Flow], ...], limits: Limits | None = None
    ) -> None:
        self._office = office
        self._understanding = understanding
        self._flows = Flows(flows)
        self._limits = limits or Limits()

    def handle(self, inbound: Inbound) -> tuple[str, ...]:
        """Let one message act, once.

        Gives the natural keys (``LetterRow.key``) of the replies put into the outbox for this chat; nothing for an
        update that was taken in before. Never raises for anything a person sends; raises for a store that is down,
        so that the channel brings the update again.
        """
        return self.act(self.read(inbound))

    def read(self, inbound: Inbound) -> Read:
        """The first half of ``handle``, outside any transaction, since it may take its time."""
        key, began = new_id(), perf_counter()
        with structlog.contextvars.bound_contextvars(turn=key):
            inbound = replace(inbound, content=storable(inbound.content))
            return Read(inbound=inbound, understood=self._understand(inbound), key=key, began=began)

    def act(self, read: Read) -> tuple[str, ...]:
        """The second half of ``handle``: all that is done in transactions."""
        with structlog.contextvars.bound_contextvars(turn=read.key):
            replies = self._act(read.inbound, read.key, read.understood)
            log.info("turn.done", channel=read.inbound.channel, replies=len(replies))
            return replies

    def _act(self, inbound: Inbound, key: str, understood: Understood | None) -> tuple[str, ...]:
        try:
            return again(lambda: self._transact(inbound, key, understood, self._turn))
        except Undo as undo:
            state, refused = undo.state, undo.refused
            problem: BaseException | None = None
        except Exception as error:
            if is_outage(error):
                # Answered with an excuse it would count as handled; nothing of it has happened, so it comes again.
                raise
            # No message and no traceback: both can hold what the person wrote.
            log.error("turn.failed", turn=key, channel=inbound.channel, cause=_causes(error), at=_places(error))  # noqa: TRY400
            problem = error

        def say_so(_state: JsonObject, _heard: Heard, desk: Desk) -> Outcome:
            if problem is None:
                return after_refusal(state, refused, desk, self._flows, self._limits)
            return Outcome(state=_state, says=(Say("common.internal_error", turn=key[-6:]),))

        return again(lambda: self._transact(inbound, key, None, say_so))

    def _turn(self, state: JsonObject, heard: Heard, desk: Desk) -> Outcome:
        return turn(state, heard, desk, self._flows, self._limits)

    def _transact(
        self,
        inbound: Inbound,
        key: str,
        understood: Understood | None,
        act: Callable[[JsonObject, Heard, Desk], Outcome],
    ) -> tuple[str, ...]:
        where = Address(channel=inbound.channel, address=inbound.address)
        content = inbound.content
        with self._office.desk() as desk:
            session, region, now = desk.session, desk.region, desk.now
            said = dump_content(content)
            if not inbox.take_in(session, region, where, inbound.external_id, inbound.received_at, said, now):
                return ()
            inbox.mark_handled(session, region, where, inbound.together, now)
            actor, state = memory.recall(session, region, where, now)
            language = _language(content)
            if language is not None and language != actor.language and actor.person_id is not None:
                memory.speak_language(session, region, actor.person_id, language)
                actor = replace(actor, language=language)
            desk.actor, desk.turn = actor, key
            # A timer's letters are no replies: they keep the quiet hours.
            desk.here = None if isinstance(content, Wake) else where
            if desk.here is not None:
                desk.addressees[desk.me] = (where, actor.language)
            outcome = act(state, _hear(desk, inbound, understood), desk)
            keys = tuple(post_say(desk, say) for say in outcome.says)
            memory.keep(session, region, where, desk.me, outcome.state, now)
            return keys

    def _understand(self, inbound: Inbound) -> Understood | None:
        """What the words mean; fixed words and bare numbers need no understanding."""
        content = inbound.content
        text = content.text if isinstance(content, Text) else content.caption if isinstance(content, Photo) else ""
        if not words.has_words(text) or words.is_fixed(text):
            return None
        return self._understanding.understand(text[: self._limits.longest_text])


def _causes(error: BaseException | None) -> list[str]:
    causes = []
    while error is not None:
        causes.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    return causes


def _places(error: BaseException) -> list[str]:
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]


def _hear(desk: Desk, inbound: Inbound, understood: Understood | None) -> Heard:
    content = inbound.content
    press = outbox.find_press(desk, content.letter, content.index) if isinstance(content, Press) else None
    reply_to = content.reply_to if isinstance(content, Text | Photo | Unsupported) else None
    return Heard(
        content=content,
        understood=understood,
        press=press,
        labels=lambda: _labels(desk),
        numbered=lambda number: numbers.pressed(desk, number),
        ticket=replies.ticket_of(desk, reply_to) if reply_to else None,
    )


def _labels(desk: Desk) -> dict[str, JsonObject]:
    """The latest letters' buttons by label, without the labels that mean different things on different letters."""
    found: dict[str, JsonObject | None] = {}
    for label, press in outbox.latest_buttons(desk):
        # A question's own answers are read by the question while it is open, and are stale afterwards.
        if "open" in press:
            found[label] = press if found.get(label, press) == press else None
    return {label: press for label, press in found.items() if press is not None}


def _language(content: object) -> str | None:
    text = content.text if isinstance(content, Text) else content.caption if isinstance(content, Photo) else ""
    return words.language_of(text)


def post_say(desk: Desk, say: Say) -> str:
    """Put what a dialog says into the outbox for the acting person; gives the letter's natural key."""
    key = f"turn:{desk.turn}:{desk.letters}"
    outbox.post(
        desk,
        Letter(
            to=desk.me,
            text=say.text,
            params=say.params,
            key=key,
            buttons=say.buttons,
            card=say.card,
            attachments=say.attachments,
            wants=say.wants,
        ),
    )
    return key
