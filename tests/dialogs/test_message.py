"""Does whatever a person sends come through the store as it was, but for what no store can keep?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import Town

from gridwhistle.dialogs.message import (
    Content,
    Photo,
    Pin,
    Press,
    Text,
    Unsupported,
    Wake,
    dump_content,
    load_content,
    storable,
)

anything = st.text(st.characters(), max_size=30)  # with NUL and halves of surrogate pairs
maybe = st.one_of(st.none(), anything)
contents = st.one_of(
    st.builds(Text, text=anything, reply_to=maybe),
    st.builds(Press, letter=anything, index=st.integers()),
    st.builds(Photo, attachments=st.lists(anything, max_size=3).map(tuple), caption=anything, reply_to=maybe),
    st.builds(Pin, latitude=st.floats(allow_nan=False), longitude=st.floats(allow_nan=False)),
    st.builds(Unsupported, kind=anything, attachments=st.lists(anything, max_size=2).map(tuple), reply_to=maybe),
    st.builds(Wake, flow=anything, given=st.dictionaries(st.text("abc"), anything, max_size=2), key=anything),
)


@given(contents)
def test_every_content_is_read_as_it_was_written(content: Content) -> None:
    assert load_content(json.loads(json.dumps(dump_content(content)))) == content


@given(contents.filter(lambda content: not isinstance(content, Wake)))
def test_what_is_storable_has_utf8_and_no_nul_and_stays_so(content: Content) -> None:
    kept = storable(content)

    assert b"\0" not in json.dumps(dump_content(kept), ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(dump_content(kept))
    assert storable(kept) == kept


@pytest.mark.parametrize("row", [{}, {"kind": "telepathy"}, {"kind": "text"}, {"kind": "photo", "attachments": "x"}])
def test_a_row_that_cannot_be_read_is_a_value_error(row: dict[str, str]) -> None:
    with pytest.raises((ValueError, KeyError)):
        load_content(row)


@pytest.mark.parametrize("text", ["坏\ud83d了", "通\x00了", "\udfff", "\x00"])
def test_texts_that_no_store_can_keep_are_answered_like_others(town: Town, text: str) -> None:
    assert town.say(text)
    assert town.letters("zhang")[-1].text_key != "common.internal_error"
