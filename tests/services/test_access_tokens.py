"""Does one process at a time fetch a platform's token, and all others go on meanwhile?"""

from __future__ import annotations

from datetime import timedelta

from bureau import Bureau

from gridwhistle.services import access_tokens, uploads
from gridwhistle.services.access_tokens import LEASE, RENEW_BEFORE, Permit

CHANNEL = "wecom"
TWO_HOURS = timedelta(hours=2)


def ask(bureau: Bureau, refused: str | None = None) -> Permit:
    with bureau.desk() as desk:
        return access_tokens.ask(desk, CHANNEL, refused)


def renew(bureau: Bureau, lease: str | None, token: str) -> None:
    with bureau.desk() as desk:
        access_tokens.renew(desk, CHANNEL, str(lease), token, TWO_HOURS)


def later(bureau: Bureau, span: timedelta) -> None:
    bureau.clock.ahead_to(bureau.clock.now() + span)


def test_the_first_who_asks_fetches_and_the_others_wait(bureau: Bureau) -> None:
    first, second = ask(bureau), ask(bureau)
    assert first.token is None
    assert first.lease is not None
    assert (second.token, second.lease) == (None, None)

    renew(bureau, first.lease, "a")
    known = ask(bureau)
    assert (known.token, known.lease, known.lasts) == ("a", None, TWO_HOURS - RENEW_BEFORE)


def test_a_token_is_renewed_before_it_expires_while_the_old_one_serves(bureau: Bureau) -> None:
    renew(bureau, ask(bureau).lease, "a")
    later(bureau, TWO_HOURS - RENEW_BEFORE + timedelta(seconds=1))
    first, second = ask(bureau), ask(bureau)

    assert (first.token, first.lease is not None) == ("a", True)
    assert (second.token, second.lease) == ("a", None)
    renew(bureau, first.lease, "b")
    assert ask(bureau).token == "b"  # noqa: S105 (of the test)


def test_an_expired_token_is_none(bureau: Bureau) -> None:
    renew(bureau, ask(bureau).lease, "a")
    later(bureau, TWO_HOURS)
    assert ask(bureau).token is None


def test_a_refused_token_is_void_for_all_but_a_newer_one_stays(bureau: Bureau) -> None:
    renew(bureau, ask(bureau).lease, "a")
    refused = ask(bureau, refused="a")
    assert (refused.token, refused.lease is not None) == (None, True)
    renew(bureau, refused.lease, "b")

    late = ask(bureau, refused="a")
    assert (late.token, late.lease) == ("b", None), "another process has renewed it already"


def test_the_lease_of_a_dead_process_is_taken_over_and_comes_too_late(bureau: Bureau) -> None:
    dead = ask(bureau)
    later(bureau, LEASE)
    heir = ask(bureau)
    assert heir.lease not in (None, dead.lease)

    renew(bureau, heir.lease, "heirs")
    renew(bureau, dead.lease, "late")
    assert ask(bureau).token == "heirs"  # noqa: S105 (of the test)


def test_a_lease_that_is_given_up_is_free_at_once(bureau: Bureau) -> None:
    first = ask(bureau)
    with bureau.desk() as desk:
        access_tokens.give_up(desk, CHANNEL, str(first.lease))
    assert ask(bureau).lease not in (None, first.lease)


def test_a_token_is_in_no_representation(bureau: Bureau) -> None:
    renew(bureau, ask(bureau).lease, "very-secret")
    assert "very-secret" not in repr(ask(bureau))


def test_an_uploaded_file_is_known_until_the_platform_forgets_it(bureau: Bureau) -> None:
    with bureau.desk() as desk:
        uploads.keep(desk, CHANNEL, "f" * 64, "m1")
    with bureau.desk() as desk:
        assert uploads.media_id(desk, CHANNEL, "f" * 64) == "m1"
        assert uploads.media_id(desk, "wechat", "f" * 64) is None
    later(bureau, uploads.KEPT)
    with bureau.desk() as desk:
        assert uploads.media_id(desk, CHANNEL, "f" * 64) is None
        uploads.keep(desk, CHANNEL, "f" * 64, "m2")
        uploads.keep(desk, CHANNEL, "f" * 64, "m3")
        assert uploads.media_id(desk, CHANNEL, "f" * 64) == "m3"
        uploads.forget(desk, CHANNEL, "m3")
        assert uploads.media_id(desk, CHANNEL, "f" * 64) is None
