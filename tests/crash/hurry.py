"""How long is the platform waited for? Shorter than in real life, so that a run has many answers that come too late.

Imported before anything that reads these limits: the processes' common ancestor does so first.
"""

from __future__ import annotations

from gridwhistle.bot.channels.telegram import api

api.ANSWER_SECONDS = 1.5
api.CONNECT_SECONDS = 1.0
