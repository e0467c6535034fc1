"""How is a failure answered, so that nobody ever meets a bare 500?"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.problem import Problem
from gridwhistle.services.desk import Refused

log = structlog.get_logger(__name__)

BY_STATUS = {
    401: "web.problem.session",
    403: "web.problem.forbidden",
    404: "web.problem.missing",
    413: "web.problem.large",
}
BUSY = 503
UNREADABLE = 422


def answer(
    desk: WebDesk, request: Request, status: int, text: str, params: Mapping[str, object] | None = None
) -> Response:
    """A kind sentence: as JSON for the page's own requests, as a page for a person's."""
    said = desk.app.texts.text(text, desk.language(request), params or {})
    if request.url.path.startswith("/api/") or request.url.path.endswith(".json"):
        return JSONResponse({"error": said}, status)
    return desk.page(request, "problem.html", status=status, said=said)


def by_status(desk: WebDesk, request: Request, status: int) -> Response:
    """The answer for a bare status."""
    return answer(desk, request, status, BY_STATUS.get(status, "web.problem.unreadable"))


def handle_problems(site: FastAPI, desk: WebDesk) -> None:
    """Answer every failure kindly."""

    @site.exception_handler(Problem)
    def on_problem(request: Request, problem: Problem) -> Response:
        return answer(desk, request, problem.status, problem.text, problem.params)

    @site.exception_handler(Refused)
    def on_refused(request: Request, refused: Refused) -> Response:
        return answer(desk, request, UNREADABLE, refused.text, refused.params)

    @site.exception_handler(RequestValidationError)
    def on_unreadable(request: Request, error: RequestValidationError) -> Response:
        too_long = any(one["type"] == "string_too_long" and one["loc"][-1] == "text" for one in error.errors())
        return answer(desk, request, UNREADABLE, "web.problem.long" if too_long else "web.problem.unreadable")

    @site.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> Response:
        return by_status(desk, request, error.status_code)

    @site.exception_handler(Exception)
    def on_failure(request: Request, error: Exception) -> Response:
        log.error("web.failed", path=request.url.path, cause=type(error).__name__)
        return answer(desk, request, BUSY, "web.problem.busy")
