"""What passes between the outbox and a channel: a letter to the platform, its answer back, and the platform's pace?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SendResult(StrEnum):
    """What a channel says of a send; the row's fate follows from it alone."""

    SENT = "sent"
    RETRY = "retry"
    """The platform's trouble (5xx, no connection): the letter has not left."""
    LATER = "later"
    """The platform wants us to wait, for ``retry_after``."""
    STOPPED = "stopped"
    """The person has blocked us, or the chat is gone."""
    REFUSED = "refused"
    """This letter is bad: it will never be taken."""
    MISCONFIGURED = "misconfigured"
    """The operator's trouble (a wrong token): no letter of this channel gets through."""
    UNKNOWN = "unknown"
    """The request left, no answer came: it may have arrived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SendReport:
    """A channel's answer for one letter."""

    result: SendResult
    message_id: str | None = None
    """The platform's own id of the message, so that a later letter of the same card can take its place."""
    retry_after: timedelta | None = None
    problem: str = ""
    """The cause in the platform's words, for the operator; never a person's data."""


class Wants(StrEnum):
    """What a question asks for that a telephone can give with one press, where the platform has a button for it."""

    PLACE = "place"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingLetter:
    """A letter as a channel gets it: rendered, with the labels of its buttons in order."""

    id: str
    person_id: str
    channel: str
    address: str
    text: str
    labels: tuple[str, ...]
    attachments: tuple[str, ...]
    card: str | None
    reply: bool
    wants: Wants | None = None
    replaces: str | None = None
    """The platform's id of the card's last sent form in this chat, if there is one: they are not to stand together."""
    in_place: bool = True
    """Whether that message is to be changed where it stands; otherwise this is a new one, and that is taken away."""
    first_number: int = 1
    """The number of its first button, where the platform has none and numbers are typed."""
    shown: tuple[str, ...] = ()
    """The attachments of that form, which the chat shows already."""
    window_open: bool = True
    """``False`` outside of a platform's answer window: only what the platform allows there (a template) may be sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """At most ``most`` letters to one chat within ``span``."""

    most: int
    span: timedelta
    after_heard: bool = False
    """Counted from when the person last wrote: the window is closed ``span`` later, and opened by their next word."""
    template_outside: bool = False
    """Whether the channel can send something else while the window is closed; otherwise the letter waits for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast a platform takes letters. The outbox obeys it over all processes; a channel need not."""

    per_second: float | None = None
    """Letters a second over the whole channel; ``None`` for as many as there are."""
    per_chat_seconds: float = 0.0
    """At least so long between two letters to one chat."""
    parallel: int = 1
    """How many sends of one process may be under way at once."""
    quotas: tuple[Quota, ...] = ()
    numbers_buttons: bool = False
    """Whether the platform has no buttons, so that a letter's are numbered to be typed."""
    repeats_vanish: bool = False
    """Whether a letter that is handed over twice is seen once, as on a page that shows the outbox itself."""


AT_WILL = Pace(repeats_vanish=True)
"""A channel of our own process, which costs nothing and shows a letter once."""
