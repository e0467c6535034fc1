"""Do the settings want Telegram, through which library, and how is it reached?"""

from __future__ import annotations

from collections.abc import Callable

from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram.service import TelegramService, Webhook
from gridwhistle.bot.settings import Settings, TelegramLibrary, TelegramMode


def telegram_of(settings: Settings) -> TelegramService | None:
    """Telegram as the settings want it; ``None`` without a token.

    Raises ``ModuleNotFoundError`` where the library is not installed.
    """
    if settings.telegram_token is None:
        return None
    webhook = None
    if settings.telegram_mode is TelegramMode.WEBHOOK and settings.telegram_webhook_url is not None:
        secret = settings.telegram_webhook_secret
        webhook = Webhook(public_url=settings.telegram_webhook_url, secret=secret.get_secret_value())
    connection = Connection(
        token=settings.telegram_token.get_secret_value(),
        base=settings.telegram_api_base.rstrip("/"),
        proxy=settings.telegram_proxy.get_secret_value() or None,
    )
    return TelegramService(_library(settings.telegram_library), connection, webhook)


def _library(name: TelegramLibrary) -> Callable[[Connection], BotApi]:
    # Imported here, because either takes its time and memory.
    if name is TelegramLibrary.AIOGRAM:
        from gridwhistle.bot.channels.telegram_aiogram import AiogramApi  # noqa: PLC0415

        return AiogramApi
    from gridwhistle.bot.channels.telegram_ptb import PtbApi  # noqa: PLC0415

    return PtbApi
