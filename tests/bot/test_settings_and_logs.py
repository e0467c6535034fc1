"""Are the settings read as documented, and is the log free of personal data?"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
import structlog

from gridwhistle.bot.logs import BLOTTED, blot, set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings, bundled


def test_the_defaults_run_in_a_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings()

    assert settings.database_url == "sqlite:///var/gridwhistle.db"
    assert (settings.host, settings.port, settings.region, settings.demo) == ("127.0.0.1", 8080, "fujin", False)
    assert (settings.demo_dir / "org.csv").is_file()
    assert settings.examples_dir.is_dir()


def test_a_wheel_brings_its_data_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "gridwhistle"
    (package / "bundled" / "demo").mkdir(parents=True)
    (tmp_path / "demo").mkdir()
    monkeypatch.setattr("gridwhistle.bot.settings.PACKAGE", package)

    assert bundled("demo") == package / "bundled" / "demo"
    assert bundled("nlu_data") == tmp_path / "nlu_data"


def test_personal_fields_and_numbers_are_blotted_out() -> None:
    event = blot(
        None,
        "info",
        {
            "event": "call 13800000001 or +86 138 0000 0001 about 110101199003074258",
            "words": "我家漏水",
            "ticket": "幸福-261123-007",
            "person_id": "01a208e9826074bba29413800000001a",
            "attempts": 3,
        },
    )

    assert event["event"] == f"call {BLOTTED} or {BLOTTED} about {BLOTTED}"
    assert event["words"] == BLOTTED
    assert event["ticket"] == "幸福-261123-007"
    assert event["person_id"] == "01a208e9826074bba29413800000001a"
    assert event["attempts"] == 3


@pytest.mark.usefixtures("restored")
def test_json_logs_hold_our_events_and_those_of_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level=LogLevel.INFO, as_json=True)

    structlog.get_logger("ours").info("turn.done", turn="t1")
    structlog.get_logger("ours").debug("not.shown")
    logging.getLogger("theirs").warning("lost 13800000001")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("turn.done", "info"),
        (f"lost {BLOTTED}", "warning"),
    ]
    assert lines[0]["turn"] == "t1"


@pytest.mark.usefixtures("restored")
def test_tracebacks_do_not_show_values(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level=LogLevel.INFO, as_json=False)
    words = "我家漏水"
    try:
        int(words[:0])
    except ValueError:
        structlog.get_logger("ours").exception("turn.failed")

    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert words not in shown


WECOM = {
    "wecom_corp_id": "wx5823bf96d3bd56c7",
    "wecom_agent_id": "1000002",
    "wecom_secret": "s",
    "wecom_token": "QDG6eK",
    "wecom_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
}
WECHAT = {
    "wechat_app_id": "wx5823bf96d3bd56c7",
    "wechat_secret": "s",
    "wechat_token": "QDG6eK",
    "wechat_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
}


@pytest.mark.parametrize("account", [WECOM, WECHAT], ids=["wecom", "wechat"])
def test_a_platforms_settings_are_given_whole(monkeypatch: pytest.MonkeyPatch, account: dict[str, str]) -> None:
    for name, value in account.items():
        monkeypatch.setenv(f"GRIDWHISTLE_{name}".upper(), value)
    assert account["wecom_token" if "wecom_token" in account else "wechat_token"] not in repr(Settings())

    for name in account:
        with monkeypatch.context() as without:
            without.delenv(f"GRIDWHISTLE_{name}".upper())
            with pytest.raises(ValueError, match=f"GRIDWHISTLE_{name}".upper()):
                Settings()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("wecom_aes_key", "too-short", "43 letters and digits"),
        ("wechat_aes_key", "a" * 44, "43 letters and digits"),
        ("wechat_token", "with-a-dash", "3 to 32 letters and digits"),
        ("wecom_corp_id", "1000002", "match pattern"),
        ("wecom_api_base", "qyapi.weixin.qq.com", "match pattern"),
        ("wechat_template_fields", '{"thing1": "{words}"}', "only {text} and {time}"),
        ("wechat_template_fields", '{"thing1": "{text"}', "only {text} and {time}"),
        ("wechat_template_kind", "sms", "template"),
    ],
)
def test_a_platforms_setting_that_cannot_be_right_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    for one, right in {**WECOM, **WECHAT, name: value}.items():
        monkeypatch.setenv(f"GRIDWHISTLE_{one}".upper(), right)
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        Settings()
    if name.endswith(("_key", "_token")):
        assert value not in str(caught.value), "a secret is in no message"
