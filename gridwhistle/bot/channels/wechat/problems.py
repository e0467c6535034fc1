"""What do a platform's error codes mean for a letter, its chat, or the whole channel?"""

from __future__ import annotations

from datetime import timedelta

from gridwhistle.services.sending import SendReport, SendResult

OK = 0
TOKEN_REFUSED = frozenset({40001, 40014, 41001, 42001, 42007, 42009})
"""The access token is void or expired: worth one new one."""
MEDIA_GONE = frozenset({40007})
WINDOW_CLOSED = frozenset({45015, 45047})
"""Longer than 48 hours since the person wrote, or too many answers since then."""
BUSY = frozenset({-1, 50001, 6000, 45033})
WAIT = {
    45009: timedelta(hours=1),  # the day's quota of an interface
    45011: timedelta(minutes=1),  # the minute's
    45028: timedelta(hours=1),
    45045: timedelta(minutes=1),
}
PERSON_GONE = frozenset({40003, 40031, 43004, 43101, 46004, 60111, 60117, 81013})
"""Follows us no more, does not want us, or is no member whom the application may see."""
OPERATOR = frozenset(
    {
        *(40013, 40056, 40125, 40164, 40243),  # a wrong id, a wrong secret, an address that is not on the white list
        *(41002, 41004, 48001, 48002, 48004, 50002),  # an interface that the account may not use
        *(60011, 60020, 301002, 701008),
    }
)
LONGEST_WORDS = 200


class ApiProblem(Exception):  # noqa: N818 (an answer of the platform)
    """A call that did not succeed; ``code`` is the platform's, where it gave one."""

    def __init__(self, report: SendReport, code: int | None = None) -> None:
        super().__init__(report.problem)
        self.report = report
        self.code = code


def problem_of(code: int, words: str) -> ApiProblem:
    """An error code as the outbox has to take it. What is unknown is about this letter."""
    said = f"{code} {words}"[:LONGEST_WORDS]
    if code in WAIT:
        return ApiProblem(SendReport(result=SendResult.LATER, retry_after=WAIT[code], problem=said), code)
    if code in BUSY:
        result = SendResult.RETRY
    elif code in PERSON_GONE:
        result = SendResult.STOPPED
    elif code in OPERATOR or code in TOKEN_REFUSED:
        result = SendResult.MISCONFIGURED
    else:
        result = SendResult.REFUSED
    return ApiProblem(SendReport(result=result, problem=said), code)


def trouble(result: SendResult, words: str) -> ApiProblem:
    """A problem on the way to the platform."""
    return ApiProblem(SendReport(result=result, problem=words))
