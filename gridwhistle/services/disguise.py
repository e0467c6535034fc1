"""Is a file that opens as a photo something else besides, for whoever reads it differently?

Telephones append films and second pictures to photos, so something behind the picture is no sign. What is looked for
are the kinds of files that carry programs.
"""

from __future__ import annotations

import io
import re
import zipfile

ZIP_MEMBER = b"PK\x03\x04"
PDF_BEGINS = b"%PDF-"
PDF_WITHIN = 1024
"""Readers of PDF take a file whose first kilobyte holds its sign."""
MARKUP = re.compile(rb"<(?:script|html|iframe|!doctype|\?php)[\s>]", re.IGNORECASE)
"""Long enough that the noise of a large photo does not hold one by chance."""
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def is_disguised(raw: bytes) -> bool:
    """Whether an archive, a document or a page lies in these bytes of a photo."""
    return (
        (ZIP_MEMBER in raw and zipfile.is_zipfile(io.BytesIO(raw)))
        or PDF_BEGINS in raw[:PDF_WITHIN]
        or any(sign in raw for sign in ARCHIVES)
        or MARKUP.search(raw) is not None
    )
