"""How is the log written, without personal data in it?

Code logs events with ids (``log.info("turn.done", person_id=…)``); what slips in all the same is blotted out here:
fields that hold people's words, names or addresses, and telephone and identity numbers wherever they stand.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

from gridwhistle.bot.settings import LogLevel

BLOTTED = "▇"
CHATTY = ("alembic", "httpx", "httpcore", "PIL", "telegram", "aiogram", "aiohttp")
"""Libraries whose ordinary messages tell an operator nothing."""
PERSONAL_FIELDS = frozenset({"text", "words", "name", "phone", "contact", "place", "address", "message", "content"})

_TOKEN = re.compile(r"(?<!\d)\d{5,12}:[A-Za-z0-9_-]{30,}")
"""A bot's token: whoever has it is the bot."""
# Not inside longer runs of hexadecimal digits: those are ids.
_NUMBERS = re.compile(r"(?<![0-9A-Fa-f])(?:\d{17}[\dXx]|\+?(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2})(?![0-9A-Fa-f])")


def set_up_logs(*, level: LogLevel, as_json: bool) -> None:
    """Send our own events and those of the libraries to the standard error stream, in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Plain tracebacks: pretty ones show the values of variables, and those are people's words.
    last: list[Processor] = (
        [structlog.processors.format_exc_info, blot, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.processors.format_exc_info, blot, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def blot(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out personal data in an event."""
    for field, value in event.items():
        if field in PERSONAL_FIELDS:
            event[field] = BLOTTED
        elif isinstance(value, str):
            event[field] = _NUMBERS.sub(BLOTTED, _TOKEN.sub(BLOTTED, value))
    return event
