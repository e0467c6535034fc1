"""What do the people of the breaking city say, and what does it mean?

Not a trained model's business here: a process must be up within a fraction of a second after it was killed.
"""

from __future__ import annotations

import re

from gridwhistle.bot.understanding import gazetteer
from gridwhistle.dialogs.nlu.understood import OUT_OF_SCOPE, REPORT, MatterGuess, Understood
from gridwhistle.services.reference import City

MATTERS = {
    "下水道堵了三天了，没人管": "drain_blocked",
    "路灯坏了，晚上看不见": "street_light",
    "楼道里堆满了杂物": "stairwell_clutter",
    "垃圾好几天没人清": "rubbish",
}
"""What is reported, by matter."""
INTENTS = {
    "我接了": "worker_accept",
    "疏通好了，已经恢复": "worker_resolve",
    "我手上有哪些单子": "worker_tasks",
    "到哪一步了": "progress",
    "麻烦快一点": "urge",
    "谁是我的网格员": "find_worker",
}
"""What else is said and opens a dialog."""
SMALL_TALK = ("谢谢", "您好", "好的", "菜单", "今天天气不错")
ANSWERS = ("已经处理好，现场看过了", "是的", "跳过", "明天")
_MARK = re.compile(r"（\d+）$")


def reported(matter: str, place: str, mark: int) -> str:
    """A resident's line; the mark is found again in whatever it has caused."""
    return f"{place}{matter}（{mark}）"


class Speech:
    """Understanding of exactly these sentences."""

    def __init__(self, city: City) -> None:
        self._gazetteer = gazetteer(city)

    def understand(self, text: str) -> Understood:
        """What the sentence means, for sure; nothing for all others."""
        matter = next((code for words, code in MATTERS.items() if words in text), None)
        intent = REPORT if matter else INTENTS.get(_MARK.sub("", text), OUT_OF_SCOPE)
        return Understood(
            text=text,
            language="zh",
            intent=intent,
            confidence=0.95,
            matters=(MatterGuess(matter=matter, confidence=0.95),) if matter else (),
            place=self._gazetteer.mention(text),
        )
