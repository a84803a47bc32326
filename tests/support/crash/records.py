"""The database of a crash run, from outside: to look at it, and to break it on purpose."""

import random
from pathlib import Path

from sqlalchemy import Engine, create_engine, delete, null, select, update

from inkcloud.storage.database_url import database_url, file_url
from inkcloud.storage.schema import JOB_IMAGES, JOBS
from support.crash.history import History
from support.crash.verdict import Row

FORGERIES = ("lost", "twice", "stuck")
VICTIMS = 3


class Records:
    """Opens connections of its own, one for each question.

    Args:
        data: the data folder, which holds the SQLite database.
        url: the database's URL; None is SQLite.
    """

    def __init__(self, data: Path, url: str | None) -> None:
        self._url = file_url(data / "inkcloud.sqlite3") if url is None else database_url(url)

    def rows(self) -> dict[str, list[Row]]:
        """Return every job that has an idempotency key, by that."""
        rows: dict[str, list[Row]] = {}
        engine = self._engine()
        with engine.connect() as connection:
            query = select(JOBS.c.id, JOBS.c.state, JOBS.c.idempotency_key)
            for row in connection.execute(query.where(JOBS.c.idempotency_key.is_not(None))):
                rows.setdefault(row.idempotency_key, []).append(Row(row.id, row.state))
        engine.dispose()
        return rows

    def forge(
        self, how: str, history: History, chooser: random.Random, spared: set[int]
    ) -> list[int]:
        """Do to some acknowledged jobs what a gateway without durability would do.

        "lost" removes them, as if their transaction had not been kept; "twice" forgets that
        some have ended, so that the next start does them again; "stuck" does the same
        behind a running gateway, which therefore does not.

        Returns:
            Their numbers; none of `spared`.
        """
        able = [
            seen
            for seen in history.acknowledged()
            if seen.work.number not in spared and (seen.ends or how == "lost")
        ]
        victims = chooser.sample(able, min(VICTIMS, len(able)))
        ids = [seen.ids[0] for seen in victims]
        engine = self._engine()
        with engine.begin() as connection:
            if how == "lost":
                connection.execute(delete(JOB_IMAGES).where(JOB_IMAGES.c.job_id.in_(ids)))
                connection.execute(delete(JOBS).where(JOBS.c.id.in_(ids)))
            else:
                blank = {"state": "queued", "output": null(), "expires": None}
                connection.execute(update(JOBS).where(JOBS.c.id.in_(ids)).values(blank))
        engine.dispose()
        return sorted(seen.work.number for seen in victims)

    def _engine(self) -> Engine:
        return create_engine(self._url, hide_parameters=True)
