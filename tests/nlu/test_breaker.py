from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwhistle.dialogs.nlu.breaker import Breaker


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_after_the_failures_nobody_asks_until_the_rest_is_over_and_then_one() -> None:
    watch = Watch()
    breaker = Breaker(failures=3, rest_seconds=30, clock=watch)
    assert [breaker.failed() for _ in range(3)] == [False, False, True]
    assert not breaker.lets_through()
    watch.seconds = 30
    assert breaker.lets_through(), "one may try"
    assert not breaker.lets_through(), "the others wait for its answer"
    assert breaker.succeeded(), "the rest is over"
    assert breaker.lets_through()
    assert not breaker.resting


def test_a_failed_trial_begins_another_rest_without_news() -> None:
    watch = Watch()
    breaker = Breaker(failures=1, rest_seconds=30, clock=watch)
    assert breaker.failed()
    watch.seconds = 31
    assert breaker.lets_through()
    assert not breaker.failed(), "it was resting already"
    watch.seconds = 60
    assert not breaker.lets_through()
    watch.seconds = 61
    assert breaker.lets_through()


def test_an_answer_forgets_earlier_failures() -> None:
    breaker = Breaker(failures=2, rest_seconds=30, clock=Watch())
    breaker.failed()
    assert not breaker.succeeded()
    assert not breaker.failed()
    assert breaker.lets_through()


@given(st.lists(st.tuples(st.sampled_from(["ask", "fail", "answer"]), st.floats(0, 20)), max_size=60))
def test_it_rests_only_after_enough_failures_in_a_row_and_never_for_ever(acts: list[tuple[str, float]]) -> None:
    watch = Watch()
    breaker = Breaker(failures=3, rest_seconds=30, clock=watch)
    in_a_row = 0
    for act, passed in acts:
        watch.seconds += passed
        if act == "fail":
            in_a_row += 1
            breaker.failed()
        elif act == "answer":
            in_a_row = 0
            breaker.succeeded()
        else:
            breaker.lets_through()
        assert breaker.resting == (in_a_row >= 3)
    watch.seconds += 30
    assert breaker.lets_through()
