"""Which libraries talk with Telegram here?"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest

from gridwhistle.bot.channels.telegram.api import BotApi, Connection
from gridwhistle.bot.channels.telegram_ptb import PtbApi

LIBRARIES = ("python-telegram-bot", "aiogram")


def library(name: str) -> Callable[[Connection], BotApi]:
    """Our adapter for a library; the test is skipped where the other one is not installed."""
    if name == "python-telegram-bot":
        return PtbApi
    if importlib.util.find_spec("aiogram") is None:
        pytest.skip("aiogram is not installed: pip install 'gridwhistle[aiogram]'")
    from gridwhistle.bot.channels.telegram_aiogram import AiogramApi  # noqa: PLC0415 (only where it is there)

    return AiogramApi
