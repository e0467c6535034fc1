"""Is a photo that anybody sees only a photo: upright, small, and without the place and the device?"""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from bureau import Bureau
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from gridwhistle.services import attachments, dossier, tickets
from gridwhistle.services.attachments import keep_file, name_of
from gridwhistle.services.clock import CITY_ZONE
from gridwhistle.services.desk import Refused
from gridwhistle.services.files import Folder
from gridwhistle.services.photos import LARGEST_BYTES, LONGEST_SIDE, Taken, clean_photo
from gridwhistle.services.schema import Attachment

ORIENTATION = 0x0112


def picture(size: tuple[int, int] = (40, 20), kind: str = "JPEG", mode: str = "RGB", **save: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **save)  # type: ignore[arg-type]
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x0110] = "Secretphone 9"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[2] = (47.0, 15.0, 0.0)
    return picture(exif=exif, comment=b"zhangmin took this")


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def colour(image: Image.Image, where: tuple[int, int]) -> str:
    red, _, blue = image.convert("RGB").getpixel(where)  # type: ignore[misc]
    return "red" if red > blue else "blue"


def claim(width: int, height: int) -> bytes:
    """A tiny PNG file that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_place_device_and_comment_are_gone() -> None:
    raw = with_exif()
    assert b"Secretphone" in raw
    assert b"zhangmin" in raw
    clean = clean_photo(raw).body

    assert b"Secretphone" not in clean
    assert b"zhangmin" not in clean
    assert not opened(clean).getexif()
    assert not {"exif", "comment", "icc_profile"} & set(opened(clean).info)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (40, 20), (4, 10)), (3, (40, 20), (36, 10)), (6, (20, 40), (10, 4)), (8, (20, 40), (10, 36))],
)
def test_a_photo_is_turned_upright(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    image = opened(clean_photo(with_exif(orientation)).body)

    assert image.size == size
    assert colour(image, red_at) == "red"
    assert colour(image, (size[0] - red_at[0], size[1] - red_at[1])) == "blue"


def test_odd_exif_data_do_not_cost_the_photo() -> None:
    raw = with_exif(6)
    # The device's name declared as a number: Pillow can read it, but not write it anew.
    at = raw.index(b"\x01\x10\x00\x02")
    image = opened(clean_photo(raw[:at] + b"\x01\x10\x00\x04" + raw[at + 4 :]).body)

    assert image.format == "JPEG"


@pytest.mark.parametrize("size", [(4000, 1000), (1000, 4000), (1601, 2), (3000, 3000)])
def test_a_large_photo_is_made_smaller_in_its_proportions(size: tuple[int, int]) -> None:
    found = opened(clean_photo(picture(size)).body).size

    assert max(found) == LONGEST_SIDE
    assert abs(found[0] * size[1] - found[1] * size[0]) <= max(size)


def test_a_small_photo_stays_as_large_as_it_is() -> None:
    assert opened(clean_photo(picture((1600, 900))).body).size == (1600, 900)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "1"), ("GIF", "P"), ("WEBP", "RGB"),
     ("BMP", "RGB"), ("JPEG", "CMYK")],
)  # fmt: skip
def test_every_kind_of_picture_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    image = opened(clean_photo(picture(kind=kind, mode=mode)).body)

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 20))


@pytest.mark.parametrize(
    "raw", [b"", b"not a photo", b"%PDF-1.7", b"\xff\xd8\xff\xe0", b"GIF89a", b"<svg/>", b"MZ" * 99]
)
def test_what_is_no_photo_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused, match="photo_unreadable"):
        clean_photo(raw)


@given(st.integers(1, 600))
def test_a_photo_that_was_cut_off_is_refused_and_never_breaks(kept: int) -> None:
    raw = picture((200, 200), quality=95)
    with pytest.raises(Refused, match="photo_unreadable"):
        clean_photo(raw[: min(kept, len(raw) - 40)])


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.data())
def test_a_damaged_photo_is_cleaned_or_refused_and_nothing_else(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([with_exif(6), picture(kind="PNG"), picture(kind="GIF", mode="P")])))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = opened(clean_photo(bytes(raw)).body)
    except Refused as refused:
        found = refused.text
    else:
        found = str(image.format)
    assert found in ("refused.photo_unreadable", "refused.photo_large", "JPEG")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(10_000, 5_001), (10_000, 10_000), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_claims_to_be_huge_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(Refused, match=r"photo_large|photo_unreadable"):
        clean_photo(claim(*size))


def test_twenty_megabytes_are_the_most() -> None:
    photo = picture()
    assert clean_photo(photo + b"\0" * (LARGEST_BYTES - len(photo))).body
    with pytest.raises(Refused, match="photo_large"):
        clean_photo(photo + b"\0" * (LARGEST_BYTES - len(photo) + 1))


def test_the_same_photo_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    photo = clean_photo(picture())
    for _ in range(2):
        keep_file(Folder(tmp_path), photo)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name_of(photo.sha256)]
    assert Folder(tmp_path).get(name_of(photo.sha256)) == photo.body


def test_only_ones_own_photos_can_be_bound_to_a_ticket_and_only_to_one(bureau: Bureau) -> None:
    with bureau.desk("zhangmin") as desk:
        mine = attachments.enter(desk, clean_photo(picture()))
    one, two = bureau.report(matter="fire_lane_blocked"), bureau.report(matter="wires_hanging")
    with pytest.raises(Refused, match="photo"):
        bureau.does("wangfang", tickets.attach, one, [mine])
    with pytest.raises(Refused, match="photo"):
        bureau.does("zhangmin", tickets.attach, one, ["no such photo"])
    bureau.does("zhangmin", tickets.supplement, one, "补一张", [mine])
    bureau.does("zhangmin", tickets.supplement, one, "再补一次", [mine])
    with pytest.raises(Refused, match="photo"):
        bureau.does("zhangmin", tickets.attach, two, [mine])

    with bureau.desk() as desk:
        row = attachments.find(desk.session, desk.region, mine)
        assert isinstance(row, Attachment)
        assert (row.ticket_id, row.person_id) == (one.id, bureau.ids["zhangmin"])


def with_evidence(moment: str, position: dict[int, object]) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = moment
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(position)
    return picture(exif=exif)


NORTH_EAST = {1: "N", 2: (47.0, 15.0, 9.0), 3: "E", 4: (132.0, 2.0, 24.0)}
MOMENT = datetime(2026, 11, 23, 8, 41, 5, tzinfo=CITY_ZONE)


@pytest.mark.parametrize(
    ("moment", "position", "taken"),
    [
        ("2026:11:23 08:41:05", NORTH_EAST, Taken(at=MOMENT, latitude=47.2525, longitude=132.04)),
        (
            "2026:11:23 08:41:05",
            {**NORTH_EAST, 1: "S", 3: "W"},
            Taken(at=MOMENT, latitude=-47.2525, longitude=-132.04),
        ),
        ("2026:11:23 08:41:05", {}, Taken(at=MOMENT)),
        ("", NORTH_EAST, Taken(latitude=47.2525, longitude=132.04)),
        ("0000:00:00 00:00:00", {1: "N", 2: (47.0, 15.0, 9.0)}, Taken()),
        ("yesterday", {**NORTH_EAST, 2: (97.0, 15.0, 9.0)}, Taken()),
        ("2026:13:23 08:41:05", {**NORTH_EAST, 4: (132.0, 2.0)}, Taken()),
    ],
)
def test_time_and_place_of_a_photo_are_read_as_evidence(moment: str, position: dict[int, object], taken: Taken) -> None:
    assert clean_photo(with_evidence(moment, position)).taken == taken


def test_evidence_is_for_those_who_handle_the_ticket_alone(bureau: Bureau) -> None:
    with bureau.desk("zhangmin") as desk:
        mine = attachments.enter(desk, clean_photo(with_evidence("2026:11:23 08:41:05", NORTH_EAST)))
    ticket = bureau.report(matter="fire_lane_blocked")
    bureau.does("zhangmin", tickets.supplement, ticket, "补一张", [mine])

    def seen_by(who: str) -> list[Taken]:
        with bureau.desk(who) as desk:
            found = dossier.read(desk, ticket.id)
            return [line.taken for line in found.lines if line.taken] if found else []

    assert seen_by(bureau.handler(ticket)) == [Taken(at=MOMENT, latitude=47.2525, longitude=132.04)]
    assert seen_by("zhangmin") == []
    assert seen_by("wangfang") == []
