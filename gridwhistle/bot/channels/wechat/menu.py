"""Which buttons has the menu below a chat, and who sets it while the platform may be out of reach?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from gridwhistle.bot.channels.wechat.problems import ApiProblem
from gridwhistle.dialogs.texts import FIRST_LANGUAGE
from gridwhistle.services.desk import Wording
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.sending import SendResult

log = structlog.get_logger(__name__)

PASSING = frozenset({SendResult.RETRY, SendResult.LATER, SendResult.UNKNOWN})
TRY_AGAIN = 60.0


def menu_of(wording: Wording, flows: Sequence[str]) -> JsonObject:
    """The menu of a platform: a press opens a dialog. It has one language, and room for four characters each."""
    names = {flow: wording.text(f"help.button.{flow}", FIRST_LANGUAGE, {}) for flow in flows}
    names["help"] = wording.text("wechat.menu.more", FIRST_LANGUAGE, {})
    return {"button": [{"type": "click", "name": name, "key": flow} for flow, name in names.items()]}


class MenuSetter:
    """Sets the menu on a thread of its own, so that nobody waits for the platform."""

    def __init__(self, channel: str, set_menu: Callable[[], object]) -> None:
        """``set_menu`` raises ``ApiProblem``."""
        self._channel, self._set_menu = channel, set_menu
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to try."""
        self._stopping.clear()
        threading.Thread(target=self._insist, name=f"{self._channel}-menu", daemon=True).start()

    def stop(self) -> None:
        """Try no more."""
        self._stopping.set()

    def _insist(self) -> None:
        while not self._stopping.is_set():
            try:
                self._set_menu()
            except ApiProblem as problem:
                log.warning("wechat.menu_not_set", channel=self._channel, problem=problem.report.problem)
                if problem.report.result not in PASSING:
                    return
                self._stopping.wait(TRY_AGAIN)
            else:
                return
