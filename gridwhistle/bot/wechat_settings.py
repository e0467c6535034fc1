"""What does whoever runs GridWhistle decide about WeCom (企业微信) and the city's official account (公众号)?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

WEB_ADDRESS = r"^https?://[^\s/]+"
AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
CALLBACK_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
WECOM = ("corp_id", "agent_id", "secret", "token", "aes_key")
WECHAT = ("app_id", "secret", "token", "aes_key")


class TemplateKind(StrEnum):
    """What an official account may send outside of its answer window."""

    TEMPLATE = "template"
    SUBSCRIPTION = "subscription"


class WeChatSettings(BaseSettings):
    """The part of the settings that names both accounts; all of one's names are given, or none."""

    wecom_corp_id: str | None = Field(default=None, pattern=r"^w[wx][0-9A-Za-z]{6,32}$", description="企业ID of WeCom")
    wecom_agent_id: int | None = Field(default=None, ge=1, description="AgentId of the application")
    wecom_secret: SecretStr = Field(default=SecretStr(""), description="Secret of the application")
    wecom_token: SecretStr = Field(default=SecretStr(""), description="Token of 接收消息")
    wecom_aes_key: SecretStr = Field(default=SecretStr(""), description="EncodingAESKey of 接收消息")
    wecom_api_base: str = Field(
        default="https://qyapi.weixin.qq.com", pattern=WEB_ADDRESS, description="address of WeCom's API, or of a proxy"
    )
    wechat_app_id: str | None = Field(
        default=None, pattern=r"^wx[0-9A-Za-z]{6,32}$", description="AppID of the official account"
    )
    wechat_secret: SecretStr = Field(default=SecretStr(""), description="its AppSecret")
    wechat_token: SecretStr = Field(default=SecretStr(""), description="令牌(Token) of 服务器配置")
    wechat_aes_key: SecretStr = Field(default=SecretStr(""), description="消息加解密密钥 of 服务器配置")
    wechat_api_base: str = Field(
        default="https://api.weixin.qq.com", pattern=WEB_ADDRESS, description="address of WeChat's API, or of a proxy"
    )
    wechat_template_id: str | None = Field(
        default=None, min_length=1, description="template for what has to be said outside of the answer window"
    )
    wechat_template_kind: TemplateKind = Field(
        default=TemplateKind.TEMPLATE, description="template (模板消息) or subscription (订阅通知)"
    )
    wechat_template_fields: Mapping[str, str] = Field(
        default={"thing1": "{text}", "time2": "{time}"}, description="the template's fields, with {text} and {time}"
    )

    @field_validator("wecom_aes_key", "wechat_aes_key")
    @classmethod
    def _is_an_aes_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not AES_KEY.fullmatch(value.get_secret_value()):
            raise ValueError("an EncodingAESKey has 43 letters and digits; copy it whole from the console")
        return value

    @field_validator("wecom_token", "wechat_token")
    @classmethod
    def _is_a_callback_token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not CALLBACK_TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("3 to 32 letters and digits, the same as in the console")
        return value

    @field_validator("wechat_template_fields")
    @classmethod
    def _can_be_filled(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        try:
            for wanted in value.values():
                wanted.format_map({"text": "", "time": ""})
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError('only {text} and {time} can be filled in, as in {"thing1": "{text}"}') from error
        return value

    @model_validator(mode="after")
    def _name_all_of_a_platform(self) -> Self:
        for platform, names in (("wecom", WECOM), ("wechat", WECHAT)):
            missing = [name for name in names if not self._is_given(f"{platform}_{name}")]
            if missing and len(missing) < len(names):
                wanted = ", ".join(f"GRIDWHISTLE_{platform}_{name}".upper() for name in missing)
                raise ValueError(f"some settings of this channel are given, but not {wanted}")
        return self

    def _is_given(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
