"""Does the store agree with what people said and saw, now that everything has come to rest?

Each question has a list of what speaks against it; all of them must be empty.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from gridwhistle.bot.channels.telegram.updates import CHANNEL
from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.state import State
from gridwhistle.services import rehearsal
from gridwhistle.services.desk import Desk
from gridwhistle.services.fates import TRY_FOR
from gridwhistle.services.lifecycle import ENDED
from gridwhistle.services.schema import (
    Event,
    HumanTalk,
    InboxRow,
    Lane,
    LetterRow,
    LetterState,
    Ticket,
    TimerRow,
    Voice,
)

from . import ledger
from .standin import read_log

INTERNAL_ERROR = "common.internal_error"
REGISTERED = ("report.done", "report.voice_added")
NUMBER = re.compile(r"[\w·]+-\d{6}-\d{3,}")
HANDED_ON = ("talks.from_resident", "talks.from_worker")
OWN_WORDS = ("supplement", "voice")
OUTLIVE_TICKETS = frozenset({"recheck"})
OF_NO_TURN = "slow_down:"


@dataclass(kw_only=True)
class Findings:
    """What was compared, and what speaks against each claim."""

    counted: dict[str, int] = field(default_factory=dict)
    against: dict[str, list[str]] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, list[str]]:
        """The claims that something speaks against."""
        return {claim: found for claim, found in self.against.items() if found}


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnessed:
    """What the platform has seen."""

    said: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    acknowledged: int

    @classmethod
    def read(cls, log: Path) -> Witnessed:
        """Read the platform's log."""
        entries = list(read_log(log))
        offsets = [entry["offset"] for entry in entries if entry["what"] == "acknowledged"]
        return cls(
            said=[entry["update"] for entry in entries if entry["what"] == "said"],
            shown=[entry for entry in entries if entry["what"] == "shown"],
            acknowledged=max(offsets, default=1) - 1,
        )


def examine(desk: Desk, seen: Witnessed) -> Findings:
    """Compare everything."""
    letters = list(desk.session.scalars(select(LetterRow).where(LetterRow.channel == CHANNEL).order_by(LetterRow.id)))
    findings = Findings()
    _examine_messages(desk, seen, letters, findings)
    _examine_reports(desk, letters, findings)
    _examine_letters(seen, letters, desk.now, findings)
    _examine_timers(desk, findings)
    _examine_rest(desk, findings)
    findings.against["a ticket's hash chain is broken"] = rehearsal.broken_chains(desk)
    findings.counted["tickets"] = len(rehearsal.tickets(desk))
    return findings


def _examine_messages(desk: Desk, seen: Witnessed, letters: list[LetterRow], findings: Findings) -> None:
    """Each message that was said has had one turn, no more and no less, and whoever said it an answer."""
    rows = {row.position: row for row in desk.session.scalars(select(InboxRow))}
    said = {update["update_id"]: _chat(update) for update in seen.said}
    turns = ledger.turns(desk.session)
    findings.counted["messages said"] = len(said)
    findings.counted["turns"] = turns.total()
    findings.against["a message was not acknowledged"] = [
        f"update {number}" for number in said if number > seen.acknowledged
    ]
    findings.against["a message was not handled"] = [
        f"update {number} of {chat}" for number, chat in said.items()
        if number not in rows or rows[number].handled_at is None
    ]  # fmt: skip
    handled = {(row.address, row.external_id) for row in rows.values() if row.handled_at is not None}
    findings.against["a message had other than one turn"] = [
        f"{external_id} of chat {chat}: {turns[chat, external_id]}"
        for chat, external_id in handled | turns.keys()
        if turns[chat, external_id] != 1
    ]
    answers = _answers(desk, letters)
    messages = Counter(chat for chat, _ in handled)
    findings.against["a message was left without an answer, or had two"] = [
        f"chat {chat}: {number} messages, {len(answers[chat])} answers"
        for chat, number in messages.items()
        if number != len(answers[chat])
    ]
    findings.against["a message was answered with an internal error"] = [
        f"{letter.address}: {letter.text}" for letter in letters if letter.text_key == INTERNAL_ERROR
    ]


def _answers(desk: Desk, letters: list[LetterRow]) -> defaultdict[str, set[datetime]]:
    """When each chat was answered: the letters of a turn are all of one moment."""
    answers: defaultdict[str, set[datetime]] = defaultdict(set)
    address = {letter.person_id: letter.address for letter in letters}
    talks = {talk.id: talk for talk in desk.session.scalars(select(HumanTalk))}
    for letter in letters:
        if letter.reply and not letter.key.startswith(OF_NO_TURN):
            answers[letter.address].add(letter.created_at)
        elif letter.text_key in HANDED_ON:
            # Words to a person are answered by that person.
            talk = talks[letter.key.split(":")[1]]
            speaker = talk.coordinator_id if letter.person_id == talk.resident_id else talk.resident_id
            answers[address[str(speaker)]].add(letter.created_at)
    return answers


