"""Does everything that waits in the inbox have its turn, in order, with its files, whatever fails meanwhile?"""

from __future__ import annotations

import io
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from bureau import Bureau
from PIL import Image
from structlog.testing import capture_logs

from gridwhistle.bot.intake import Intake, arrival_of
from gridwhistle.bot.remote_files import MOST_TRIES, FileGone, FileTooLarge
from gridwhistle.dialogs.conversation import Read
from gridwhistle.dialogs.message import Content, Inbound, Photo, Text, Unsupported, dump_content
from gridwhistle.services import attachments, inbox
from gridwhistle.services.desk import Address
from gridwhistle.services.inbox import Arrival, RemoteFile
from gridwhistle.services.one_writer import Lost
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.photos import LARGEST_BYTES
from gridwhistle.services.schema import LetterRow

CHANNEL = "telegram"


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as logs:
        yield logs  # type: ignore[misc]


class Turns:
    """Stands in for the conversation: marks each message as handled, and keeps it."""

    together: tuple[int, ...] = ()
    """How many acted at once each time."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
        self.heard: list[Inbound] = []
        self.before: Callable[[Inbound], None] = lambda _inbound: None

    def read(self, inbound: Inbound) -> Read:
        self.before(inbound)
        return Read(inbound=inbound, understood=None, key="", began=0)

    def act(self, several: Sequence[Read]) -> None:
        self.together += (len(several),)
        with self._bureau.office.store.together():
            for read in several:
                self._act(read.inbound)

    def _act(self, inbound: Inbound) -> None:
        with self._bureau.desk() as desk:
            where = Address(channel=inbound.channel, address=inbound.address)
            given = (where, inbound.external_id, inbound.received_at, dump_content(inbound.content), desk.now)
            if inbox.take_in(desk.session, desk.region, *given):
                inbox.mark_handled(desk.session, desk.region, where, inbound.together, desk.now)
                self.heard.append(inbound)

    @property
    def contents(self) -> list[Content]:
        return [inbound.content for inbound in self.heard]


@pytest.fixture
def turns(bureau: Bureau) -> Turns:
    return Turns(bureau)


def intake(bureau: Bureau, turns: Turns, download: Callable[[RemoteFile], bytes] | None = None) -> Intake:
    return Intake(bureau.office, turns.read, turns.act, {CHANNEL: download} if download else {}, (CHANNEL,))


@contextmanager
def at_work(intake: Intake) -> Iterator[None]:
    intake.start()
    try:
        yield
    finally:
        intake.stop()


def receive(bureau: Bureau, chat: str, number: int, content: Content, **more: object) -> None:
    arrival = Arrival(
        channel=CHANNEL,
        address=chat,
        external_id=f"{number}",
        received_at=bureau.clock.now(),
        content=dump_content(content),
        position=number,
        **more,  # type: ignore[arg-type]
    )
    with bureau.desk() as desk:
        inbox.receive(desk, [arrival])


def picture() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 120, 90)).save(raw, "PNG")
    return raw.getvalue()


PHOTO = RemoteFile(kind="photo", reference="AgAD", size=1000)


def receive_photo(bureau: Bureau, number: int = 1, caption: str = "", **more: object) -> None:
    given = {"files": (PHOTO,), **more}
    receive(bureau, "a", number, Photo(attachments=(), caption=caption), **given)


def test_what_waits_has_its_turn(bureau: Bureau, turns: Turns) -> None:
    receive(bureau, "a", 1, Text(text="水管漏了"))
    receive(bureau, "a", 2, Text(text="在3号楼"))

    assert intake(bureau, turns).run_due() == 2
    assert turns.contents == [Text(text="水管漏了"), Text(text="在3号楼")]
    assert intake(bureau, turns).run_due() == 0


def test_chats_are_served_side_by_side_and_each_in_order(bureau: Bureau, turns: Turns) -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(inbound: Inbound) -> None:
        if inbound.external_id in ("1", "2"):
            both.wait()  # a slow turn in one chat does not keep the other from its own

    turns.before = meet
    for number in range(1, 41):
        receive(bureau, "ab"[number % 2], number, Text(text=f"{number}"))
    with at_work(intake(bureau, turns)):
        wait_until(lambda: len(turns.heard) == 40)

    orders = defaultdict(list)
    for inbound in turns.heard:
        orders[inbound.address].append(int(inbound.external_id))
    assert orders == {"a": list(range(2, 41, 2)), "b": list(range(1, 41, 2))}


def test_a_turn_that_fails_is_tried_again_and_the_log_names_the_cause_without_the_words(
    bureau: Bureau, turns: Turns, logs: list[dict[str, object]]
) -> None:
    def break_once(inbound: Inbound) -> None:
        turns.before = lambda _inbound: None
        raise OSError(f"the store is down while {inbound.content} waits")

    turns.before = break_once
    receive(bureau, "a", 1, Text(text="水管漏了"))
    assert intake(bureau, turns).run_due() == 1
    assert turns.heard == []
    assert [(line["event"], line["cause"]) for line in logs] == [("intake.failed", "OSError")]
    assert "水管" not in str(logs)

    bureau.clock.ahead_to(bureau.clock.now() + timedelta(minutes=1))
    intake(bureau, turns).run_due()
    assert turns.contents == [Text(text="水管漏了")]


def test_a_store_that_is_down_for_a_while_does_not_end_the_intake(
    bureau: Bureau, turns: Turns, monkeypatch: pytest.MonkeyPatch, logs: list[dict[str, object]]
) -> None:
    monkeypatch.setattr("gridwhistle.bot.intake.STORE_DOWN_WAITS", 0.01)
    claim, broken = inbox.claim, iter([True, True])

    def down_at_first(*given: object) -> object:
        if next(broken, False):
            raise ConnectionError("no store")
        return claim(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "claim", down_at_first)
    receive(bureau, "a", 1, Text(text="水管漏了"))
    with at_work(intake(bureau, turns)):
        wait_until(lambda: bool(turns.heard))
    assert [line["event"] for line in logs] == ["intake.store_down", "intake.store_down"]


def test_stopping_lets_the_turn_that_has_begun_end(bureau: Bureau, turns: Turns) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_inbound: Inbound) -> None:
        begun.set()
        go_on.wait(10)

    turns.before = slow
    receive(bureau, "a", 1, Text(text="水管漏了"))
    working = intake(bureau, turns)
    working.start()
    begun.wait(10)
    stopping = threading.Thread(target=working.stop)
    stopping.start()
    go_on.set()
    stopping.join(10)

    assert len(turns.heard) == 1


def test_many_chats_at_once_share_their_commits_where_that_pays(bureau: Bureau, turns: Turns) -> None:
    for number in range(12):
        receive(bureau, f"chat {number}", number, Text(text=f"{number}"))
    with at_work(intake(bureau, turns)):
        wait_until(lambda: len(turns.heard) == 12)
    if bureau.office.store.is_sqlite:
        assert max(turns.together) > 1
    else:
        assert set(turns.together) == {1}


def test_nobody_waits_for_the_photos_of_others(bureau: Bureau, turns: Turns) -> None:
    def download(_file: RemoteFile) -> bytes:
        wait_until(lambda: len(turns.heard) == 6)
        return picture()

    for number in range(3):
        receive(bureau, f"chat {number}", number, Text(text=f"{number}"))
    receive_photo(bureau, 3)
    for number in range(4, 7):
        receive(bureau, f"chat {number}", number, Text(text=f"{number}"))
    with at_work(intake(bureau, turns, download)):
        wait_until(lambda: len(turns.heard) == 7)
    assert isinstance(turns.contents[-1], Photo)


def test_messages_that_were_lost_together_come_again(
    bureau: Bureau, turns: Turns, logs: list[dict[str, object]]
) -> None:
    def lose(_several: Sequence[Read]) -> None:
        raise Lost

    for number in range(3):
        receive(bureau, f"chat {number}", number, Text(text=f"{number}"))
    with at_work(Intake(bureau.office, turns.read, lose, {}, (CHANNEL,))):
        wait_until(lambda: len(logs) == 3)
    assert [(line["event"], line["cause"]) for line in logs] == [("intake.failed", "Lost")] * 3

    bureau.clock.ahead_to(bureau.clock.now() + timedelta(minutes=1))
    intake(bureau, turns).run_due()
    assert sorted(turns.contents, key=str) == [Text(text=f"{number}") for number in range(3)]


# ---- files


def test_a_photo_is_fetched_cleaned_and_kept_before_its_turn(bureau: Bureau, turns: Turns) -> None:
    asked: list[RemoteFile] = []

    def download(file: RemoteFile) -> bytes:
        asked.append(file)
        return picture()

    receive_photo(bureau, caption="楼道里")
    intake(bureau, turns, download).run_due()

    assert asked == [PHOTO]
    (content,) = turns.contents
    assert isinstance(content, Photo)
    assert content.caption == "楼道里"
    with bureau.desk() as desk:
        kept = attachments.find(desk.session, desk.region, content.attachments[0])
        assert kept is not None
        body = attachments.body_of(bureau.office.files, kept)
        assert body is not None
        assert body[:2] == b"\xff\xd8"


def test_an_album_is_one_message_with_all_photos_and_its_words(bureau: Bureau, turns: Turns) -> None:
    for number, caption in ((1, ""), (2, "都在这儿"), (3, "")):
        receive_photo(bureau, number, caption, album="x")
    bureau.clock.ahead_to(bureau.clock.now() + inbox.ALBUM_GATHERS)

    assert intake(bureau, turns, lambda _file: picture()).run_due() == 1
    (content,) = turns.contents
    assert isinstance(content, Photo)
    assert (len(content.attachments), content.caption) == (3, "都在这儿")
    assert intake(bureau, turns).run_due() == 0


def failing(error: Exception) -> Callable[[RemoteFile], bytes]:
    def download(_file: RemoteFile) -> bytes:
        raise error

    return download


@pytest.mark.parametrize(
    ("download", "kind"),
    [
        (failing(FileTooLarge()), "photo_large"),
        (failing(FileGone()), "photo_lost"),
        (lambda _file: b"PK\x03\x04 a zip that is named .jpg", "photo_unreadable"),
        (lambda _file: b"\xff\xd8\xff\xe0 the beginning of a photo", "photo_unreadable"),
    ],
)
def test_a_photo_that_cannot_be_used_is_said_so(
    bureau: Bureau, turns: Turns, download: Callable[[RemoteFile], bytes], kind: str
) -> None:
    receive_photo(bureau)
    intake(bureau, turns, download).run_due()

    assert turns.contents == [Unsupported(kind=kind)]


def test_a_photo_that_is_too_large_by_its_own_account_is_not_even_fetched(bureau: Bureau, turns: Turns) -> None:
    huge = RemoteFile(kind="photo", reference="x", size=LARGEST_BYTES + 1)
    receive_photo(bureau, files=(huge,))
    intake(bureau, turns, failing(AssertionError("fetched"))).run_due()

    assert turns.contents == [Unsupported(kind="photo_large")]


def test_a_platform_that_is_down_is_asked_again_but_not_for_ever(bureau: Bureau, turns: Turns) -> None:
    receive_photo(bureau)
    for _ in range(MOST_TRIES):
        assert turns.contents == []
        intake(bureau, turns, failing(TimeoutError("no answer"))).run_due()
        bureau.clock.ahead_to(bureau.clock.now() + timedelta(minutes=1))

    assert turns.contents == [Unsupported(kind="photo_lost")]


VOICE = RemoteFile(kind="voice", reference="v")
OPUS = b"OggS\0\2".ljust(28, b"\0") + b"OpusHead"


@pytest.mark.parametrize("said", ["voice", "file"])
def test_a_voice_is_kept_as_it_came(bureau: Bureau, turns: Turns, said: str) -> None:
    receive(bureau, "a", 1, Unsupported(kind=said), files=(VOICE,))
    intake(bureau, turns, lambda _file: OPUS).run_due()

    (content,) = turns.contents
    assert isinstance(content, Unsupported)
    assert content.kind == "voice"
    with bureau.desk() as desk:
        row = attachments.find(desk.session, desk.region, content.attachments[0])
        assert row is not None
        assert (row.kind, row.media_type, row.size) == ("voice", "audio/ogg", len(OPUS))
        assert attachments.body_of(bureau.office.files, row) == OPUS


@pytest.mark.parametrize(
    ("download", "size"),
    [
        (failing(FileTooLarge()), None),
        (failing(FileGone()), None),
        (lambda _file: b"%PDF-1.7", None),
        (failing(AssertionError("fetched")), LARGEST_BYTES + 1),
    ],
)
def test_a_recording_that_is_not_kept_is_answered_as_one_that_cannot_be_read(
    bureau: Bureau, turns: Turns, download: Callable[[RemoteFile], bytes], size: int | None
) -> None:
    receive(bureau, "a", 1, Unsupported(kind="voice"), files=(replace(VOICE, size=size),))
    intake(bureau, turns, download).run_due()

    assert turns.contents == [Unsupported(kind="voice")]


def test_a_voice_that_never_comes_does_not_hold_up_the_chat(bureau: Bureau, turns: Turns) -> None:
    receive(bureau, "a", 1, Unsupported(kind="voice"), files=(VOICE,))
    for _ in range(MOST_TRIES):
        assert turns.contents == []
        intake(bureau, turns, failing(TimeoutError("no answer"))).run_due()
        bureau.clock.ahead_to(bureau.clock.now() + timedelta(minutes=1))

    assert turns.contents == [Unsupported(kind="voice")]


def test_an_albums_sound_photos_are_taken_where_one_is_damaged(bureau: Bureau, turns: Turns) -> None:
    bodies = iter([picture(), b"damaged"])
    receive_photo(bureau, 1, album="x")
    receive_photo(bureau, 2, album="x")
    bureau.clock.ahead_to(bureau.clock.now() + inbox.ALBUM_GATHERS)
    intake(bureau, turns, lambda _file: next(bodies)).run_due()

    (content,) = turns.contents
    assert isinstance(content, Photo)
    assert len(content.attachments) == 1


# ---- replies and direct messages


def test_a_reply_to_a_message_of_the_platform_is_a_reply_to_our_letter(bureau: Bureau, turns: Turns) -> None:
    with bureau.desk("zhangmin", heard=True) as desk:
        post(desk, Letter(to=desk.me, text="talks.ended", key="k"))
    with bureau.desk() as desk:
        (row,) = desk.session.query(LetterRow).all()
        row.channel, row.address, row.message_id = CHANNEL, "a", "77"
        letter = row.id
    receive(bureau, "a", 1, Text(text="还漏"), quotes="77")
    receive(bureau, "a", 2, Text(text="还漏"), quotes="78")
    intake(bureau, turns).run_due()

    assert turns.contents == [Text(text="还漏", reply_to=letter), Text(text="还漏")]


def test_a_message_that_has_to_wait_is_the_same_when_its_turn_comes(bureau: Bureau, turns: Turns) -> None:
    said = Inbound(
        channel=CHANNEL, address="a", external_id="m", received_at=bureau.clock.now(), content=Text(text="半个\ud800字")
    )
    with bureau.desk() as desk:
        inbox.receive(desk, [arrival_of(said)])
    intake(bureau, turns).run_due()

    assert turns.contents == [Text(text="半个\N{REPLACEMENT CHARACTER}字")]


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it has not happened"
        time.sleep(0.005)
