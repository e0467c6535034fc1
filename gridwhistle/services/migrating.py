"""How do the tables come to a release's form while the processes of the release before work on them?

Each migration is a transaction of its own: what it has locked it gives back before the next one locks more. One that
gets no table soon enough, or stands in a circle with turns, is undone and done again later, because turns wait behind
whoever waits for a whole table.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from gridwhistle.services.outage import is_in_the_way

TRIES = 60
MOST_SECONDS_BETWEEN = 2.0
"""All tries of one migration take about a minute and a half."""


def migrate(engine: Engine, scripts: Path, first: Sequence[str]) -> None:
    """Run the migrations of a folder of Alembic's that the store does not have yet.

    ``first`` are statements that begin each transaction: the engine's means to have one process do it, and to wait for
    no table longer than turns can bear. Raises ``DBAPIError`` where a table is not free for all of ``TRIES``; the
    migrations before it have been done then, and whoever calls again goes on with it.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    script = ScriptDirectory.from_config(config)
    while _in_tries(engine, config, script, first):
        pass


def _in_tries(engine: Engine, config: Config, script: ScriptDirectory, first: Sequence[str]) -> bool:
    for _ in range(TRIES - 1):
        try:
            return _next(engine, config, script, first)
        except DBAPIError as error:
            if not is_in_the_way(error):
                raise
            time.sleep(random.uniform(0, MOST_SECONDS_BETWEEN))  # noqa: S311 (no cryptography)
    return _next(engine, config, script, first)


def _next(engine: Engine, config: Config, script: ScriptDirectory, first: Sequence[str]) -> bool:
    """Do the next migration; tells whether there was one."""
    with engine.begin() as connection:
        for statement in first:
            connection.exec_driver_sql(statement)
        done = MigrationContext.configure(connection).get_current_revision()
        missing = tuple(script.iterate_revisions("heads", done or "base"))
        if not missing:
            return False
        step = MigrationStep.upgrade_from_script(script.revision_map, missing[-1])
        config.attributes["connection"] = connection
        # As Alembic's own command does it, which would read all scripts anew for each of them.
        with EnvironmentContext(config, script, fn=lambda _done, _context: [step]):
            script.run_env()
        return True