def _examine_reports(desk: Desk, letters: list[LetterRow], findings: Findings) -> None:
    """What a resident was told is registered is there, and there once. Residents end their reports with their chat."""
    tickets = rehearsal.tickets(desk)
    theirs = {(ticket.number, ticket.reporter_id) for ticket in tickets}
    number_of = {ticket.id: ticket.number for ticket in tickets}
    theirs |= {(number_of[voice.ticket_id], voice.person_id) for voice in desk.session.scalars(select(Voice))}
    told = {
        (number[0], letter.person_id)
        for letter in letters
        if letter.text_key in REGISTERED and (number := NUMBER.search(letter.text))
    }
    findings.counted["reports registered"] = len(told)
    findings.against["a registered report is not there"] = [f"{number} of {who}" for number, who in told - theirs]
    texts = [ticket.words for ticket in tickets]
    for event in desk.session.scalars(select(Event).where(Event.kind.in_(OWN_WORDS))):
        texts += [str(said) for said in event.data.values()]
    times = {chat: sum(f"（{chat}）" in text for text in texts) for chat in {letter.address for letter in letters}}
    findings.against["a report was registered twice"] = [f"chat {chat}" for chat, number in times.items() if number > 1]


def _examine_letters(seen: Witnessed, letters: list[LetterRow], now: datetime, findings: Findings) -> None:
    """Every letter arrived once, or is marked; and those of one chat and priority in their order."""
    arrivals = Counter(entry["letter"] for entry in seen.shown if entry["letter"])
    first_at: dict[str, int] = {}
    for number, entry in enumerate(seen.shown):
        first_at.setdefault(entry["letter"], number)
    findings.counted["letters"] = len(letters)
    findings.counted["letters arrived"] = len(arrivals)
    findings.counted["letters marked ambiguous"] = sum(letter.doubts > 0 for letter in letters)
    findings.counted["letters arrived twice, marked"] = sum(times > 1 for times in arrivals.values())
    findings.against["a letter marked sent did not arrive"] = [
        f"{letter.id} to {letter.address}" for letter in letters
        if letter.state is LetterState.SENT and not arrivals[letter.id]
    ]  # fmt: skip
    findings.against["a letter arrived more often than its marks say"] = [
        f"{letter.id} to {letter.address}: {arrivals[letter.id]} times, {letter.doubts} marks, {letter.state}"
        for letter in letters
        if arrivals[letter.id] > 1 + letter.doubts
    ]
    given_up = [letter for letter in letters if letter.state is LetterState.DEAD]
    findings.counted["letters given up after two days of the jumping clock"] = len(given_up)
    findings.against["a letter was given up before its time"] = [
        f"{letter.id} to {letter.address}: {letter.problem}"
        for letter in given_up
        if now - letter.created_at <= TRY_FOR
    ]
    last: dict[tuple[str, int], tuple[int, str]] = {}
    overtaken = []
    for letter in letters:
        if letter.id not in first_at:
            continue
        lane = (letter.address, letter.priority)
        at, before = last.get(lane, (-1, ""))
        if first_at[letter.id] < at:
            overtaken.append(f"{letter.id} came before {before} to {letter.address}")
        else:
            last[lane] = (first_at[letter.id], letter.id)
    findings.against["a letter overtook another"] = overtaken


def _examine_timers(desk: Desk, findings: Findings) -> None:
    verdict = ledger.judge(desk.session, desk.now)
    findings.counted["timers run"] = verdict.ran
    findings.against["a due timer never ran"] = verdict.lost
    findings.against["a timer ran twice"] = verdict.twice


def _examine_rest(desk: Desk, findings: Findings) -> None:
    """Nothing is left half done."""
    session, flows = desk.session, Flows(FLOWS)
    unsent = {
        (row.address, row.priority): row.id
        for row in session.scalars(
            select(LetterRow).where(LetterRow.state.in_((LetterState.WAITING, LetterState.SENDING)))
        )
    }
    lanes = {(row.address, row.priority): row for row in session.scalars(select(Lane))}
    findings.against["a letter is still to be sent"] = [f"{id_} to {lane}" for lane, id_ in unsent.items()]
    findings.against["a lane is held, or stands without letters"] = [
        str(key) for key, lane in lanes.items() if lane.lease or key not in unsent
    ]
    findings.against["an overdue timer is left"] = [
        row.key for row in session.scalars(select(TimerRow).where(TimerRow.due_at <= desk.now))
    ]
    ended = {ticket.id: ticket.number for ticket in rehearsal.tickets(desk) if ticket.status in ENDED}
    findings.against["an ended ticket's timer runs on"] = [
        f"{row.key} of {ended[row.subject_id]}"
        for row in rehearsal.timers_left(desk)
        if row.subject_id in ended and row.job not in OUTLIVE_TICKETS
    ]
    findings.against["a conversation's state cannot be read"] = list(_unreadable(rehearsal.states(desk), flows))
    twice = select(Ticket.number).group_by(Ticket.number).having(func.count() > 1)
    findings.against["a ticket number was given twice"] = list(session.scalars(twice))


def _unreadable(states: list[tuple[str, Any]], flows: Flows) -> Iterable[str]:
    for address, row in states:
        if State.load(row, flows).dump() != row:
            yield f"chat {address}"


def _chat(update: dict[str, Any]) -> str:
    said = update.get("callback_query") or update["message"]
    return str(said["from"]["id"])
