"""What works in a process while its pages, or what platforms push to, are up?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager

from gridwhistle.bot.app import Application
from gridwhistle.bot.platforms import Platform


@asynccontextmanager
async def life(
    app: Application, platforms: Sequence[Platform] = (), *, ticking: bool = True, timers: bool = True
) -> AsyncIterator[None]:
    """Receive, let what arrives have its turn, send, and with ``timers`` run what is due; ended in good order.

    Without ``ticking`` the process only answers and receives. ``platforms`` are open already.
    """
    work = ExitStack()
    if ticking:
        work.enter_context(app.working(timers=timers))
    for platform in platforms:
        platform.start()
    yield
    for platform in platforms:
        platform.stop()
    app.bell.close()
    # Waits for what is under way; on the event loop that would wait for this.
    await asyncio.to_thread(work.close)
