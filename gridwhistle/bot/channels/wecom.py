"""How do letters reach a member of the city's WeCom (企业微信), and do the settings want it?"""

from __future__ import annotations

from datetime import timedelta

from gridwhistle.bot.channels.wechat.api import TokenRequest
from gridwhistle.bot.channels.wechat.channel import CalledChannel
from gridwhistle.bot.channels.wechat.envelope import Envelope
from gridwhistle.bot.channels.wechat.hook import prove_sealed
from gridwhistle.bot.channels.wechat.menu import menu_of
from gridwhistle.bot.channels.wechat.problems import ApiProblem, trouble
from gridwhistle.bot.channels.wechat.service import CalledPlatform
from gridwhistle.bot.settings import Settings
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.sending import OutgoingLetter, Pace, Quota, SendReport, SendResult

NAME = "wecom"
A_MINUTE = Quota(most=24, span=timedelta(minutes=1))
"""The platform drops silently what is more than 30 messages a minute; a letter with pictures is several."""
UNKNOWN_MEMBERS = ("invaliduser", "unlicenseduser")


class WeComChannel(CalledChannel):
    """An application of the city's WeCom."""

    pace = Pace(parallel=8, numbers_buttons=True, quotas=(A_MINUTE,))

    def __init__(self, settings: Settings) -> None:
        corp, secret = settings.wecom_corp_id or "", settings.wecom_secret.get_secret_value()
        asking = TokenRequest(method="GET", path="/cgi-bin/gettoken", params={"corpid": corp, "corpsecret": secret})
        super().__init__(NAME, settings.wecom_api_base, asking)
        self._agent = settings.wecom_agent_id

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Send the letter as messages of the application."""
        try:
            answer = self.line.letters.deliver(letter, lambda message: self._post(letter.address, message))
        except ApiProblem as problem:
            return problem.report
        return SendReport(result=SendResult.SENT, message_id=str(answer["msgid"]) if answer.get("msgid") else None)

    def set_menu(self) -> JsonObject:
        """Set the menu of the application: what those who work for the city need. Raises ``ApiProblem``."""
        menu = menu_of(self.line.office.wording, ("tasks", "patrol"))
        return self.line.api.send("/cgi-bin/menu/create", menu, agentid=str(self._agent))

    def _post(self, member: str, message: JsonObject) -> JsonObject:
        answer = self.line.api.send("/cgi-bin/message/send", {"touser": member, "agentid": self._agent, **message})
        # The call succeeds even where its only member is unknown.
        for unknown in UNKNOWN_MEMBERS:
            if answer.get(unknown):
                raise trouble(SendResult.STOPPED, f"{unknown}: not a member, or not in the application's range")
        return answer


def wecom_of(settings: Settings) -> CalledPlatform | None:
    """WeCom as the settings want it; ``None`` without a corp id."""
    if settings.wecom_corp_id is None:
        return None
    token, key = settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value()
    envelope = Envelope(token, key, receiver=settings.wecom_corp_id)
    return CalledPlatform(WeComChannel(settings), envelope, prove_sealed)
