"""What may reach the site without its own scripts' header, and how much at once?"""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request, Response
from visitors import TestClient

from gridwhistle.bot.web.guard import LARGEST_JSON, OWN_HEADER, Guard
from gridwhistle.bot.web.policy import Policy


@pytest.fixture
def client() -> TestClient:
    site = FastAPI()

    async def take(request: Request) -> int:
        return len(await request.body())

    for path in ("/push/wecom", "/api/messages", "/api/push/"):
        site.post(path)(take)
    site.add_middleware(Guard, refuse=lambda _request, status: Response(status_code=status), policy=Policy(""))
    return TestClient(site)


def test_another_sites_page_cannot_act_but_a_platform_may_push(client: TestClient) -> None:
    assert client.post("/api/messages", content=b"{}").status_code == 403
    assert client.post("/api/messages", content=b"{}", headers={OWN_HEADER: "1"}).status_code == 200
    assert client.post("/push/wecom", content=b"<xml/>").json() == len(b"<xml/>")
    assert client.post("/api/push/", content=b"{}").status_code == 403


@pytest.mark.parametrize("path", ["/push/wecom", "/api/messages"])
def test_what_is_too_large_is_refused_before_it_is_read(client: TestClient, path: str) -> None:
    large = b" " * (LARGEST_JSON + 1)
    assert client.post(path, content=large, headers={OWN_HEADER: "1"}).status_code == 413
