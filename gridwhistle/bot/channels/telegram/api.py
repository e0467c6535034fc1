"""What do we need of a Telegram library: a call there and back, a file's bytes, and what went wrong?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from gridwhistle.services.schema import Json, JsonObject
from gridwhistle.services.sending import SendResult

ATTACHED = "attach://"
"""Where a parameter begins with this, the file of the name behind it is uploaded."""
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
CONNECTIONS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call of the Bot API, with the files that its parameters name."""

    method: str
    params: JsonObject
    files: Mapping[str, bytes] = field(default_factory=dict)


class ApiProblem(Exception):  # noqa: N818 (an answer of the platform)
    """A call that did not succeed; ``result`` says what that means for a letter, in the library's place."""

    def __init__(self, result: SendResult, description: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{result}: {description}")
        self.result = result
        self.description = description
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """Where the Bot API is and who we are there. The token must never be shown."""

    token: str = field(repr=False)
    base: str = "https://api.telegram.org"
    proxy: str | None = field(default=None, repr=False)

    @property
    def bot_id(self) -> int:
        """The bot's own id, which is the first part of its token."""
        return int(self.token.partition(":")[0])


class BotApi(Protocol):
    """A library's ``Bot``, as thin as it gets. Used on one event loop."""

    async def call(self, call: Call, *, wait: float = ANSWER_SECONDS) -> Json:
        """The result of a call, as the platform gave it; ``wait`` is how long it may take to answer.

        Raises ``ApiProblem`` for anything else.
        """
        ...

    async def download(self, path: str) -> bytes:
        """The bytes of a file that ``getFile`` named. Raises ``ApiProblem``."""
        ...

    async def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        ...


def seconds_of(wait: float | timedelta) -> timedelta:
    """A waiting time, which one library gives as a number and the other, by its settings, as a span."""
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
