"""By what is an anonymous visitor known again after a reload, on our own page and in a frame on the city's site?

One random token in one or two cookies that no script can read (docs/decisions/0009-the-visitors-cookie.md).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

VISITOR = "visitor-"
OWN = "gridwhistle_chat"
FRAMED = "gridwhistle_frame"
FORM = re.compile(r"[A-Za-z0-9_-]{43}")
COOKIE_DAYS = 365


def address_of(request: Request) -> str | None:
    """The visitor's chat: the cookie's hash; ``None`` without a cookie.

    Whoever reads the store cannot take over a chat by it, and no cookie can name a person of the demo.
    """
    token = _token(request)
    return _address(token) if token is not None else None


def begin(request: Request, response: Response, *, framed: bool = False) -> str:
    """Give a visitor the cookie of a new chat; gives the chat's address.

    A frame on another site keeps only the partitioned cookie, one on a sister site keeps the ordinary one: it gets
    both, of the same chat.
    """
    token = secrets.token_urlsafe(32)
    secure = request.url.scheme == "https"
    _set(response, _name(OWN, request), token, {"Secure": secure, "SameSite=Lax": True})
    if framed:
        # Browsers that know no partitions ignore the word; Python's own cookies know it from 3.14 on.
        _set(response, _name(FRAMED, request), token, {"Secure": True, "SameSite=None": True, "Partitioned": True})
    return _address(token)


def _address(token: str) -> str:
    return VISITOR + hashlib.sha256(token.encode()).hexdigest()[:40]


def _token(request: Request) -> str | None:
    for name in (OWN, FRAMED):
        token = request.cookies.get(_name(name, request), "")
        if FORM.fullmatch(token):
            return token
    return None


def _name(name: str, request: Request) -> str:
    # With this prefix a browser takes the cookie from this very host alone, never from a sister's page.
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _set(response: Response, name: str, token: str, marks: Mapping[str, bool]) -> None:
    words = [f"{name}={token}", "Path=/", f"Max-Age={COOKIE_DAYS * 86_400}", "HttpOnly"]
    response.headers.append("Set-Cookie", "; ".join([*words, *(mark for mark, wanted in marks.items() if wanted)]))
