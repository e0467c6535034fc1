"""Is an envelope opened only when the platform has sealed it, and its XML read only when it is harmless?"""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sealing import AES_KEY, RECEIVER, TOKEN, Sealer

from gridwhistle.bot.channels.wechat.envelope import Envelope, NotOurs
from gridwhistle.bot.channels.wechat.fields import Unreadable, fields_of
from gridwhistle.bot.channels.wechat.hook import prove_plain, prove_sealed

ENVELOPE = Envelope(TOKEN, AES_KEY, RECEIVER)
SEALER = Sealer()
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)


# ---- the examples of Tencent's documentation and sample code


def test_the_published_address_check_is_answered() -> None:
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": ECHO,
    }
    assert prove_sealed(ENVELOPE, query) == "1616140317555161061"
    with pytest.raises(NotOurs):
        prove_sealed(ENVELOPE, {**query, "nonce": "263014781"})


def test_the_published_message_is_read() -> None:
    signature = "477715d11cdb4164915debcba66cb864d751f3e6"
    assert ENVELOPE.is_signed(signature, "1409659813", "1372623149", MESSAGE)
    assert not ENVELOPE.is_signed(signature, "1409659814", "1372623149", MESSAGE)
    fields = fields_of(ENVELOPE.open(MESSAGE))
    assert fields == {
        "ToUserName": "wx5823bf96d3bd56c7",
        "FromUserName": "mycreate",
        "CreateTime": "1409659813",
        "MsgType": "text",
        "Content": "hello",
        "MsgId": "4561255354251345929",
        "AgentID": "218",
    }


# ---- what holds for all


@given(st.text(max_size=3000))
def test_what_is_sealed_is_opened(text: str) -> None:
    said = text.encode("utf-8", "replace").decode()
    assert ENVELOPE.open(SEALER.seal(said)) == said


@given(st.text(min_size=1, max_size=60), st.data())
def test_what_was_changed_on_the_way_is_not_signed(text: str, data: st.DataObject) -> None:
    sealed = SEALER.seal(text.encode("utf-8", "replace"))
    signature = SEALER.sign("1", "2", sealed)
    raw = bytearray(base64.b64decode(sealed))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = base64.b64encode(raw).decode()

    assert ENVELOPE.is_signed(signature, "1", "2", sealed)
    assert not ENVELOPE.is_signed(signature, "1", "2", changed)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_is_no_envelope_is_not_ours(junk: bytes) -> None:
    for sealed in (junk.decode("latin-1"), base64.b64encode(junk).decode()):
        with pytest.raises(NotOurs):
            ENVELOPE.open(sealed)


@pytest.mark.parametrize(
    "other",
    [Sealer(receiver="wx0000000000000000"), Sealer(aes_key="a" * 42 + "E"), Sealer(receiver="")],
    ids=["another account", "another key", "nobody"],
)
def test_an_envelope_for_somebody_else_is_not_ours(other: Sealer) -> None:
    with pytest.raises(NotOurs):
        ENVELOPE.open(other.seal("<xml/>"))


def test_words_in_another_encoding_are_not_ours() -> None:
    with pytest.raises(NotOurs):
        ENVELOPE.open(SEALER.seal("下水道堵了".encode("gbk")))


def test_an_official_account_hears_its_own_word_only_with_our_signature() -> None:
    query = {"signature": SEALER.sign("1", "2"), "timestamp": "1", "nonce": "2", "echostr": "4711"}
    assert prove_plain(ENVELOPE, query) == "4711"
    for name in ("signature", "timestamp", "nonce"):
        with pytest.raises(NotOurs):
            prove_plain(ENVELOPE, {**query, name: "9"})
        with pytest.raises(NotOurs):
            prove_plain(ENVELOPE, {key: value for key, value in query.items() if key != name})


# ---- XML

BOMB = '<!DOCTYPE xml [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>'
BARE = "<!DOCTYPE xml><xml><Content>1</Content></xml>"


@pytest.mark.parametrize(
    "body", [BOMB, OUTSIDE, BARE, "", "没有尖括号", "<xml><a></xml>", "<xml>&unknown;</xml>", "{}"]
)
def test_harmful_and_broken_xml_is_not_read(body: str) -> None:
    with pytest.raises(Unreadable):
        fields_of(body)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(fields_of(body), dict)


def test_text_is_read_with_and_without_cdata() -> None:
    body = "<xml><A><![CDATA[<b>3&4</b>]]></A><B>3 &lt; 4</B><C/></xml>"
    assert fields_of(body) == {"A": "<b>3&4</b>", "B": "3 < 4", "C": ""}
