"""Which facts may a transcript state, and does the city's service agree?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gridwhistle.services import events, org, rehearsal, residents, tickets, whistles, wish_lifecycle, wishes
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import Status, Ticket, Whistle, WhistleState, Wish
from gridwhistle.services.whistle_flags import Flag

LANGUAGE = "zh"
Check: TypeAlias = Callable[[Desk, re.Match[str]], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A stated fact; ``check`` gives what is the case instead, ``None`` where it holds."""

    found: re.Match[str]
    rule: Check

    @property
    def counts_tickets(self) -> bool:
        """Whether the file knows of all tickets after this line."""
        return "工单" in self.found[0]

    def check(self, desk: Desk, known: frozenset[str]) -> str | None:
        """Ask the services; ``known`` are the tickets that the file knew of before."""
        if self.rule is _no_new_ticket:
            fresh = [ticket.number for ticket in rehearsal.tickets(desk) if ticket.number not in known]
            return f"{'、'.join(fresh)} opened since the last fact about tickets" if fresh else None
        return self.rule(desk, self.found)


def parse_fact(text: str) -> Fact:
    """Read what stands after ``=``. Raises ``ValueError`` for what no rule reads."""
    for pattern, rule in RULES.items():
        if found := re.fullmatch(pattern, text):
            return Fact(found=found, rule=rule)
    known = "; ".join(pattern.replace(r"(\S+)", "X").replace(r"(\d+)", "N").replace("(.+)", "X") for pattern in RULES)
    raise ValueError(f"“{text}” is no fact that can be asked; known are: {known}")


def _status(desk: Desk, found: re.Match[str]) -> str | None:
    names = {_name(desk, "status", status): status for status in Status}
    if found[2] not in names:
        return f"there is no status “{found[2]}”; there are {'、'.join(names)}"
    ticket = _ticket(desk, found[1])
    if isinstance(ticket, str):
        return ticket
    return _differs(_name(desk, "status", ticket.status), found[2])


def _of_ticket(ask: Callable[[Desk, Ticket], object]) -> Check:
    def rule(desk: Desk, found: re.Match[str]) -> str | None:
        ticket = _ticket(desk, found[1])
        return ticket if isinstance(ticket, str) else _differs(str(ask(desk, ticket)), found[2])

    return rule


def _says(truth: Callable[[Desk, Ticket], bool], otherwise: str) -> Check:
    def rule(desk: Desk, found: re.Match[str]) -> str | None:
        ticket = _ticket(desk, found[1])
        if isinstance(ticket, str):
            return ticket
        return None if truth(desk, ticket) else otherwise

    return rule


def _event(desk: Desk, found: re.Match[str]) -> str | None:
    ticket = _ticket(desk, found[1])
    if isinstance(ticket, str):
        return ticket
    kinds = list(dict.fromkeys(event.kind for event in events.history(desk, ticket.id)))
    is_wanted = "没有" not in found[0]
    return None if (found[2] in kinds) is is_wanted else f"its events are {', '.join(kinds)}"


def _whistle(desk: Desk, found: re.Match[str]) -> str | None:
    ticket = _ticket(desk, found[1])
    if isinstance(ticket, str):
        return ticket
    blown = {desk.city.unit_name(whistle.department): whistle for whistle in whistles.of_ticket(desk, ticket)}
    whistle = blown.get(found[2])
    if whistle is None:
        return f"no whistle to {found[2]}; there are: {'、'.join(blown) or 'none'}"
    states = {_name(desk, "whistle_state", state): state for state in WhistleState}
    flags = {_name(desk, "flag", flag): flag for flag in Flag}
    if found[3] not in {**states, **flags}:
        return f"“{found[3]}” is said of no whistle; known are {'、'.join([*states, *flags])}"
    holds = flags[found[3]] in whistle.flags if found[3] in flags else whistle.state is states[found[3]]
    return None if holds else _described(desk, whistle)


def _described(desk: Desk, whistle: Whistle) -> str:
    flags = [_name(desk, "flag", flag) for flag in whistle.flags]
    return "、".join([_name(desk, "whistle_state", whistle.state), *flags])


def _missing(desk: Desk, found: re.Match[str]) -> str | None:
    return None if tickets.by_number(desk, found[1]) is None else "there is one"


def _count(desk: Desk, found: re.Match[str]) -> str | None:
    return _differs(str(len(rehearsal.tickets(desk))), found[1])


def _no_new_ticket(_desk: Desk, _found: re.Match[str]) -> str | None:
    return None


def _of_wish(ask: Callable[[Desk, Wish], object]) -> Check:
    def rule(desk: Desk, found: re.Match[str]) -> str | None:
        wish = wishes.by_number(desk, found[1])
        if wish is None:
            return f"there is no such wish; there are: {'、'.join(w.number for w in rehearsal.wishes(desk)) or 'none'}"
        return _differs(str(ask(desk, wish)), found[2])

    return rule


