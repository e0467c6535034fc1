"""Which commands has the menu of Telegram, for whom, and what do they mean to the conversation?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridwhistle.bot.channels.telegram.api import Call
from gridwhistle.services.desk import Wording
from gridwhistle.services.schema import Json

LANGUAGES = ("zh", "en")
FIRST = "zh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command: the dialog that it opens, or the general word that it stands for."""

    name: str
    flow: str = ""
    word: str = ""


_ALL = (
    Command(name="report", flow="begin_report"),
    Command(name="progress", flow="progress"),
    Command(name="urge", flow="urge"),
    Command(name="worker", flow="find_worker"),
    Command(name="wishes", flow="wish_board"),
    Command(name="tasks", flow="tasks"),
    Command(name="patrol", flow="patrol"),
    Command(name="leave", flow="leave"),
    Command(name="note", flow="note"),
    # English words: they are known in every language, and do not make an English speaker's answers Chinese.
    Command(name="menu", word="/menu"),
    Command(name="help", word="/help"),
    Command(name="cancel", word="cancel"),
    Command(name="back", word="back"),
    Command(name="repeat", word="repeat"),
    Command(name="skip", word="skip"),
    Command(name="human", word="human"),
)
COMMANDS: Mapping[str, Command] = {command.name: command for command in _ALL}
RESIDENT = ("report", "progress", "urge", "worker", "wishes", "help", "cancel", "human")
STAFF = ("tasks", "patrol", "note", "leave", "progress", "help", "cancel", "human")


def everybodys_menu(wording: Wording) -> list[Call]:
    """The calls that set the menu of whoever has no other: in each language, and in the first one for the rest."""
    return [
        Call(
            method="setMyCommands",
            params={"commands": _listed(RESIDENT, wording, language), **({"language_code": language} if named else {})},
        )
        for language, named in [(FIRST, False), *((language, True) for language in LANGUAGES)]
    ]


def chats_menu(wording: Wording, chat: str, language: str, *, staff: bool) -> Call:
    """The call that sets one chat's menu; a resident's chat goes back to everybody's."""
    scope: Json = {"type": "chat", "chat_id": chat}
    if not staff:
        return Call(method="deleteMyCommands", params={"scope": scope})
    return Call(method="setMyCommands", params={"commands": _listed(STAFF, wording, language), "scope": scope})


def _listed(names: Sequence[str], wording: Wording, language: str) -> list[Json]:
    return [{"command": name, "description": wording.text(f"telegram.command.{name}", language, {})} for name in names]
