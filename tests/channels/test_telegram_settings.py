"""Do the settings of Telegram tell what is wrong with them, and cost nothing where they are not used?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from gridwhistle.bot.channels.telegram.connection import telegram_of
from gridwhistle.bot.commands.opening import UserMistake, open_platforms, read_settings
from gridwhistle.bot.logs import blot

TOKEN = "7000001:" + "A" * 35


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"TOKEN": "my token"}, "GRIDWHISTLE_TELEGRAM_TOKEN: a bot's token looks like"),
        ({"TOKEN": TOKEN, "LIBRARY": "telebot"}, "GRIDWHISTLE_TELEGRAM_LIBRARY: Input should be"),
        ({"TOKEN": TOKEN, "MODE": "webhook"}, "GRIDWHISTLE_TELEGRAM_MODE=webhook needs"),
        ({"TOKEN": TOKEN, "API_BASE": "api.telegram.org"}, "GRIDWHISTLE_TELEGRAM_API_BASE:"),
        ({"TOKEN": TOKEN, "PROXY": "proxy.example"}, "GRIDWHISTLE_TELEGRAM_PROXY: a proxy looks like"),
        ({"WEBHOOK_SECRET": "short"}, "GRIDWHISTLE_TELEGRAM_WEBHOOK_SECRET: 16 to 256 letters"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"GRIDWHISTLE_TELEGRAM_{name}", value)
    with pytest.raises(UserMistake) as mistake:
        read_settings()

    assert told in str(mistake.value)
    secret = {given[name] for name in ("TOKEN", "PROXY", "WEBHOOK_SECRET") if name in given}
    assert not any(value in str(mistake.value) for value in secret)


def test_without_a_token_there_is_no_telegram() -> None:
    assert telegram_of(read_settings()) is None


def test_the_token_does_not_show_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWHISTLE_TELEGRAM_TOKEN", TOKEN)
    assert TOKEN not in repr(read_settings())


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWHISTLE_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("GRIDWHISTLE_TELEGRAM_LIBRARY", "aiogram")
    monkeypatch.setitem(sys.modules, "gridwhistle.bot.channels.telegram_aiogram", None)
    with pytest.raises(UserMistake, match="pip install"), open_platforms(read_settings()):
        pass


def test_a_token_is_blotted_out_of_the_log() -> None:
    event = blot(None, "info", {"event": f"POST https://api.telegram.org/bot{TOKEN}/getMe failed"})
    assert TOKEN not in str(event)


def test_no_chat_library_is_imported_before_it_is_wanted() -> None:
    script = "import sys, gridwhistle.bot.cli; sys.exit(bool({'aiogram', 'telegram'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 (our own words)
