"""What does whoever runs GridWhistle decide, by variables of the environment?"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

import gridwhistle
from gridwhistle.bot.wechat_settings import WEB_ADDRESS, WeChatSettings

ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"
PACKAGE = Path(gridwhistle.__file__).parent
PROXY = re.compile(r"(?:https?|socks5h?)://\S+:\d{1,5}/?")
TELEGRAM_TOKEN = re.compile(r"\d{5,12}:[A-Za-z0-9_-]{30,}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class LogLevel(StrEnum):
    """How much is written to the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Engine(StrEnum):
    """Which engine proposes what a message means."""

    EMBEDDED = "embedded"
    RASA = "rasa"


def bundled(name: str) -> Path:
    """The folder of data that is shipped under this name: inside a wheel, or beside the package in a checkout."""
    inside = PACKAGE / "bundled" / name
    # The wheel's first: beside an installed package there may be a stranger's “demo”.
    return inside if inside.is_dir() else PACKAGE.parent / name


class TelegramLibrary(StrEnum):
    """Which library talks with Telegram."""

    PYTHON_TELEGRAM_BOT = "python-telegram-bot"
    AIOGRAM = "aiogram"


class TelegramMode(StrEnum):
    """How messages come from Telegram: we ask for them, or it pushes them to our own pages."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Settings(WeChatSettings):
    """All settings; each is read from ``GRIDWHISTLE_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="GRIDWHISTLE_", frozen=True, hide_input_in_errors=True)

    database_url: str = Field(
        default="sqlite:///var/gridwhistle.db", description="SQLAlchemy URL of the store: SQLite or PostgreSQL"
    )
    region: str = Field(default="fujin", pattern=r"^[a-z0-9-]{1,32}$", description="code of the county-level city")
    region_name: str = Field(default="富锦市", min_length=1, description="its name, entered by `gridwhistle init`")
    demo: bool = Field(default=False, description="demo mode: personas to chat as, a clock that can be moved")
    host: str = Field(default="127.0.0.1", description="address on which the pages are served")
    port: int = Field(default=8080, ge=0, le=65535, description="port on which the pages are served")
    chat_parents: str = Field(
        default="",
        pattern=rf"^({ORIGIN}( {ORIGIN})*)?$",
        description="origins of the city's own sites that may show the chat in a frame, as https://www.example.cn",
    )
    files_dir: Path = Field(default=Path("var/files"), description="folder of photos and other attachments")
    s3_endpoint: str | None = Field(
        default=None, pattern=WEB_ADDRESS, description="address of an object storage, used instead of the folder"
    )
    s3_bucket: str | None = Field(default=None, min_length=1, description="its bucket")
    s3_prefix: str = Field(default="", pattern=r"^([\w.-]+/)*$", description="what names in the bucket begin with")
    s3_key: SecretStr = Field(default=SecretStr(""), description="its access key")
    s3_secret: SecretStr = Field(default=SecretStr(""), description="its secret key")
    s3_region: str | None = Field(default=None, description="its region, where the storage wants one")
    telegram_token: SecretStr | None = Field(default=None, description="the bot's token, as BotFather gives it")
    telegram_library: TelegramLibrary = Field(
        default=TelegramLibrary.PYTHON_TELEGRAM_BOT, description="the library: python-telegram-bot or aiogram"
    )
    telegram_mode: TelegramMode = Field(default=TelegramMode.POLLING, description="polling or webhook")
    telegram_api_base: str = Field(
        default="https://api.telegram.org", pattern=WEB_ADDRESS, description="address of another Bot API server"
    )
    telegram_proxy: SecretStr = Field(default=SecretStr(""), description="http:// or socks5:// address of a proxy")
    telegram_webhook_url: str | None = Field(
        default=None, pattern=WEB_ADDRESS, description="public address of our pages, for the webhook"
    )
    telegram_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="secret that Telegram must show with every push"
    )
    cache_dir: Path = Field(default=Path(".cache"), description="folder of what can be computed again, as models")
    nlu_data_dir: Path = Field(
        default_factory=lambda: bundled("nlu_data"), description="the Rasa project with the training data"
    )
    nlu: Engine = Field(default=Engine.EMBEDDED, description="engine of the understanding: embedded or rasa")
    rasa_url: str = Field(
        default="http://127.0.0.1:5005", pattern=WEB_ADDRESS, description="address of `rasa run --enable-api`"
    )
    rasa_token: SecretStr | None = Field(default=None, description="its --auth-token")
    rasa_seconds: float = Field(default=2.0, gt=0, le=60, description="how long it may take for a message")
    large_model_url: str | None = Field(
        default=None, pattern=WEB_ADDRESS, description="base address of a server that speaks OpenAI's API, with /v1"
    )
    large_model: str | None = Field(default=None, min_length=1, description="the model's name on that server")
    large_model_key: SecretStr | None = Field(default=None, description="its API key")
    large_model_seconds: float = Field(default=5.0, gt=0, le=60, description="how long it may take for a message")
    demo_dir: Path = Field(default_factory=lambda: bundled("demo"), description="the demo city's files")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="how much is written to the log")
    log_json: bool = Field(default=False, description="one JSON object a line instead of words")

    @model_validator(mode="after")
    def _name_the_bucket(self) -> Settings:
        if self.s3_endpoint and not self.s3_bucket:
            raise ValueError("GRIDWHISTLE_S3_ENDPOINT needs GRIDWHISTLE_S3_BUCKET")
        return self

    @model_validator(mode="after")
    def _name_the_model(self) -> Settings:
        if self.large_model_url and not self.large_model:
            raise ValueError("GRIDWHISTLE_LARGE_MODEL_URL needs GRIDWHISTLE_LARGE_MODEL, the model's name there")
        return self

    @field_validator("telegram_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TELEGRAM_TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("a bot's token looks like 123456789:AAF…, copy it whole from BotFather")
        return value

    @field_validator("telegram_proxy")
    @classmethod
    def _is_a_proxy(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not PROXY.fullmatch(value.get_secret_value()):
            raise ValueError("a proxy looks like http://host:port or socks5://user:password@host:port")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("16 to 256 letters, digits, “_” and “-”; make one with: openssl rand -hex 32")
        return value

    @model_validator(mode="after")
    def _can_be_pushed_to(self) -> Settings:
        pushed = self.telegram_token is not None and self.telegram_mode is TelegramMode.WEBHOOK
        if pushed and not (self.telegram_webhook_url and self.telegram_webhook_secret.get_secret_value()):
            raise ValueError(
                "GRIDWHISTLE_TELEGRAM_MODE=webhook needs GRIDWHISTLE_TELEGRAM_WEBHOOK_URL "
                "and GRIDWHISTLE_TELEGRAM_WEBHOOK_SECRET"
            )
        return self

    @property
    def examples_dir(self) -> Path:
        """The labelled examples inside the Rasa project."""
        return self.nlu_data_dir / "data" / "nlu"

    @property
    def models_dir(self) -> Path:
        """Where trained models are kept."""
        return self.cache_dir / "nlu"
