"""Does an operator see what could not be delivered, and no more of people than a reason was given for?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from bureau import MONDAY, Bureau
from postbox import Postbox
from sqlalchemy import select
from structlog.testing import capture_logs

from gridwhistle.services import stranded
from gridwhistle.services.outbox import NOWHERE
from gridwhistle.services.schema import LetterState, Person, Reveal
from gridwhistle.services.sending import SendResult
from gridwhistle.services.store import new_id


@pytest.fixture
def box(bureau: Bureau) -> Postbox:
    """One letter of each fate: dead, doubtful, waiting, sent."""
    box = Postbox(bureau)
    with capture_logs():
        for key, result in (("dead", SendResult.REFUSED), ("doubtful", SendResult.UNKNOWN), ("sent", SendResult.SENT)):
            box.post(key, once=True)
            [errand] = box.claim()
            box.settle(errand, result, problem="400 bad")
    box.post("waiting")
    return box


def test_the_list_has_what_needs_an_operator_masked(bureau: Bureau, box: Postbox) -> None:
    with bureau.desk() as desk:
        found = stranded.stranded(desk)
        assert [letter.state for letter in stranded.unsent(desk)] == [LetterState.WAITING]
        assert stranded.counts(desk) == {
            LetterState.DEAD: 1, LetterState.DOUBTFUL: 1, LetterState.WAITING: 1, LetterState.SENDING: 0
        }  # fmt: skip
    assert [letter.id for letter in found] == [box.row("doubtful").id, box.row("dead").id]
    assert found[1].problem == "400 bad"
    for letter in found:
        assert "zhangmin" not in letter.address
        assert box.row("dead").text not in letter.text


def test_a_reveal_needs_a_reason_and_is_written_down(bureau: Bureau, box: Postbox) -> None:
    row = box.row("dead")
    with pytest.raises(ValueError, match="say why"), bureau.desk() as desk:
        stranded.reveal(desk, row.id, " ")
    with bureau.desk() as desk:
        shown = stranded.reveal(desk, row.id, "居民来电查询")
        assert stranded.reveal(desk, new_id(), "x") is None
    assert shown is not None
    assert (shown.text, shown.address) == (row.text, "zhangmin")
    with bureau.desk() as desk:
        [reveal] = desk.session.scalars(select(Reveal))
        assert (reveal.person_id, reveal.viewer_id) == (bureau.ids["zhangmin"], stranded.OPERATOR)
        assert reveal.reason.endswith("居民来电查询")
        assert stranded.find(desk, new_id()) is None


def test_a_letter_is_sent_again_with_all_its_tries_before_it(bureau: Bureau, box: Postbox) -> None:
    [waiting] = box.claim()
    box.settle(waiting, SendResult.SENT)
    bureau.clock.ahead_to(MONDAY + timedelta(days=9))
    for letter in (box.row("dead").id, box.row("doubtful").id):
        with bureau.desk() as desk:
            assert stranded.resend(desk, letter)
            assert not stranded.resend(desk, letter), "it is on its way already"
    [errand] = box.claim()

    assert box.keys(errand) == ["dead"], "in the order of their writing"
    box.settle(errand, SendResult.RETRY)
    assert box.row("dead").state is LetterState.WAITING


def test_a_letter_to_somebody_without_a_chat_goes_to_the_one_they_have_now(bureau: Bureau, box: Postbox) -> None:
    with bureau.desk() as desk:
        desk.session.add(Person(region=desk.region, id="nochat", code=None, name="老孙", language="zh", unit=None,
                                grid=None, place=None, created_at=desk.now))  # fmt: skip
    bureau.ids["nochat"] = "nochat"
    box.post("far", to="nochat")
    assert box.row("far").channel == NOWHERE.channel
    letter = box.row("far").id
    with bureau.desk() as desk:
        assert not stranded.resend(desk, letter)
    box.account("nochat", "telegram", "77", heard=MONDAY)
    with bureau.desk() as desk:
        assert stranded.resend(desk, letter)

    assert Postbox(bureau, channel="telegram").take() == ["far"]


def test_what_was_given_up_is_listed_and_sent_no_more(bureau: Bureau, box: Postbox) -> None:
    ids = {key: box.row(key).id for key in ("dead", "doubtful", "sent", "waiting")}
    with bureau.desk() as desk:
        assert stranded.drop(desk, ids["dead"])
        assert not stranded.drop(desk, ids["sent"])
        assert not stranded.drop(desk, ids["waiting"])
        assert not stranded.resend(desk, ids["dead"])
        assert [letter.id for letter in stranded.stranded(desk)] == [ids["doubtful"]]
