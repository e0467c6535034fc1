"""Which answers does the tests' own model server give? A real HTTP server on loopback, told what to say next."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Script:
    """What the server says, the last answer again and again; and what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, object]] = []
        self.asked: list[dict[str, object]] = []
        self.paths: list[str] = []
        self.authorization: list[str | None] = []
        self.hold = threading.Event()
        self.hold.set()

    def says(self, *answers: object, status: int = 200) -> None:
        self.answers = [(status, answer) for answer in answers]

    def next(self) -> tuple[int, object]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def model_server() -> Iterator[tuple[str, Script]]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.asked.append(json.loads(body))
            script.paths.append(self.path)
            script.authorization.append(self.headers["Authorization"])
            script.hold.wait(10)
            status, answer = script.next()
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            # A client that stopped waiting closes the connection under the answer.
            try:
                super().handle()
            except (ConnectionError, ValueError):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", script
    finally:
        script.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
