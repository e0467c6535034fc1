"""What does a timer say in a chat whose dialog has been left open?"""

from __future__ import annotations

from dataclasses import replace

from gridwhistle.dialogs.conversation import post_say
from gridwhistle.dialogs.engine import Heard, turn
from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.limits import Limits
from gridwhistle.dialogs.message import Wake
from gridwhistle.services import memory
from gridwhistle.services.desk import Address, Desk


def wake(desk: Desk, flows: Flows, where: Address, content: Wake, key: str) -> None:
    """Let a timer act on a chat's conversation, in the timer's own transaction.

    Its letters are no replies: they keep the quiet hours. ``key`` is the timer's, for the letters' natural keys.
    """
    actor, state = memory.recall(desk.session, desk.region, where, desk.now, heard=False)
    chat = replace(desk, actor=actor, here=None, turn=key, writes=0, letters=0)
    outcome = turn(state, Heard(content=content), chat, flows, Limits())
    for say in outcome.says:
        post_say(chat, say)
    memory.keep(desk.session, desk.region, where, chat.me, outcome.state, desk.now)
