"""What do the channels have in common whose letters go out by calls with an access token?"""

from __future__ import annotations

from dataclasses import dataclass

from gridwhistle.bot.channels.wechat.api import PlatformApi, TokenRequest
from gridwhistle.bot.channels.wechat.letters import Letters
from gridwhistle.bot.channels.wechat.problems import trouble
from gridwhistle.services.inbox import RemoteFile
from gridwhistle.services.office import Office
from gridwhistle.services.sending import SendResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An open channel's hands."""

    office: Office
    api: PlatformApi
    letters: Letters


class CalledChannel:
    """Opened when the application is wired; sends nothing before."""

    def __init__(self, name: str, base: str, asking: TokenRequest) -> None:
        """``base`` is the address of the API; ``asking`` is how it gives out access tokens."""
        self.name = name
        self._base, self._asking = base, asking
        self._line: Line | None = None

    @property
    def line(self) -> Line:
        """The open channel. Raises ``ApiProblem`` before ``open``: a letter waits."""
        if self._line is None:
            raise trouble(SendResult.RETRY, "not open yet")
        return self._line

    def open(self, office: Office) -> None:
        """Whose letters these are."""
        api = PlatformApi(office, self.name, self._base, self._asking)
        self._line = Line(office=office, api=api, letters=Letters(office, self.name, api))

    def close(self) -> None:
        """Give the connections back."""
        if self._line is not None:
            self._line.api.close()

    def download(self, file: RemoteFile) -> bytes:
        """The bytes of a file that somebody sent."""
        return self.line.api.download(file.reference)
