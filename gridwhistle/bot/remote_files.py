"""How do the files of a message come from the platform into our keeping, before its turn begins?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias, runtime_checkable

import structlog

from gridwhistle.dialogs.message import Content, Photo, Unsupported, load_content
from gridwhistle.services import attachments, memory
from gridwhistle.services.desk import Refused
from gridwhistle.services.inbox import RemoteFile, Waiting
from gridwhistle.services.office import Office
from gridwhistle.services.photos import LARGEST_BYTES, CleanPhoto, clean_photo
from gridwhistle.services.recordings import Recording, recording_of

log = structlog.get_logger(__name__)

MOST_TRIES = 3
"""After so many the message is handled without its file: a platform that gives no file must not hold up a chat."""


class FileTooLarge(Exception):  # noqa: N818 (a fact about a file)
    """The platform hands out no file of this size, or we take none."""


class FileGone(Exception):  # noqa: N818 (a fact about a file)
    """The platform has this file no more."""


Download: TypeAlias = Callable[[RemoteFile], bytes]
"""Fetches a file's bytes. Raises ``FileTooLarge``, ``FileGone``; anything else is tried again later."""


@runtime_checkable
class HoldsFiles(Protocol):
    """A channel whose messages only refer to their files."""

    def download(self, file: RemoteFile) -> bytes:
        """The bytes of a file, as ``Download`` says."""
        ...


def with_files(office: Office, waiting: Waiting, content: Content, download: Download | None) -> Content:
    """The content with its photos or its recording in our keeping, those of its album's other parts too.

    A photo that cannot be used becomes an ``Unsupported`` that says why. Raises whatever the download raises when the
    platform may have the file a little later.
    """
    files = [file for part in (waiting, *waiting.parts) for file in part.files]
    if download is None or not files or not isinstance(content, Photo | Unsupported):
        return content
    last = waiting.attempts >= MOST_TRIES
    if isinstance(content, Unsupported):
        recording = _recording(files[0], download, last=last)
        if recording is None:
            return content
        return replace(content, kind=recording.kind, attachments=_kept(office, waiting, [recording]))
    photos: list[CleanPhoto] = []
    problems: list[str] = []
    for file in files:
        photo = _photo(file, download, last=last)
        if isinstance(photo, str):
            problems.append(photo)
        else:
            photos.append(photo)
    if not photos:
        log.info("file.unusable", channel=waiting.where.channel, update=waiting.external_id, why=problems)
        return Unsupported(kind=problems[0])
    return replace(content, attachments=_kept(office, waiting, photos), caption=_caption(content, waiting))


def _kept(office: Office, waiting: Waiting, files: Sequence[CleanPhoto | Recording]) -> tuple[str, ...]:
    for file in files:
        attachments.keep_file(office.files, file)
    with office.desk() as desk:
        desk.actor, _ = memory.recall(desk.session, desk.region, waiting.where, desk.now)
        return tuple(attachments.enter(desk, file) for file in files)


def _recording(file: RemoteFile, download: Download, *, last: bool) -> Recording | None:
    """The voice or video; ``None`` for what is not kept."""
    if file.size is not None and file.size > LARGEST_BYTES:
        return None
    try:
        return recording_of(download(file))
    except (FileTooLarge, FileGone):
        return None
    except Exception:
        if last:
            return None
        raise


def _photo(file: RemoteFile, download: Download, *, last: bool) -> CleanPhoto | str:
    """The photo, or why it cannot be used."""
    if file.size is not None and file.size > LARGEST_BYTES:
        return "photo_large"
    try:
        return clean_photo(download(file))
    except FileTooLarge:
        return "photo_large"
    except FileGone:
        return "photo_lost"
    except Refused as refused:
        return refused.text.removeprefix("refused.")
    except Exception:
        if last:
            return "photo_lost"
        raise


def _caption(first: Photo, waiting: Waiting) -> str:
    """An album's words are below one of its photos."""
    rest = (load_content(part.content) for part in waiting.parts)
    captions = [first.caption, *(one.caption for one in rest if isinstance(one, Photo))]
    return next((caption for caption in captions if caption), "")
