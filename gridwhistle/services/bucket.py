"""How do files lie in a bucket of the city's object storage (S3 and what speaks like it: OSS, COS, MinIO, Ceph)?

The library is minio: boto3 sends checksums that other makers' storages refuse, and is ten times as large.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minio import Minio

GONE = "NoSuchKey"
SECONDS = 10.0
TRIES = 2
POOL = 10
"""Connections that are kept open."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Files in a bucket, their names below a prefix."""

    client: Minio
    bucket: str
    prefix: str = ""

    def put(self, name: str, body: bytes) -> None:
        """Upload it; the storage shows it whole or not at all."""
        with _troubles_as_os_errors():
            self.client.put_object(self.bucket, self.prefix + name, io.BytesIO(body), len(body))

    def get(self, name: str) -> bytes | None:
        """Download it."""
        from minio.error import S3Error  # noqa: PLC0415 (an optional library)

        with _troubles_as_os_errors():
            try:
                response = self.client.get_object(self.bucket, self.prefix + name)
            except S3Error as error:
                if error.code == GONE:
                    return None
                raise
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()


def open_bucket(endpoint: str, bucket: str, prefix: str, key: str, secret: str, region: str | None) -> Bucket:
    """The bucket at ``endpoint`` (``https://host[:port]``).

    Raises ``ModuleNotFoundError`` without the extra ``s3``. Asks nothing yet: a storage that is down when the process
    starts is a trouble of the first photo, and no reason to answer nobody.
    """
    import urllib3  # noqa: PLC0415 (minio's own, in the same extra)
    from minio import Minio  # noqa: PLC0415 (an optional library)

    scheme, _, host = endpoint.partition("://")
    pool = urllib3.PoolManager(
        maxsize=POOL,
        timeout=urllib3.Timeout(SECONDS),
        retries=urllib3.Retry(TRIES, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
    )
    client = Minio(host.rstrip("/"), key, secret, secure=scheme == "https", region=region, http_client=pool)
    return Bucket(client=client, bucket=bucket, prefix=prefix)


@contextmanager
def _troubles_as_os_errors() -> Iterator[None]:
    """Whatever the storage or the way to it says, as the one error that ``Files`` knows."""
    from minio.error import MinioException  # noqa: PLC0415 (an optional library)
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        yield
    except (MinioException, HTTPError) as error:
        raise OSError(f"the object storage: {getattr(error, 'code', None) or type(error).__name__}") from error
