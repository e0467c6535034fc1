"""How do a city's files (organisation, places, people, posts, catalogue) get into its store?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gridwhistle.services.importing.catalogue import import_catalogue
from gridwhistle.services.importing.changes import Imported
from gridwhistle.services.importing.org import import_org
from gridwhistle.services.importing.people import import_people
from gridwhistle.services.importing.places import import_places
from gridwhistle.services.importing.posts import import_posts
from gridwhistle.services.importing.table import ImportProblems, Problem
from gridwhistle.services.store import Store

__all__ = [
    "ImportProblems",
    "Imported",
    "Problem",
    "import_all",
    "import_catalogue",
    "import_org",
    "import_people",
    "import_places",
    "import_posts",
]


def import_all(store: Store, region: str, folder: Path, *, now: datetime) -> tuple[Imported, ...]:
    """Import a folder's five files in one transaction, each after what it refers to.

    Raises ``ImportProblems`` for the first file that is not sound; then nothing of any file is changed.
    """
    with store.begin() as session:
        return (
            import_org(session, region, folder / "org.csv"),
            import_places(session, region, folder / "places.csv"),
            import_people(session, region, folder / "people.csv", now=now),
            import_posts(session, region, folder / "posts.csv"),
            import_catalogue(session, region, folder / "catalogue.csv"),
        )
