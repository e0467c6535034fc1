"""Which platform stands in for Telegram, and what does it remember of what it was asked to show?

A process of its own that speaks the Bot API. Everything that happens to it stands in a log that only grows: it can be
killed and started again, and the oracle reads there what people have really seen. As with Telegram, an update is
handed out again until a later offset acknowledges it.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

TOKEN = "123456789:crash-crash-crash-crash-crash-crash"  # noqa: S105 (of a platform in the next process)
ME = {"id": 123456789, "is_bot": True, "first_name": "网格哨", "username": "crash_bot"}
FRANKED = re.compile(r"\n⟦([0-9a-f]{32})⟧\Z")
"""The last line of a letter's text as the harness sends it: the letter's id."""
HOLD_SECONDS = 5.0
BATCH = 100
SILENT = frozenset({"getme", "setmycommands", "setchatmenubutton", "deletewebhook", "answercallbackquery"})
"""Calls that nobody sees the effect of: answered, but not written down."""


class Mood(StrEnum):
    """How the platform treats requests."""

    WELL = "well"
    ERROR = "error"
    """Answers 502 and does nothing."""
    SILENT = "silent"
    """Takes requests, does nothing and never answers."""
    LATE = "late"
    """Does what is asked, and answers when the client has given up."""
    BREAKS = "breaks"
    """Does what is asked, and breaks the connection instead of answering."""


def run(port: int, log: Path) -> None:
    """Serve until killed, going on where the log ends."""
    _Server(port, Platform(log)).serve_forever()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Platform:
    """What the platform knows."""

    path: Path
    updates: list[dict[str, Any]] = field(default_factory=list)
    offset: int = 0
    """Updates below it are acknowledged."""
    messages: int = 0
    mood: Mood = Mood.WELL
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._change = threading.Condition()
        for entry in read_log(self.path):
            match entry["what"]:
                case "said":
                    self.updates.append(entry["update"])
                case "acknowledged":
                    self.offset = entry["offset"]
                case "shown":
                    self.messages = max(self.messages, entry["message"])
        self._log = self.path.open("a", encoding="utf-8")

    def say(self, update: dict[str, Any]) -> None:
        """Somebody says something: an update gets its number and is in the log before it is handed out."""
        with self._change:
            numbered = {"update_id": len(self.updates) + 1, **update}
            self._write(what="said", update=numbered)
            self.updates.append(numbered)
            self._change.notify_all()

    def be(self, mood: Mood, seconds: float) -> None:
        """Treat requests so from now on; ``seconds`` is how late the answers of ``LATE`` are."""
        with self._change:
            self.mood, self.seconds = mood, seconds
            self._change.notify_all()

    def hand_out(self, offset: int, hold: float) -> list[dict[str, Any]]:
        """Acknowledge what is below ``offset`` and give what is not, waiting for it for a while."""
        ends = time.monotonic() + min(hold, HOLD_SECONDS)
        with self._change:
            if offset > self.offset:
                self.offset = offset
                self._write(what="acknowledged", offset=offset)
            while len(self.updates) < max(self.offset, 1) and (left := ends - time.monotonic()) > 0:
                self._change.wait(left)
            return self.updates[max(self.offset - 1, 0) :][:BATCH]

    def show(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Show a message, or change one; it is in the log before anybody is told."""
        text = str(params.get("text", params.get("caption", "")))
        franked = FRANKED.search(text)
        chat = int(params["chat_id"])
        with self._change:
            edited = params.get("message_id")
            if edited is None:
                self.messages += 1
            message = self.messages if edited is None else int(edited)
            rows = (params.get("reply_markup") or {}).get("inline_keyboard", [])
            self._write(
                what="shown",
                method=method,
                chat=chat,
                message=message,
                letter=franked[1] if franked else None,
                text=FRANKED.sub("", text),
                buttons=[[one["text"], one["callback_data"]] for row in rows for one in row if "callback_data" in one],
            )
        return {"message_id": message, "date": int(time.time()), "chat": {"id": chat, "type": "private"}, "text": text}

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _write(self, **entry: Any) -> None:
        self._log.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._log.flush()


def read_log(path: Path, begin: int = 0) -> Iterator[dict[str, Any]]:
    """The entries of a log from a byte on; a last line that is only half there is left for the next time."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(begin)
        for line in file:
            if line.endswith(b"\n"):
                yield {**json.loads(line), "ends": (begin := begin + len(line))}


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, port: int, platform: Platform) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.platform = platform

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed here all the time."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        params = _parameters(self.headers, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        _, whose, method = self.path.split("/", 2)
        if whose == "crash":
            self._obey(method, params)
        elif whose == f"bot{TOKEN}":
            self._treat(method.lower(), params)
        else:
            self._reply(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})

    def _obey(self, method: str, params: dict[str, Any]) -> None:
        if method == "say":
            self.server.platform.say(params)
        else:
            self.server.platform.be(Mood(params["mood"]), float(params["seconds"]))
        self._reply(200, {})

    def _treat(self, method: str, params: dict[str, Any]) -> None:
        mood = self.server.platform.mood
        if mood is Mood.ERROR:
            self._reply(502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
            return
        if mood is Mood.SILENT:
            while self.server.platform.mood is Mood.SILENT:
                time.sleep(0.05)
            self._break()
            return
        answer = _answer(self.server.platform, method, params)
        if mood is Mood.BREAKS:
            self._break()
            return
        if mood is Mood.LATE:
            time.sleep(self.server.platform.seconds)
        self._reply(200, {"ok": True, "result": answer})

    def _break(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_given: object) -> None:
        """Its log is another one."""


def _answer(platform: Platform, method: str, params: dict[str, Any]) -> Any:
    match method:
        case "getupdates":
            return platform.hand_out(int(params.get("offset", 0)), float(params.get("timeout", 0)))
        case "getme":
            return ME
        case "sendmessage" | "editmessagetext" | "sendphoto":
            return platform.show(method, params)
        case _ if method in SILENT or method.startswith(("edit", "set", "delete")):
            return True
    return []


def _parameters(headers: Any, body: bytes) -> dict[str, Any]:
    if headers.get_content_type() == "application/json":
        return dict(json.loads(body or b"{}"))
    return {name: _value(values[0]) for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _value(text: str) -> Any:
    if text[:1] in ("{", "["):
        return json.loads(text)
    return text
