"""How do the tests get a Rasa server, and what may keep them from it?

The environment is the one of ``make rasa``. The model is a small one, a few lines of some labels trained for a few
rounds: enough to hear whether both engines answer in the same form, and soon trained. It is kept under ``.cache/``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml
from little_city import EXAMPLES, ROOT

from gridwhistle.dialogs.nlu.data import read

RASA = ROOT / ".rasa" / "bin" / "rasa"
PROJECT = ROOT / "nlu_data"
LINES = 12
"""Of a label; the first lines are the plainest."""
EVERY = 6
"""So many labels to one that is taught besides the wanted ones."""
ROUNDS = 25
BATCH = 32
"""Examples a step: so few of them need small steps."""
START_SECONDS = 240
TOKEN = "contract"  # noqa: S105 (of a server on loopback that lives for one test)
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
}


def missing() -> str | None:
    """Why there is no Rasa here; ``None`` where there is one."""
    return None if RASA.exists() else "no Rasa: `make rasa` builds it where Python 3.10 is present"


def model(kept: Path, labels: Collection[str]) -> Path:
    """The small model of today's examples that knows these labels at least, trained if it is not there."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        _write_project(project, labels)
        digest = hashlib.sha256()
        for file in sorted(path for path in project.rglob("*") if path.is_file()):
            digest.update(file.read_bytes())
        target = kept / f"contract-{digest.hexdigest()[:20]}.tar.gz"
        if not target.exists():
            _run(project, "train", "nlu", "--domain", "domain.yml", "--fixed-model-name", "contract", "--out", folder)
            kept.mkdir(parents=True, exist_ok=True)
            shutil.move(project / "contract.tar.gz", target)
        return target


@contextmanager
def rasa_server(trained: Path) -> Iterator[str]:
    """A running server of this model; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(RASA), "run", "--enable-api", "--model", str(trained), "--interface", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        process = subprocess.Popen(  # noqa: S603 (our own environment's program)
            [*command, "--port", str(port), "--auth-token", TOKEN],
            cwd=folder,
            env={**os.environ, **QUIET},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/", process, Path(folder) / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _write_project(project: Path, labels: Collection[str]) -> None:
    by_label: dict[str, list[str]] = {}
    for example in read(EXAMPLES):
        by_label.setdefault(example.label, []).append(example.text)
    taught = {label for number, label in enumerate(sorted(by_label)) if label in labels or number % EVERY == 0}
    lines = ['version: "3.1"', "intents:", *(f"- {label}" for label in sorted(taught)), ""]
    (project / "domain.yml").write_text("\n".join(lines), encoding="utf-8")
    lines = ['version: "3.1"', "nlu:"]
    for label, texts in by_label.items():
        if label not in taught:
            continue
        lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts[:LINES])]
    (project / "data").mkdir()
    (project / "data" / "nlu.yml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if "epochs" in component:
            component |= {"epochs": ROUNDS, "batch_size": BATCH}
    (project / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")


def _run(project: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 (our own environment's program)
        [str(RASA), *arguments], cwd=project, env={**os.environ, **QUIET}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if httpx.get(address, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.25)
    raise AssertionError("Rasa does not come up:\n" + log.read_text(errors="replace")[-3000:])
