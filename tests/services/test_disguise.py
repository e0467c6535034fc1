from __future__ import annotations

import io
import random
import zipfile

import pytest
from PIL import Image

from gridwhistle.services.desk import Refused
from gridwhistle.services.photos import clean_photo


def photo(kind: str = "JPEG", **more: object) -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(raw, kind, **more)
    return raw.getvalue()


def archive() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as writer:
        writer.writestr("run.class", b"\xca\xfe\xba\xbe")
    return raw.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        archive(),
        photo() + archive(),
        photo("PNG") + archive(),
        photo("GIF") + archive(),
        photo(comment=b"%PDF-1.7 1 0 obj"),
        photo() + b"Rar!\x1a\x07\x01\x00",
        photo() + b"7z\xbc\xaf\x27\x1c\x00\x04",
        photo(comment=b"<script>alert(1)</script>"),
        photo(comment=b"<?php system($_GET['c']); ?>"),
        photo("GIF") + b"<!DOCTYPE html><HTML>",
    ],
)
def test_a_photo_that_is_something_else_as_well_is_refused_kindly(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        clean_photo(raw)
    assert refused.value.text == "refused.photo_unreadable"


@pytest.mark.parametrize(
    "appended",
    [
        b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 400,  # the film of a “live” photo
        photo(),  # a second picture, as of depth or brightness
        b"SEFT" + b"\x00" * 60,  # a maker's own notes
        b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>',
        b"PK\x03\x04 alone is no archive",
    ],
)
def test_what_telephones_append_does_not_cost_the_photo(appended: bytes) -> None:
    cleaned = clean_photo(photo() + appended).body
    assert cleaned.startswith(b"\xff\xd8")
    assert appended not in cleaned


def test_the_noise_of_a_large_photo_is_nothing_else() -> None:
    noise = random.Random(4).randbytes(1200 * 800 * 3)
    raw = io.BytesIO()
    Image.frombytes("RGB", (1200, 800), noise).save(raw, "PNG")
    assert clean_photo(raw.getvalue()).body


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "PPM", "TGA"])
def test_kinds_that_no_telephone_makes_are_not_even_decoded(kind: str) -> None:
    with pytest.raises(Refused):
        clean_photo(photo(kind))
