"""Who sits at the pages in the tests, and at what time?"""

from __future__ import annotations

import uuid
import warnings
from datetime import UTC, datetime

from gridwhistle.services.clock import CITY_ZONE

with warnings.catch_warnings():
    # Starlette would rather have a successor of httpx, which our other tools do not know yet.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["MORNING", "Person", "RunningFrom", "TestClient"]

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=CITY_ZONE)


class RunningFrom:
    """A clock that runs, from a moment of the test's choice."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


class Person:
    """Somebody at the page: the demo's person, or a visitor with a cookie."""

    def __init__(self, client: TestClient, code: str | None) -> None:
        self.client = client
        self.params = {"as": code, "lang": "zh"} if code else {"lang": "zh"}

    def get(self, path: str, **query: str | float):  # noqa: ANN201 (httpx's response)
        return self.client.get(path, params={**self.params, **query})

    def post(self, path: str, body: object, **more: object):  # noqa: ANN201
        return self.client.post(path, params=self.params, json=body, **more)

    def say(self, text: str) -> None:
        assert self.post("/api/messages", {"id": uuid.uuid4().hex, "text": text}).json() == {"taken": True}

    def bubbles(self) -> list[dict[str, object]]:
        return self.get("/api/chat").json()["bubbles"]

    def press(self, label: str) -> None:
        for bubble in reversed(self.bubbles()):
            for index, button in enumerate(bubble["buttons"]):
                if button["label"] == label and button["live"]:
                    body = {"id": uuid.uuid4().hex, "letter": bubble["id"], "index": index}
                    assert self.post("/api/presses", body).status_code == 200
                    return
        raise AssertionError(f"no live button {label}")

    def last(self) -> str:
        return str(self.bubbles()[-1]["text"])
