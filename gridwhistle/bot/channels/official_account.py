"""How do letters reach a follower of the city's official account (公众号), inside its answer window and outside?"""

from __future__ import annotations

from datetime import timedelta

from gridwhistle.bot.channels.wechat.api import TokenRequest
from gridwhistle.bot.channels.wechat.channel import CalledChannel
from gridwhistle.bot.channels.wechat.envelope import Envelope
from gridwhistle.bot.channels.wechat.hook import prove_plain
from gridwhistle.bot.channels.wechat.menu import menu_of
from gridwhistle.bot.channels.wechat.problems import WINDOW_CLOSED, ApiProblem
from gridwhistle.bot.channels.wechat.service import CalledPlatform
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.wechat_settings import TemplateKind
from gridwhistle.services.announced import MARK
from gridwhistle.services.clock import in_city
from gridwhistle.services.schema import JsonObject
from gridwhistle.services.sending import OutgoingLetter, Pace, Quota, SendReport, SendResult

NAME = "wechat"
WINDOW = Quota(most=5, span=timedelta(hours=48), after_heard=True, template_outside=True)
LONGEST_FIELD = 20
"""Characters; the platform refuses a template with more in a field of words."""
TEMPLATE_PATHS = {
    TemplateKind.TEMPLATE: "/cgi-bin/message/template/send",
    TemplateKind.SUBSCRIPTION: "/cgi-bin/message/subscribe/bizsend",
}


class OfficialAccountChannel(CalledChannel):
    """An official account with the right to send customer-service messages."""

    pace = Pace(parallel=8, numbers_buttons=True, quotas=(WINDOW,))

    def __init__(self, settings: Settings) -> None:
        app, secret = settings.wechat_app_id or "", settings.wechat_secret.get_secret_value()
        # The stable token is one that other systems of the same account cannot make void by asking for theirs.
        asking = TokenRequest(
            method="POST",
            path="/cgi-bin/stable_token",
            body={"grant_type": "client_credential", "appid": app, "secret": secret},
        )
        super().__init__(NAME, settings.wechat_api_base, asking)
        self._template, self._fields = settings.wechat_template_id, settings.wechat_template_fields
        self._template_path = TEMPLATE_PATHS[settings.wechat_template_kind]

    def send(self, letter: OutgoingLetter) -> SendReport:
        """Send the letter whole, or where the window is closed, announce it by the template."""
        try:
            if letter.window_open and self._is_taken_whole(letter):
                return SendReport(result=SendResult.SENT)
            return self._announce(letter)
        except ApiProblem as problem:
            return problem.report

    def set_menu(self) -> JsonObject:
        """Set the menu of the account: what residents need. Raises ``ApiProblem``."""
        return self.line.api.send(
            "/cgi-bin/menu/create", menu_of(self.line.office.wording, ("begin_report", "progress"))
        )

    def _is_taken_whole(self, letter: OutgoingLetter) -> bool:
        """Send it, unless the platform says that the window is closed.

        It knows that best: who only followed us, or used the menu, has opened it for a minute and not for two days.
        """
        try:
            self.line.letters.deliver(letter, lambda message: self._post(letter.address, message))
        except ApiProblem as problem:
            if problem.code in WINDOW_CLOSED:
                return False
            raise
        return True

    def _post(self, follower: str, message: JsonObject) -> JsonObject:
        return self.line.api.send("/cgi-bin/message/custom/send", {"touser": follower, **message})

    def _announce(self, letter: OutgoingLetter) -> SendReport:
        if self._template is None:
            return SendReport(
                result=SendResult.REFUSED,
                problem="the answer window is closed, and GRIDWHISTLE_WECHAT_TEMPLATE_ID names no template",
            )
        now = in_city(self.line.office.clock.now())
        values = {"text": " ".join(letter.text.split()), "time": f"{now:%Y-%m-%d %H:%M}"}
        data = {name: {"value": _shortened(wanted.format_map(values))} for name, wanted in self._fields.items()}
        body: JsonObject = {"touser": letter.address, "template_id": self._template, "data": data}
        answer = self.line.api.send(self._template_path, body)
        return SendReport(result=SendResult.SENT, message_id=f"{MARK}{answer.get('msgid', '')}")


def official_account_of(settings: Settings) -> CalledPlatform | None:
    """The official account as the settings want it; ``None`` without an app id."""
    if settings.wechat_app_id is None:
        return None
    token, key = settings.wechat_token.get_secret_value(), settings.wechat_aes_key.get_secret_value()
    envelope = Envelope(token, key, receiver=settings.wechat_app_id)
    return CalledPlatform(OfficialAccountChannel(settings), envelope, prove_plain)


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST_FIELD else f"{value[: LONGEST_FIELD - 1]}…"
