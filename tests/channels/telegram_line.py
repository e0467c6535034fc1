"""Telegram in a demo city: what people send comes into its inbox, what it writes goes to the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot_api import BotApiServer
from bureau import Bureau
from sqlalchemy import select

from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram.service import TelegramService, Webhook
from gridwhistle.services.schema import Account, InboxRow

CHAT = "501"
MATTER = "下水道堵了"


class Line:
    """The service over a bureau."""

    def __init__(
        self,
        bureau: Bureau,
        server: BotApiServer,
        make_api: Callable[[Connection], BotApi],
        connection: Connection,
        webhook: Webhook | None = None,
    ) -> None:
        self.bureau = bureau
        self.server = server
        self.woken = threading.Event()
        self.service = TelegramService(make_api, connection, webhook)
        self.service.open(bureau.office, lambda text: MATTER in text, self.woken.set)

    def rows(self) -> list[InboxRow]:
        """What is in the inbox, in the order of the platform."""
        with self.bureau.desk() as desk:
            wanted = select(InboxRow).where(InboxRow.channel == "telegram").order_by(InboxRow.position)
            return list(desk.session.scalars(wanted))

    def bind(self, who: str, chat: str = CHAT) -> None:
        """Let somebody of the demo city be reached in a chat of Telegram alone."""
        with self.bureau.desk() as desk:
            for account in desk.session.scalars(select(Account).where(Account.person_id == self.bureau.ids[who])):
                desk.session.delete(account)
            desk.session.add(
                Account(
                    region=desk.region,
                    channel="telegram",
                    address=chat,
                    person_id=self.bureau.ids[who],
                    blocked=False,
                    last_heard_at=desk.now,
                )
            )


@contextmanager
def line(
    bureau: Bureau,
    server: BotApiServer,
    make_api: Callable[[Connection], BotApi],
    connection: Connection,
    webhook: Webhook | None = None,
) -> Iterator[Line]:
    """A line that is closed afterwards."""
    made = Line(bureau, server, make_api, connection, webhook)
    try:
        yield made
    finally:
        made.service.close()
