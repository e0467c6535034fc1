"""How do benchmarks and tests run the Rasa of ``make rasa``, and what may keep them from it?"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
RASA = ROOT / ".rasa" / "bin" / "rasa"
START_SECONDS = 240
TOKEN = "loopback"  # noqa: S105 (of a server on loopback that lives as long as its caller)
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningRasa:
    """A server that answers."""

    address: str
    process: int
    started_after: float
    """Seconds from its start to its first answer."""


def missing() -> str | None:
    """Why there is no Rasa here; ``None`` where there is one."""
    return None if RASA.exists() else "no Rasa: `make rasa` builds it where Python 3.10 is present"


def train(project: Path, target: Path) -> None:
    """Train the NLU model of a Rasa project. Raises ``RuntimeError`` with Rasa's last words."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        arguments = ["train", "nlu", "--domain", "domain.yml", "--fixed-model-name", "model", "--out", folder]
        done = subprocess.run(  # noqa: S603 (our own environment's program)
            [str(RASA), *arguments], cwd=project, env={**os.environ, **QUIET}, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace")[-3000:])
        (Path(folder) / "model.tar.gz").replace(target)


@contextmanager
def rasa_server(model: Path) -> Iterator[RunningRasa]:
    """A running server of this model, on a free port. Raises ``RuntimeError`` where it does not come up."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(RASA), "run", "--enable-api", "--model", str(model), "--interface", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 (our own environment's program)
            [*command, "--port", str(port), "--auth-token", TOKEN],
            cwd=folder,
            env={**os.environ, **QUIET},
            stdout=log,
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, Path(folder) / "log")
            yield RunningRasa(address=address, process=process.pid, started_after=time.monotonic() - started)
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(address, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.25)
    raise RuntimeError("Rasa does not come up:\n" + log.read_text(errors="replace")[-3000:])
