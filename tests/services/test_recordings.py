"""Is only a voice or a video kept, with the right ticket, and who may fetch it?"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from bureau import Bureau

from gridwhistle.services import attachments, dossier, tickets
from gridwhistle.services.desk import Refused
from gridwhistle.services.lifecycle import Step, move
from gridwhistle.services.org import coordinator
from gridwhistle.services.photos import LARGEST_BYTES
from gridwhistle.services.recordings import WAITS, Recording, recording_of
from gridwhistle.services.schema import Attachment, Ticket

OPUS = b"OggS\0\2".ljust(28, b"\0") + b"OpusHead"
PROPERTY_MATTER = "stairwell_clutter"


def mp4(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0isommp41"


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (OPUS, "audio/ogg"),
        (b"OggS\0\2".ljust(28, b"\0") + b"\x01vorbis", "audio/ogg"),
        (b"OggS\0\2".ljust(28, b"\0") + b"\x80theora", None),
        (b"ID3\4\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf3\x40\xc0", "audio/mpeg"),
        (b"\xff\xfb\xf0\x00", None),
        (b"\xff\xfb\x9c\x00", None),
        (b"\xff\xf1\x50\x80", None),
        (b"\xff", None),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", None),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"#!AMR-WB\n\x3c", "audio/amr-wb"),
        (b"#!/bin/sh\n", None),
        (mp4(b"M4A "), "audio/mp4"),
        (mp4(b"isom"), "video/mp4"),
        (mp4(b"mp42"), "video/mp4"),
        (mp4(b"3gp5"), "video/3gpp"),
        (mp4(b"heic"), None),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x88matroska", None),
        (b"%PDF-1.7\n", None),
        (b"PK\3\4 word/document.xml", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"MZ\x90\0", None),
        (b"<html><script>", None),
        (b"", None),
        (OPUS + b"<script>alert(1)</script>", None),
        (OPUS + b"7z\xbc\xaf\x27\x1c", None),
        (OPUS + b"\0" * LARGEST_BYTES, None),
    ],
)
def test_a_file_is_what_it_holds(raw: bytes, media_type: str | None) -> None:
    found = recording_of(raw)
    assert (found.media_type if found else None) == media_type
    if found is not None:
        assert found.kind == ("video" if media_type in ("video/mp4", "video/3gpp", "video/webm") else "voice")
        assert (found.body, found.sha256) == (raw, hashlib.sha256(raw).hexdigest())


def kept(bureau: Bureau, who: str = "zhangmin") -> str:
    recording = recording_of(OPUS)
    assert isinstance(recording, Recording)
    with bureau.desk(who) as desk:
        return attachments.enter(desk, recording)


def ticket_of(bureau: Bureau, recording: str) -> str | None:
    return row_of(bureau, recording).ticket_id


def row_of(bureau: Bureau, recording: str) -> Attachment:
    with bureau.desk() as desk:
        row = attachments.find(desk.session, desk.region, recording)
        assert row is not None
        return row


def place_of(bureau: Bureau, who: str, quoted: Ticket | None) -> str | None:
    with bureau.desk(who) as desk:
        found = tickets.record_on(desk, quoted.id if quoted else None)
        return found.id if found else None


def test_a_recording_belongs_to_the_quoted_ticket_else_to_the_only_open_one(bureau: Bureau) -> None:
    assert place_of(bureau, "zhangmin", None) is None
    one = bureau.report()
    assert place_of(bureau, "zhangmin", None) == one.id
    two = bureau.report(matter="wires_hanging")
    assert place_of(bureau, "zhangmin", None) is None
    assert place_of(bureau, "zhangmin", two) == two.id
    assert place_of(bureau, bureau.handler(two), two) == two.id
    assert place_of(bureau, "wangfang", two) is None
    bureau.does("zhangmin", move, two, Step.WITHDRAW)
    assert place_of(bureau, "zhangmin", two) is None
    assert place_of(bureau, "zhangmin", None) == one.id


def test_what_came_before_the_report_goes_with_it_for_a_day(bureau: Bureau) -> None:
    old = kept(bureau)
    bureau.clock.ahead_to(bureau.clock.now() + WAITS)
    mine, others = kept(bureau), kept(bureau, "wangfang")
    bureau.clock.ahead_to(bureau.clock.now() + WAITS - timedelta(seconds=1))
    ticket = bureau.report()

    assert [ticket_of(bureau, one) for one in (old, mine, others)] == [None, ticket.id, None]
    assert bureau.kinds(ticket).count("recording") == 1
    later = bureau.report(matter="wires_hanging")
    assert ticket_of(bureau, mine) == ticket.id
    assert "recording" not in bureau.kinds(later)


def test_the_handler_is_told_and_nobody_binds_what_is_anothers(bureau: Bureau) -> None:
    ticket, mine = bureau.report(), kept(bureau)
    with pytest.raises(Refused):
        bureau.does("wangfang", tickets.record, ticket, [mine], "voice")
    bureau.does("zhangmin", tickets.record, ticket, [mine], "voice")
    (letter,) = bureau.letters(bureau.handler(ticket), "letter.supplemented")
    assert "一段语音" in letter.text
    assert bureau.now(ticket).photos == []
    other = bureau.report(matter="wires_hanging")
    with pytest.raises(Refused):
        bureau.does("zhangmin", tickets.record, other, [mine], "voice")


def seen(bureau: Bureau, who: str, ticket: Ticket, recording: str) -> tuple[bool, bool]:
    """Whether somebody may fetch the recording, and finds it in the ticket's sheet."""
    row = row_of(bureau, recording)
    with bureau.desk(who) as desk:
        found = dossier.read(desk, ticket.id)
        listed = found is not None and (recording, "voice") in found.recordings
        return dossier.may_see_photo(desk, row), listed


def test_no_third_party_and_no_other_resident_gets_a_voice(bureau: Bureau) -> None:
    mine = kept(bureau)
    ticket = bureau.report(matter=PROPERTY_MATTER, words="楼道里堆满了纸壳子")
    assert bureau.handler(ticket) == "machao"
    bureau.does("wangfang", tickets.add_voice, ticket, "我家门口也是")
    more = kept(bureau, "wangfang")
    bureau.does("wangfang", tickets.record, ticket, [more], "voice")

    assert [seen(bureau, who, ticket, mine) for who in ("machao", "panshijie", "wangfang")] == [(False, False)] * 3
    assert seen(bureau, "zhangmin", ticket, mine) == (True, True)
    assert seen(bureau, "zhangmin", ticket, more) == (False, False)
    assert seen(bureau, "wangfang", ticket, more) == (True, True)
    (told,) = bureau.letters("machao", "letter.supplemented")
    assert "语音" not in told.text


def test_who_handles_or_leads_gets_it(bureau: Bureau) -> None:
    mine = kept(bureau)
    ticket = bureau.report()
    with bureau.desk() as desk:
        leader = bureau.codes[coordinator(desk, ticket.grid)]
    for who in (bureau.handler(ticket), leader):
        assert seen(bureau, who, ticket, mine) == (True, True)
