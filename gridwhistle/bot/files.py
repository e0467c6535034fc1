"""Where do the settings say that photos lie?"""

from __future__ import annotations

from gridwhistle.bot.settings import Settings
from gridwhistle.services.bucket import open_bucket
from gridwhistle.services.files import Files, Folder


def files_of(settings: Settings) -> Files:
    """The bucket where one is named, else the folder.

    Raises ``ModuleNotFoundError`` for a bucket without the extra ``s3``.
    """
    if not settings.s3_endpoint:
        return Folder(settings.files_dir)
    return open_bucket(
        settings.s3_endpoint,
        settings.s3_bucket or "",
        settings.s3_prefix,
        settings.s3_key.get_secret_value(),
        settings.s3_secret.get_secret_value(),
        settings.s3_region,
    )
