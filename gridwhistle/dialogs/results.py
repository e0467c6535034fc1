"""Does a sentence without any command tell the result of one's own work (“路面补完沥青了，车能过”)?"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import pairwise

from gridwhistle.dialogs.nlu.understood import Understood
from gridwhistle.services import assignments, whistles
from gridwhistle.services.cards import matter_of
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import PAUSED, WORKING
from gridwhistle.services.schema import Json, Role, Ticket, WhistleState

_DONE = re.compile(
    r"(?:补|修|换|清|疏|通|挖|安|装|接|处理|办|弄|整|拉|刷|铺|拆|焊|抽|填|扫|运|铲|搬|挪|盖|剪|砍|贴|消杀|调解|协调|恢复|解决)"
    r"[^，。,.！!；;]{0,6}?(?:完|好|通|净|走|妥|上|平|成|了)|(?:能|可以|不耽误)(?:过|走|用|通行)|(?:灯|都|全)亮了|来[水电气暖]了|热乎了"
    r"|\b(?:fixed|repaired|replaced|cleared|cleaned|finished)\b",
    re.IGNORECASE,
)
_PERFECT = re.compile(r"了|已|\b(?:is|are|was|have|has|been)\b|ed\b", re.IGNORECASE)
_NOT_DONE = re.compile(
    r"没|未|还|又|别|咋|怎么|啥时|什么时候|吗|多久|明天|后天|打算|准备|得找|不(?![漏堵响淌冒臭滴晃误耽])|[？?]"
    r"|\bnot\b|n't|\bagain\b|\bwill\b"
)
_CHINESE = re.compile(r"[^\u3400-\u9fff]")
_ARRIVED_AT = (WhistleState.ARRIVAL_CLAIMED, WhistleState.ARRIVED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A ticket that the acting person works on, and by which dialog and slot its result is told."""

    ticket: Ticket
    flow: str
    slot: str
    id: str


def reads_done(said: str) -> bool:
    """Whether the words say that something has been done: no plan, no question, no “又” and no “还没”."""
    return bool(_DONE.search(said) and _PERFECT.search(said)) and not _NOT_DONE.search(said)


def told_of(desk: Desk, understood: Understood) -> list[Work]:
    """The own work whose result the sentence seems to be; empty where it reads like news, a plan or a question."""
    said = understood.text
    if not reads_done(said):
        return []
    guesses = {guess.matter for guess in understood.matters}
    building = understood.place.building if understood.place else None
    return [work for work in _own(desk) if work.ticket.matter in guesses or _names(desk, work.ticket, said, building)]


def told_of_another(desk: Desk, understood: Understood, ids: Container[Json]) -> list[Work]:
    """The same while a dialog about the tickets or whistles with these ids is open; empty where it is one of them."""
    found = told_of(desk, understood)
    return [] if any(work.id in ids for work in found) else found


def _own(desk: Desk) -> Iterator[Work]:
    if desk.actor.has(Role.DEPARTMENT_STAFF):
        for whistle in whistles.of_my_department(desk, *whistles.ON_THE_WAY, *_ARRIVED_AT):
            yield Work(ticket=whistles.ticket_of(desk, whistle), flow="act", slot="whistle", id=whistle.id)
    if assignments.is_post_holder(desk):
        for ticket in assignments.my_list(desk):
            if ticket.status in WORKING | PAUSED:
                yield Work(ticket=ticket, flow="resolve", slot="ticket", id=ticket.id)


def _names(desk: Desk, ticket: Ticket, said: str, building: str | None) -> bool:
    """Whether two characters of the matter's name, or the building, are in the sentence."""
    name = _CHINESE.sub(" ", matter_of(desk, ticket).name)
    words = {"".join(pair) for pair in pairwise(name) if " " not in pair}
    return any(word in said for word in words) or (building is not None and f"{building}号楼" in ticket.place_work)
