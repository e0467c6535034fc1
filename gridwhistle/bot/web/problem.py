"""Why can a request not be served, in words for the person who made it?"""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 (an answer for a person)
    """A request that is answered with a kind sentence instead of a page."""

    def __init__(self, status: int, text: str, **params: object) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.params = params
