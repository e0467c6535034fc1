"""Does a letter that could only be announced go out whole as soon as its person writes?"""

from __future__ import annotations

from datetime import timedelta

from bureau import Bureau
from postbox import Postbox
from sqlalchemy import select

from gridwhistle.services import announced, memory
from gridwhistle.services.announced import MARK, MOST
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.schema import Account, LetterState
from gridwhistle.services.sending import Pace, Quota, SendResult

WINDOW = Pace(parallel=4, quotas=(Quota(most=5, span=timedelta(hours=48), after_heard=True, template_outside=True),))
HERE = Address(channel=DEMO_CHANNEL, address="zhangmin")


def announce(box: Postbox, *keys: str, **more: object) -> None:
    """Letters to somebody who has been silent for three days."""
    for key in keys:
        box.post(key, **more)
        (errand,) = box.claim()
        assert not errand.letters[0].window_open
        box.settle(errand, SendResult.SENT, message_id=f"{MARK}1")


def silent(bureau: Bureau) -> Postbox:
    bureau.clock.ahead_to(bureau.clock.now() + timedelta(days=3))
    return Postbox(bureau, WINDOW)


def write(bureau: Bureau) -> int:
    with bureau.desk() as desk:
        return announced.send_whole(desk, HERE)


def test_what_was_announced_goes_out_whole_when_the_person_writes(bureau: Bureau) -> None:
    box = silent(bureau)
    announce(box, "news")
    assert box.claim() == []

    assert write(bureau) == 1
    (errand,) = box.claim()
    assert box.keys(errand) == ["news"]
    assert errand.letters[0].window_open, "the word of the person is what opens the window"
    box.settle(errand, SendResult.SENT)
    assert write(bureau) == 0, "once"


def test_the_newest_go_out_and_older_forms_of_a_card_stay_away(bureau: Bureau) -> None:
    box = silent(bureau)
    announce(box, "card-1", card="ticket:1")
    announce(box, "a", "b", "c")
    announce(box, "card-2", card="ticket:1")

    assert write(bureau) == MOST
    assert [box.row(key).state for key in ("card-1", "a", "b", "c", "card-2")] == [
        *(LetterState.SENT, LetterState.SENT),
        *(LetterState.WAITING, LetterState.WAITING, LetterState.WAITING),
    ]
    assert write(bureau) == 0


def test_a_form_that_was_sent_whole_since_then_stands(bureau: Bureau) -> None:
    box = silent(bureau)
    announce(box, "card-1", card="ticket:1")
    with bureau.desk() as desk:
        memory.recall(desk.session, desk.region, HERE, desk.now)
    box.post("card-2", card="ticket:1")
    (errand,) = box.claim()
    box.settle(errand, SendResult.SENT, message_id="whole")

    assert write(bureau) == 0


def test_every_word_counts_from_its_own_moment(bureau: Bureau) -> None:
    for seconds in (1, 2, 3):
        bureau.clock.ahead_to(bureau.clock.now() + timedelta(seconds=seconds))
        with bureau.desk() as desk:
            memory.recall(desk.session, desk.region, HERE, desk.now)
        with bureau.desk() as desk:
            account = desk.session.scalars(select(Account).where(Account.address == HERE.address)).one()
            assert account.last_heard_at == desk.now
