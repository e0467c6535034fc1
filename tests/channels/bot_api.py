"""A Bot API server on loopback: hands out updates, takes calls, and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "7000001:" + "A" * 35
BOT = {"id": 7000001, "is_bot": True, "first_name": "网格哨", "username": "gridwhistle_test_bot"}
BEGAN = 1_795_600_000
"""When the conversations take place, in Unix time."""

Params = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A call that was made: the parameters as values, the files by their names."""

    method: str
    params: Params
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the platform says instead of yes."""

    status: int
    description: str = ""
    parameters: Params | None = None
    body: bytes | None = None


BREAK = Answer(status=0)
"""The connection breaks after the request was read."""


class BotApiServer:
    """Begins to listen when it is made."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Made] = []
        self.next_answers: dict[str, deque[Answer]] = defaultdict(deque)
        """What the next calls of a method (in small letters) get instead of success."""
        self.files: dict[str, bytes] = {}
        """Bodies by file id."""
        self.hold: threading.Event | None = None
        """While it is there and not set, ``getUpdates`` does not answer at all."""
        self.stuck: threading.Event | None = None
        """While it is there and not set, no other method answers."""
        self.limit: Callable[[str, Params], Answer | None] = lambda _method, _params: None
        self.confirmed: list[int] = []
        self._updates: deque[Params] = deque()
        self._change = threading.Condition()
        self._last_update = 0
        self._last_message = 100
        self._closing = False
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._server.shutdown()
        self._server.server_close()

    # ---- what people do

    def push(self, **update: Any) -> int:
        """An update that waits to be fetched; gives its number."""
        with self._change:
            self._last_update += 1
            self._updates.append({"update_id": self._last_update, **update})
            self._change.notify_all()
            return self._last_update

    def again(self, update: Params) -> None:
        """An update that comes once more, under its number."""
        with self._change:
            self._updates.append(update)
            self._change.notify_all()

    def say(self, chat: int, text: str, **more: Any) -> int:
        return self.push(message=self.message(chat, text=text, **more))

    def press(self, chat: int, data: str, message_id: int = 1) -> int:
        query = {
            "id": f"q{self.next_message()}",
            "from": person(chat),
            "chat_instance": "1",
            "data": data,
            "message": self.message(chat, text="…") | {"message_id": message_id, "from": BOT},
        }
        return self.push(callback_query=query)

    def message(self, chat: int, **content: Any) -> Params:
        return {
            "message_id": self.next_message(),
            "date": BEGAN,
            "chat": {"id": chat, "type": "private", "first_name": "敏"},
            "from": person(chat),
            **content,
        }

    def next_message(self) -> int:
        with self._change:
            self._last_message += 1
            return self._last_message

    # ---- what was said to them

    def made(self, method: str, chat: int | str | None = None) -> list[Made]:
        calls = [call for call in list(self.calls) if call.method == method.lower()]
        return [call for call in calls if chat is None or str(call.params["chat_id"]) == str(chat)]

    def texts(self, chat: int | str) -> list[str]:
        return [call.params["text"] for call in self.made("sendMessage", chat)]

    def buttons(self, chat: int | str) -> dict[str, str]:
        """The data of all inline buttons that were sent to a chat, by label; the newest where there are several."""
        found: dict[str, str] = {}
        for call in list(self.calls):
            markup = call.params.get("reply_markup") or {}
            if str(call.params.get("chat_id")) == str(chat):
                for row in markup.get("inline_keyboard", []):
                    found |= {one["text"]: one["callback_data"] for one in row if "callback_data" in one}
        return found

    def wait(self, holds: Callable[[], Any], seconds: float = 30) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends, f"it has not happened; the calls were {[one.method for one in self.calls]}"
            time.sleep(0.01)

    # ---- the platform's side

    def handle(self, method: str, params: Params, files: dict[str, bytes]) -> Answer | Any:
        if method != "getupdates":
            self.calls.append(Made(method, params, files))
        if self.next_answers[method]:
            return self.next_answers[method].popleft()
        if (limited := self.limit(method, params)) is not None:
            return limited
        if self.stuck is not None and method != "getupdates":
            self.stuck.wait(60)
        acts: dict[str, Callable[[Params], Any]] = {
            "getupdates": self._handed_out,
            "getme": lambda _params: {**BOT, "can_join_groups": True},
            "getfile": self._file,
            "sendmediagroup": lambda params: [self._sent(params) for _ in params["media"]],
            "editmessagetext": self._edited,
            "editmessagereplymarkup": self._edited,
            "sendmessage": self._sent,
            "sendphoto": self._sent,
        }
        return acts.get(method, lambda _params: True)(params)

    def _file(self, params: Params) -> Answer | Params:
        if params["file_id"] not in self.files:
            return Answer(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": params["file_id"], "file_unique_id": "u", "file_path": f"photos/{params['file_id']}"}

    def _edited(self, params: Params) -> Params:
        return self._shown(params, int(params["message_id"]))

    def _sent(self, params: Params) -> Params:
        return self._shown(params, self.next_message())

    def _shown(self, params: Params, message_id: int) -> Params:
        chat = {"id": int(params["chat_id"]), "type": "private"}
        text = {"text": params["text"]} if "text" in params else {}
        return {"message_id": message_id, "date": BEGAN, "chat": chat, "from": BOT, **text}

    def _handed_out(self, params: Params) -> list[Params]:
        offset, timeout = int(params.get("offset", 0)), float(params.get("timeout", 0))
        if self.hold is not None:
            self.hold.wait(60)
        ends = time.monotonic() + timeout
        with self._change:
            while self._updates and self._updates[0]["update_id"] < offset:
                self.confirmed.append(self._updates.popleft()["update_id"])
            while not self._updates and not self._closing and (left := ends - time.monotonic()) > 0:
                self._change.wait(min(left, 0.5))
            return list(self._updates)[:100]


def person(chat: int) -> Params:
    return {"id": chat, "is_bot": False, "first_name": "敏", "language_code": "zh-hans"}


@contextmanager
def bot_api() -> Iterator[BotApiServer]:
    server = BotApiServer()
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is nobody's mistake."""


def _handler(api: BotApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = (
                self.rfile.read(int(self.headers["Content-Length"]))
                if "Content-Length" in self.headers
                else (b"".join(_chunks(self.rfile)))
            )
            params, files = _parameters(self.headers, body)
            _, token, method = self.path.split("/", 2)
            if token != f"bot{TOKEN}":
                answer: Any = Answer(401, "Unauthorized")
            else:
                answer = api.handle(method.lower(), params, files)
            if answer is BREAK:
                self.close_connection = True
                self.connection.close()
                return
            if not isinstance(answer, Answer):
                self._reply(200, json.dumps({"ok": True, "result": answer}).encode())
                return
            told = {"ok": False, "error_code": answer.status, "description": answer.description}
            if answer.parameters:
                told["parameters"] = answer.parameters
            self._reply(answer.status, answer.body if answer.body is not None else json.dumps(told).encode())

        def do_GET(self) -> None:
            body = api.files.get(self.path.rsplit("/", 1)[-1])
            self._reply(200 if body is not None else 404, body or b"{}")

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            """The tests look at the calls."""

    return Handler


def _chunks(stream: Any) -> Iterator[bytes]:
    while size := int(stream.readline().split(b";")[0], 16):
        yield stream.read(size)
        stream.readline()
    stream.readline()


def _parameters(headers: Message, body: bytes) -> tuple[Params, dict[str, bytes]]:
    kind = headers.get_content_type()
    if kind == "multipart/form-data":
        whole = b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
        params: Params = {}
        files: dict[str, bytes] = {}
        for part in BytesParser(policy=HTTP).parsebytes(whole).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename():
                files[str(name)] = content
                # A file may also be sent in the place of the parameter itself.
                params.setdefault(str(name), f"attach://{name}")
            else:
                params[str(name)] = _value(content.decode())
        named = json.dumps({key: one for key, one in params.items() if key not in files})
        return {key: one for key, one in params.items() if f"attach://{key}" not in named}, files
    if kind == "application/json":
        return json.loads(body or b"{}"), {}
    return {name: _value(values[0]) for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}, {}


def _value(text: str) -> Any:
    """Objects, lists and truth values are sent as JSON; anything else is taken as it stands."""
    if text[:1] in ("{", "[") or text in ("true", "false"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
