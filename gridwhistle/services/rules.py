"""Which times and numbers does the city's scheme set beside the catalogue's limits?

Defaults of DOMAIN.md 3.2 and 3.3 with their bases; a city that wants others changes them here alone.
"""

from __future__ import annotations

from datetime import timedelta

from gridwhistle.services.calendar import Limit

ACCEPT_WITHIN = timedelta(hours=2)
"""Somebody accepts within two hours (Beijing, network channel), or the other holder gets the work."""
ACCEPT_URGENT_WITHIN = timedelta(minutes=15)
LAST_AGAIN_AFTER = timedelta(hours=24)
"""Whoever is the last of the ladder cannot hand on: the card is shown again once a day."""
LAST_URGENT_AGAIN_AFTER = timedelta(hours=2)
SIGN_WITHIN = timedelta(hours=1)
"""Office time for a department to sign a whistle (Nanjing Gulou); the clock starts at dispatch."""
ARRIVE_WITHIN = Limit.parse("3wd")
ARRIVE_HARD_WITHIN = Limit.parse("5wd")
ARRIVE_URGENT_WITHIN = Limit.parse("30min")
"""Pinggu: thirty minutes for an emergency whistle."""
HARD_FROM = timedelta(days=12)
"""A matter with at least this long to be solved is a hard one."""
ACT_WITHIN = Limit.parse("2wd")
"""After a confirmed arrival something must have been done, or it is 只报到不服务."""
CONFIRM_NUDGE_AFTER = timedelta(hours=2)
CONFIRM_WITHIN = Limit.parse("1wd")
RETURN_ANSWER_WITHIN = Limit.parse("1wd")
"""A return is answered within a working day; silence is acceptance (Hengyang, Shandong)."""
RETURNS_BEFORE_ADJUDICATION = 2
INFORMATION_WITHIN = timedelta(days=5)
EXTENSION_AT_MOST = Limit.parse("10wd")
SUSPENSION_AT_MOST = timedelta(days=200)
"""Frozen ground in Heilongjiang keeps a digging job waiting from October to April."""
REMIND_AT = (0.5, 0.8)
ESCALATE_AGAIN_AFTER = (Limit.parse("1d"), Limit.parse("5wd"))
URGE_EVERY = timedelta(hours=24)
URGES_BEFORE_ESCALATION = 3
FOLLOW_UP_REMINDER_AFTER = timedelta(days=3)
FOLLOW_UP_VALID = timedelta(days=14)
REWORK_WITHIN = timedelta(days=10)
RECHECK_AFTER = timedelta(weeks=4)
PHONE_ATTEMPTS = 3
INVITE_VALID = timedelta(days=7)
NEARBY_SINCE = timedelta(days=30)
TALK_REMIND_AFTER = timedelta(minutes=15)
"""Office time until those who were called to a resident are called again."""
TALK_PASS_UP_AFTER = timedelta(minutes=45)
"""Office time from then until the subdistrict or town is called too."""
TALK_AGAIN_AFTER = Limit.parse("1wd")
WISH_COST_AT_MOST = 500
"""Yuan that a micro-wish may cost: what one member can give (微小性)."""
WISH_CLAIMS_AT_MOST = 3
"""Open claims of one member, and of one unit in its own name."""
WISH_SHARES_AT_MOST = 5
"""Members who may join in one group claim (组团认领)."""
WISH_REVIEW_WITHIN = Limit.parse("2wd")
WISH_REMIND_UNCLAIMED_AFTER = timedelta(days=3)
WISH_PUSH_UNCLAIMED_AFTER = timedelta(days=7)
WISH_REMIND_SILENT_AFTER = timedelta(days=5)
WISH_LAPSE_AFTER = timedelta(days=10)
"""A claimant who gives no sign of life for so long makes room for others."""
WISH_REMIND_CONFIRM_AFTER = timedelta(days=3)
WISH_PHONE_AFTER = timedelta(days=14)
