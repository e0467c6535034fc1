"""WeCom and an official account in a demo city: callbacks come into its inbox, what it writes goes to the server."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bureau import Bureau
from fastapi import FastAPI
from sealing import AES_KEY, RECEIVER, TOKEN, Sealer
from sqlalchemy import select
from wechat_api import WeChatServer

from gridwhistle.bot.channels.official_account import official_account_of
from gridwhistle.bot.channels.wechat.service import CalledPlatform
from gridwhistle.bot.channels.wecom import wecom_of
from gridwhistle.bot.settings import Settings
from gridwhistle.services.schema import Account, InboxRow
from gridwhistle.services.sending import OutgoingLetter

with warnings.catch_warnings():
    # Starlette would rather have a successor of httpx, which our other tools do not know yet.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

ACCOUNTS: dict[str, dict[str, Any]] = {
    "wecom": {
        "wecom_corp_id": RECEIVER,
        "wecom_agent_id": 1000002,
        "wecom_secret": "the-secret",
        "wecom_token": TOKEN,
        "wecom_aes_key": AES_KEY,
    },
    "wechat": {
        "wechat_app_id": RECEIVER,
        "wechat_secret": "the-secret",
        "wechat_token": TOKEN,
        "wechat_aes_key": AES_KEY,
    },
}
CHATS = {"wecom": "lisi", "wechat": "oOne"}
MAKE = {"wecom": wecom_of, "wechat": official_account_of}


def settings_of(channel: str, server: WeChatServer, **more: Any) -> Settings:
    given = {**ACCOUNTS[channel], f"{channel}_api_base": server.base, **more}
    return Settings(**given)


class Line:
    """A platform over a bureau, and the platform's side of it."""

    def __init__(self, bureau: Bureau, server: WeChatServer, channel: str, **more: Any) -> None:
        self.bureau, self.server, self.channel, self.chat = bureau, server, channel, CHATS[channel]
        self.sealer = Sealer()
        self.woken = threading.Event()
        platform = MAKE[channel](settings_of(channel, server, **more))
        assert platform is not None
        self.platform: CalledPlatform = platform
        self.platform.open(bureau.office, lambda _words: False, self.woken.set)
        site = FastAPI()
        site.include_router(self.platform.routes())
        self.client = TestClient(site)

    def called(self, said: str) -> int:
        """The platform calls back; gives the status of our answer, which never says a word."""
        body, query = self.sealer.callback(said)
        return self.posted(body, query)

    def posted(self, body: bytes, query: dict[str, str]) -> int:
        response = self.client.post(f"/push/{self.channel}", content=body, params=query)
        assert response.content == b""
        return response.status_code

    def rows(self) -> list[InboxRow]:
        with self.bureau.desk() as desk:
            wanted = select(InboxRow).where(InboxRow.channel == self.channel)
            return list(desk.session.scalars(wanted.order_by(InboxRow.position)))

    def bind(self, who: str, heard: datetime | None = None) -> None:
        """Let somebody of the demo city be reached in this chat alone."""
        with self.bureau.desk() as desk:
            for account in desk.session.scalars(select(Account).where(Account.person_id == self.bureau.ids[who])):
                desk.session.delete(account)
            desk.session.add(
                Account(
                    region=desk.region,
                    channel=self.channel,
                    address=self.chat,
                    person_id=self.bureau.ids[who],
                    blocked=False,
                    last_heard_at=heard or desk.now,
                )
            )

    def letter(self, **more: Any) -> OutgoingLetter:
        given = {
            "id": "0193f0c0a1b2c3d4e5f60718293a4b5c",
            "person_id": "p",
            "channel": self.channel,
            "address": self.chat,
            "text": "您好",
            "labels": (),
            "attachments": (),
            "card": None,
            "reply": False,
            **more,
        }
        return OutgoingLetter(**given)


@contextmanager
def wechat_line(bureau: Bureau, server: WeChatServer, channel: str, **more: Any) -> Iterator[Line]:
    """A line that is closed afterwards."""
    made = Line(bureau, server, channel, **more)
    try:
        yield made
    finally:
        made.platform.close()