def _wish_status(desk: Desk, wish: Wish) -> str:
    return _name(desk, "wish_status", wish.status)


def _claimants(desk: Desk, wish: Wish) -> str:
    claims = wish_lifecycle.live_claims(desk, wish)
    return "、".join(_person(desk, claim.person_id) for claim in claims) or "无"


def _wish_event(desk: Desk, found: re.Match[str]) -> str | None:
    wish = wishes.by_number(desk, found[1])
    if wish is None:
        return "there is no such wish"
    kinds = list(dict.fromkeys(event.kind for event in events.history(desk, wish.id)))
    return None if (found[2] in kinds) is ("没有" not in found[0]) else f"its events are {', '.join(kinds)}"


def _wish_chain(desk: Desk, found: re.Match[str]) -> str | None:
    wish = wishes.by_number(desk, found[1])
    return None if wish is not None and events.broken_link(desk, wish) is None else "its history was changed"


def _wish_count(desk: Desk, found: re.Match[str]) -> str | None:
    return _differs(str(len(rehearsal.wishes(desk))), found[1])


def _timer(desk: Desk, found: re.Match[str]) -> str | None:
    jobs = {timer.job for timer in rehearsal.timers_left(desk)}
    is_wanted = not found[0].startswith("没有")
    return None if (found[1] in jobs) is is_wanted else f"the timers are {', '.join(sorted(jobs)) or 'none'}"


def _ticket(desk: Desk, number: str) -> Ticket | str:
    ticket = tickets.by_number(desk, number)
    if ticket is not None:
        return ticket
    return f"there is no such ticket; there are: {'、'.join(t.number for t in rehearsal.tickets(desk)) or 'none'}"


def _merged_into(desk: Desk, ticket: Ticket) -> str:
    return tickets.get(desk, ticket.merged_into).number if ticket.merged_into else "none"


def _person(desk: Desk, person_id: str) -> str:
    return org.person(desk, person_id).name


def _name(desk: Desk, kind: str, code: str) -> str:
    """As people read it, without what explains it (“报而不到（签收后……）”)."""
    return desk.wording.text(f"name.{kind}.{code}", LANGUAGE, {}).partition("（")[0]


def _differs(real: str, stated: str) -> str | None:
    return None if real == stated else f"it is {real}"


RULES: Mapping[str, Check] = {
    r"没有新工单": _no_new_ticket,
    r"共 (\d+) 张工单": _count,
    r"没有工单 (\S+)": _missing,
    r"工单 (\S+) 处理人 (.+)": _of_ticket(lambda desk, ticket: _person(desk, ticket.handler_id)),
    r"工单 (\S+) 反映人 (.+)": _of_ticket(lambda desk, ticket: _person(desk, ticket.reporter_id)),
    r"工单 (\S+) 事项 (\S+)": _of_ticket(lambda _, ticket: ticket.matter),
    r"工单 (\S+) 类别 (\S+)": _of_ticket(lambda _, ticket: ticket.category.value),
    r"工单 (\S+) 网格 (\S+)": _of_ticket(lambda desk, ticket: desk.city.unit_name(ticket.grid)),
    r"工单 (\S+) 地点 (.+)": _of_ticket(lambda _, ticket: ticket.place_exact),
    r"工单 (\S+) 声音 (\d+)": _of_ticket(lambda desk, ticket: len(residents.voices(desk, ticket))),
    r"工单 (\S+) 照片 (\d+)": _of_ticket(rehearsal.photos),
    r"工单 (\S+) 录音录像 (\d+)": _of_ticket(rehearsal.recordings),
    r"工单 (\S+) 催办 (\d+)": _of_ticket(lambda _, ticket: ticket.urges),
    r"工单 (\S+) 重办 (\d+)": _of_ticket(lambda _, ticket: ticket.rework),
    r"工单 (\S+) 并入 (\S+)": _of_ticket(_merged_into),
    r"工单 (\S+) 紧急": _says(lambda _, ticket: ticket.urgent, "it is not"),
    r"工单 (\S+) 哈希链完整": _says(lambda d, t: events.broken_link(d, t) is None, "its history was changed"),
    r"工单 (\S+) (?:没有)?事件 (\S+)": _event,
    r"工单 (\S+) (\S+)": _status,
    r"吹哨 (\S+) (\S+) (\S+)": _whistle,
    r"共 (\d+) 个心愿": _wish_count,
    r"心愿 (\S+) 认领人 (\S+)": _of_wish(_claimants),
    r"心愿 (\S+) 内容 (.+)": _of_wish(lambda _, wish: wish.what),
    r"心愿 (\S+) 照片 (\d+)": _of_wish(lambda _, wish: len(wish.photos)),
    r"心愿 (\S+) 哈希链完整": _wish_chain,
    r"心愿 (\S+) (?:没有)?事件 (\S+)": _wish_event,
    r"心愿 (\S+) (\S+)": _of_wish(_wish_status),
    r"(?:没有)?定时器 (\S+)": _timer,
}
