"""An API server of WeCom and WeChat on loopback: gives out tokens, takes messages and files, answers as it is told."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKENS = ("/cgi-bin/gettoken", "/cgi-bin/stable_token")
BREAK = object()
"""The connection breaks after the request was read."""


@dataclass(frozen=True)
class Made:
    """A call that was made."""

    path: str
    query: dict[str, str]
    body: Any
    file: bytes = b""


@dataclass(frozen=True)
class Status:
    """An answer that is no yes of HTTP."""

    code: int
    body: bytes = b"<html>Bad Gateway</html>"


@dataclass
class WeChatServer:
    """Begins to listen when it is made. Each of the two platforms knows one token at a time, as the real ones do."""

    calls: list[Made] = field(default_factory=list)
    next_answers: dict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))
    """What the next calls of a path get instead of success."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What people sent, by media id; and what was laid here."""
    tokens: dict[str, str] = field(default_factory=dict)
    """By the path that gave it out."""
    stuck: threading.Event | None = None
    """While it is there and not set, nothing is answered."""

    def __post_init__(self) -> None:
        self._count = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def made(self, path: str) -> list[Made]:
        return [call for call in list(self.calls) if call.path.endswith(path)]

    def said(self, to: str | None = None) -> list[str]:
        """The words of all messages in order, to one chat or all."""
        return [
            call.body["text"]["content"]
            for call in list(self.calls)
            if isinstance(call.body, dict)
            and call.body.get("msgtype") == "text"
            and (to is None or call.body["touser"] == to)
        ]

    def void_token(self) -> None:
        """Another system has asked for a token of its own."""
        self.tokens = dict.fromkeys(self.tokens, "of-somebody-else")

    def answer(self, call: Made) -> Any:
        self.calls.append(call)
        if self.stuck is not None and call.path not in TOKENS:
            self.stuck.wait(60)
        if self.next_answers[call.path]:
            return self.next_answers[call.path].popleft()
        self._count += 1
        if call.path in TOKENS:
            self.tokens[call.path] = f"token-{self._count}"
            return {"errcode": 0, "errmsg": "ok", "access_token": self.tokens[call.path], "expires_in": 7200}
        if call.query.get("access_token") not in self.tokens.values():
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if call.path == "/cgi-bin/media/get":
            return self.files.get(call.query["media_id"]) or {"errcode": 40007, "errmsg": "invalid media_id"}
        if call.path == "/cgi-bin/media/upload":
            self.files[f"media-{self._count}"] = call.file
            return {"errcode": 0, "type": "image", "media_id": f"media-{self._count}", "created_at": "1795600000"}
        return {"errcode": 0, "errmsg": "ok", "msgid": self._count}


@contextmanager
def wechat_api() -> Iterator[WeChatServer]:
    server = WeChatServer()
    try:
        yield server
    finally:
        server.close()


def _handler(api: WeChatServer) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (one class)
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            asked = urlsplit(self.path)
            body, file = self._content()
            answer = api.answer(Made(asked.path, dict(parse_qsl(asked.query)), body, file))
            if answer is BREAK:
                self.close_connection = True
                self.connection.close()
            elif isinstance(answer, Status):
                self._reply(answer.code, answer.body, "text/html")
            elif isinstance(answer, bytes):
                self._reply(200, answer, "image/jpeg")
            else:
                self._reply(200, json.dumps(answer).encode(), "application/json")

        def _content(self) -> tuple[Any, bytes]:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get_content_type() == "multipart/form-data":
                whole = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + raw
                (part,) = BytesParser(policy=HTTP).parsebytes(whole).iter_parts()
                return None, part.get_payload(decode=True)
            return (json.loads(raw) if raw else None), b""

        def _reply(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            """The tests look at the calls."""

    return Handler
