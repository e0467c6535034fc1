"""What have all processes of the city in common before they are forked?

All that is loaded once, so that a killed process is followed by the next within a fraction of a second; and shorter
limits for the platform's answers than in real life, so that many come too late. ``run`` loads this before anything
else that reads the limits.
"""

from __future__ import annotations

import gc
from importlib import import_module

from gridwhistle.bot.channels.telegram import api

from .standin import TOKEN

api.ANSWER_SECONDS = 1.5
api.CONNECT_SECONDS = 1.0
import_module(".process", __package__)
# The library loads much of itself when it is first used.
import_module("gridwhistle.bot.channels.telegram_ptb").PtbApi(api.Connection(token=TOKEN))
gc.collect()
gc.freeze()
