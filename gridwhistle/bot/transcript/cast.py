"""Whom does a label of a transcript mean, and where is their chat?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gridwhistle.services.rehearsal import Player
from gridwhistle.services.schema import Role

STRANGER = "陌生人"
TITLES: Mapping[Role, str] = {
    Role.CENTRE_COORDINATOR: "指挥中心",
    Role.COMMUNITY_COORDINATOR: "社区",
    Role.GRID_WORKER_FULL: "网格员",
    Role.GRID_WORKER_PART: "兼职网格员",
    Role.GRID_WORKER_PROFESSIONAL: "专业网格员",
    Role.PROPERTY_WORKER: "物业",
    Role.PARTY_GROUP_LEADER: "党小组长",
    Role.DEPARTMENT_STAFF: "部门",
    Role.AUDITOR: "审核员",
    Role.CITY_LEADER: "市领导",
    Role.ADMINISTRATOR: "管理员",
    Role.PARTY_MEMBER: "党员",
    Role.RESIDENT: "居民",
}
"""What a person is called before the name where a file has not called them yet: the first of their roles here."""


class Cast:
    """The people of the demo city, and strangers, whose label is the name of a chat that was never heard before."""

    def __init__(self, players: Iterable[Player]) -> None:
        # The longest name first, so that no name can hide behind one that it ends with.
        self._players = sorted(players, key=lambda player: -len(player.name))
        self._labels: dict[str, str] = {player.address: _titled(player) for player in self._players}

    def address_of(self, label: str) -> str:
        """The chat of the person whose name ends the label. Raises ``ValueError`` where there is nobody."""
        if label.startswith(STRANGER):
            self._labels[label] = label
            return label
        for player in self._players:
            if label.endswith(player.name):
                return player.address
        raise ValueError(f"“{label}” ends with no name of the demo city; strangers are called “{STRANGER}…”")

    def called(self, label: str) -> str:
        """The chat of this label, which the letters to this chat bear from now on."""
        address = self.address_of(label)
        self._labels[address] = label
        return address

    def label_of(self, address: str) -> str:
        """How the file has called the person of a chat; title and name where it has not."""
        return self._labels.get(address, address)


def _titled(player: Player) -> str:
    return next((title for role, title in TITLES.items() if role in player.roles), "") + player.name
