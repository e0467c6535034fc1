"""Whom does a label of a transcript mean, and where is their chat?"""

from __future__ import annotations

from collections.abc import Iterable

from gridwhistle.services.rehearsal import Player

STRANGER = "陌生人"


class Cast:
    """The people of the demo city, and strangers, whose label is the name of a chat that was never heard before."""

    def __init__(self, players: Iterable[Player]) -> None:
        # The longest name first, so that no name can hide behind one that it ends with.
        self._players = sorted(players, key=lambda player: -len(player.name))
        self._labels: dict[str, str] = {player.address: player.name for player in self._players}

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
        """How the file has called the person of a chat, or the bare name."""
        return self._labels.get(address, address)
