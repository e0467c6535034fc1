"""What may a page load, who may show it in a frame, and how long may an answer be kept?"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

from gridwhistle.bot.web.chat_pages import FRAME
from gridwhistle.bot.web.widget import WIDGET

STATIC = "/static/"
CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
ALWAYS = {
    # A join link carries a code that must not travel on; without any referrer a form would have no origin either.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


class Policy:
    """The headers of every answer; ``parents`` are the origins whose pages may show the chat, by spaces."""

    def __init__(self, parents: str) -> None:
        self._parents = parents

    def dress(self, path: str, headers: MutableHeaders) -> None:
        """Add them to an answer for ``path``."""
        headers.update(ALWAYS)
        framed = path == FRAME and bool(self._parents)
        headers["Content-Security-Policy"] = CONTENT + (self._parents if framed else "'none'")
        if not framed:
            # For browsers that are too old for frame-ancestors.
            headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if path == WIDGET else "same-origin"
        # Without a word of it browsers would go on with last month's scripts.
        headers.setdefault("Cache-Control", "no-cache" if path.startswith(STATIC) else "no-store")
