"""Which migration do the models need? Writes it: ``python scripts/new_migration.py 0002 "what changes"``.

Alembic compares the models with an empty SQLite store that has all migrations so far; read and tidy what it writes.
"""

from __future__ import annotations

import subprocess
import sys

from alembic import command
from alembic.config import Config

from gridwhistle.services.store import MIGRATIONS, Store

ARGUMENTS = 3


def main() -> int:
    """Write ``versions/<number>_<words>.py``; gives the exit status."""
    if len(sys.argv) != ARGUMENTS:
        print(__doc__, file=sys.stderr)
        return 1
    number, message = sys.argv[1:]
    store = Store("sqlite://")
    store.migrate()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        script = command.revision(config, message=message, rev_id=number, autogenerate=True)
    path = str(getattr(script, "path", ""))
    subprocess.run([sys.executable, "-m", "ruff", "format", path], check=True)  # noqa: S603 (our own words)
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
