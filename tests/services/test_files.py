"""Do a folder and a bucket keep photos alike, and is a storage that is down told in one way?"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gridwhistle.bot.files import files_of
from gridwhistle.bot.settings import Settings
from gridwhistle.services.bucket import Bucket, open_bucket
from gridwhistle.services.files import Files, Folder

NAME = "ab/abcdef.jpg"


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """The address of moto's S3."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 (our own environment's program)
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def bucket(storage: str, request: pytest.FixtureRequest) -> Bucket:
    bucket = open_bucket(storage, f"b{abs(hash(request.node.name))}", "fujin/", "key", "secret", "cn-north-1")
    bucket.client.make_bucket(bucket.bucket)
    return bucket


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Folder(tmp_path) if request.param == "folder" else request.getfixturevalue("bucket")


def test_what_is_put_is_got_and_nothing_else(files: Files) -> None:
    assert files.get(NAME) is None
    files.put(NAME, b"\xff\xd8 photo")
    files.put(NAME, b"\xff\xd8 photo")
    assert files.get(NAME) == b"\xff\xd8 photo"
    assert files.get("ab/other.jpg") is None


def test_many_hands_put_the_same_photo_at_once(files: Files) -> None:
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda _: files.put(NAME, b"x" * 100_000), range(24)))
    assert files.get(NAME) == b"x" * 100_000


def test_no_half_file_is_left_in_the_folder(tmp_path: Path) -> None:
    Folder(tmp_path).put(NAME, b"photo")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["abcdef.jpg"]


def test_names_lie_below_the_prefix(bucket: Bucket) -> None:
    bucket.put(NAME, b"photo")
    assert [found.object_name for found in bucket.client.list_objects(bucket.bucket, recursive=True)] == [
        "fujin/" + NAME
    ]


def test_a_storage_that_is_down_or_refuses_is_an_os_error(storage: str) -> None:
    nobody = open_bucket("http://127.0.0.1:9", "photos", "", "key", "secret", "cn-north-1")
    missing = open_bucket(storage, "no-such-bucket", "", "key", "secret", "cn-north-1")
    for bucket in (nobody, missing):
        with pytest.raises(OSError, match="the object storage: "):
            bucket.put(NAME, b"photo")
        with pytest.raises(OSError, match="the object storage: "):
            bucket.get(NAME)


def test_the_settings_choose(tmp_path: Path) -> None:
    assert files_of(Settings(files_dir=tmp_path)) == Folder(tmp_path)
    chosen = files_of(Settings(s3_endpoint="https://oss.example:9000/", s3_bucket="photos", s3_prefix="fujin/"))
    assert isinstance(chosen, Bucket)
    assert (chosen.bucket, chosen.prefix) == ("photos", "fujin/")
    with pytest.raises(ValueError, match="GRIDWHISTLE_S3_ENDPOINT needs GRIDWHISTLE_S3_BUCKET"):
        Settings(s3_endpoint="https://oss.example")
