"""How is the time left until a limit said in two words?"""

from __future__ import annotations

from datetime import datetime, timedelta

from gridwhistle.services.desk import Wording


def left(texts: Wording, language: str, now: datetime, due: datetime) -> str:
    """“剩2天3小时”, “剩40分钟” or, once it is over, “超期1天”."""
    key = "web.left" if due >= now else "web.over"
    return texts.text(key, language, {"span": span(texts, language, abs(due - now))})


def span(texts: Wording, language: str, length: timedelta) -> str:
    """The two largest units of a length of time."""
    minutes = max(int(length.total_seconds() // 60), 1)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    counts = (("days", days), ("hours", hours), ("minutes", minutes if not days else 0))
    return "".join(texts.text(f"web.span.{unit}", language, {"count": count}) for unit, count in counts if count)
