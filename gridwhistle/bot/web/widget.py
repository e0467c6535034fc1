"""What does the city's own site load, with one line, to have the chat on its pages?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from gridwhistle.bot.web.desk import LANGUAGES, WebDesk

WIDGET = "/widget.js"
PREFIX = "web.widget."


def widget_routes(desk: WebDesk) -> APIRouter:
    """The widget's script: ``templates/widget.js`` with its words in all languages."""
    routes = APIRouter()
    texts = desk.app.texts
    words = {
        language: {
            key.removeprefix(PREFIX): texts.text(key, language, {"city": desk.city})
            for key in texts.keys(language)
            if key.startswith(PREFIX)
        }
        for language in LANGUAGES
    }
    script = desk.script("widget.js", words=words)

    @routes.get(WIDGET)
    def widget() -> Response:
        """Says nothing of whoever asks, so that everybody gets the same, and it may be kept for a while."""
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(script, media_type="text/javascript", headers=headers)

    return routes
