import random
from contextlib import suppress

import pytest
from sqlalchemy import text

from inkcloud.control.tokens import Tokens
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, StorageUnavailable
from inkcloud.domain.history_query import HistoryQuery
from inkcloud.domain.job import Job, JobImage, JobState
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.tokens import TokenTable

USES = [
    lambda database: JobTable(database).newest("e", "", 100),
    lambda database: JobTable(database).requeue(),
    lambda database: JobTable(database).image_names(),
    lambda database: JobTable(database).add(Job(id="new", endpoint="e", request={})),
    lambda database: JobTable(database).expire(),
    lambda database: HistoryTable(database).page(HistoryQuery()),
    lambda database: HistoryTable(database).page(HistoryQuery(text="oct")),
    lambda database: HistoryTable(database).image_names(),
    lambda database: HistoryTable(database).change("gen_0-0", note="x", favourite=True),
    lambda database: TokenTable(database).all(),
    lambda database: EndpointTable(database).all(),
    lambda database: EventTable(database).newest("e"),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a database with something in every table."""
    folder = tmp_path_factory.mktemp("whole")
    database = Database.in_folder(folder)
    jobs = JobTable(database)
    for number in range(20):
        jobs.add(Job(id=f"gen_{number}", endpoint="e", request={"prompt": "x" * 50}, tag="a/1"))
    image = JobImage(sha256="a" * 64, record={"seed": 1})
    jobs.finish("gen_0", JobState.SUCCEEDED, images=(image,))
    for number in range(10):
        Tokens(TokenTable(database)).create(str(number))
        EndpointTable(database).add(Endpoint(name=f"e{number}", service="m:C"))
        EventTable(database).add("e", "", "k", f"text {number}")
    database.close()
    return (folder / "inkcloud.sqlite3").read_bytes()


def damaged(whole, seed):
    chance = random.Random(seed)
    if seed % 4 == 0:
        return whole[: chance.randrange(len(whole))]
    changed = bytearray(whole)
    for _ in range(chance.choice([1, 1, 8])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_is_harmless_or_clearly_told(whole, tmp_path, seed):
    (tmp_path / "inkcloud.sqlite3").write_bytes(damaged(whole, seed))

    def use():
        database = Database.in_folder(tmp_path)
        try:
            for each in USES:
                told(lambda each=each: each(database))
        finally:
            database.close()

    told(use)


def told(act):
    """Let nothing through but an error for people."""
    with suppress(Conflict, StorageUnavailable):
        act()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tokens SET scopes = '[\"detloy-code\"]'",
        "UPDATE tokens SET scopes = '[\"read'",
        "UPDATE tokens SET created = '2026-11-2# 18:25:35.471708'",
        "UPDATE endpoints SET min_replicas = -1",
        "UPDATE jobs SET kind = 'genepation'",
        "UPDATE jobs SET images = '[{\"sha257\": 1}]'",
        "UPDATE jobs SET images = '7'",
        "UPDATE jobs SET state = 'succeefed'",
        "UPDATE pictures SET kind = 'sinqle'",
        "UPDATE picture_texts SET record = '7'",
    ],
)
def test_a_row_that_nothing_here_has_written_is_told_as_damage(whole, tmp_path, damage):
    (tmp_path / "inkcloud.sqlite3").write_bytes(whole)
    database = Database.in_folder(tmp_path)
    with database.write() as connection:
        connection.execute(text(damage))
    table = damage.split()[1]
    read = {
        "tokens": lambda: TokenTable(database).all(),
        "endpoints": lambda: EndpointTable(database).all(),
        "pictures": lambda: HistoryTable(database).page(HistoryQuery()),
        "picture_texts": lambda: HistoryTable(database).get("gen_0-0"),
        "jobs": lambda: JobTable(database).newest("e", "", 100) or JobTable(database).get("gen_0"),
    }[table]

    with pytest.raises(StorageUnavailable, match="damaged"):
        read()

    database.close()


def test_a_missing_column_is_told_at_the_start(database_url):
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(text("ALTER TABLE endpoints DROP COLUMN paused"))
    database.close()

    with pytest.raises(StorageUnavailable, match="damaged"):
        Database(database_url)
