from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from inkcloud.control.tokens import Tokens
from inkcloud.domain.access import ALL_SCOPES
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict
from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.history_query import HistoryQuery, HistorySort
from inkcloud.domain.job import Job, JobImage, JobState
from inkcloud.domain.token import new_token, token_hash
from inkcloud.storage import migrations
from inkcloud.storage.database import Database
from inkcloud.storage.database_url import database_url as read_url
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.presets import PresetTable
from inkcloud.storage.schema import METADATA, PICTURES_SEARCH
from inkcloud.storage.tokens import TokenTable
from support.first_version import CREATED, SHA, make_first_version


def is_table_of_ours(_object, name, *_):
    """Leave out the search, which each database has in its own way."""
    return not str(name).startswith(PICTURES_SEARCH)


def differences(database):
    with database.read() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(
            connection, opts={**options, "include_object": is_table_of_ours}
        )
        return compare_metadata(context, METADATA)


def execute(url, *statements):
    engine = create_engine(read_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def form(url):
    """Everything that the database says of its tables."""
    engine = create_engine(read_url(url))
    found = inspect(engine)
    tables = {
        table: [
            [(column["name"], str(column["type"])) for column in found.get_columns(table)],
            sorted(str(index["name"]) for index in found.get_indexes(table)),
        ]
        for table in sorted(found.get_table_names())
    }
    engine.dispose()
    return tables


def upgrade_to(revision, url):
    """Bring a database of the first version to an older form than the present."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(read_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "0001")
        command.upgrade(config, revision)
    engine.dispose()


def test_a_new_database_has_the_tables_that_the_code_expects(database):
    assert differences(database) == []


def test_a_missing_column_would_be_told(database, database_url):
    execute(database_url, "ALTER TABLE endpoints DROP COLUMN paused")

    assert differences(database) != []


def test_an_upgraded_database_has_the_tables_that_the_code_expects(database_url):
    make_first_version(database_url)

    database = Database(database_url)

    assert differences(database) == []
    database.close()


def test_the_first_versions_jobs_come_along(database_url):
    make_first_version(database_url)
    before = datetime.now(UTC)

    database = Database(database_url)

    jobs = JobTable(database)
    done, failed, queued = map(jobs.get, ("gen_done", "gen_failed", "gen_queued"))
    image = JobImage(sha256=SHA, record={"seed": 2**64 - 1, "prompt": "é"})
    assert done == Job(
        id="gen_done",
        endpoint="text2image",
        request={"prompt": "x"},
        tag="a/1",
        state=JobState.SUCCEEDED,
        created=CREATED.replace(tzinfo=UTC),
        seconds=1.5,
        images=(image, image),
        expires=done.expires,
    )
    assert before <= done.expires - timedelta(hours=24) <= datetime.now(UTC)
    assert failed.error == {"code": "error", "message": "m"}
    assert (queued.tag, queued.expires) == ("é" * 200, None)
    assert jobs.newest("text2image", "", 50) == [queued, failed, done]
    assert jobs.requeue() == [queued]
    assert jobs.image_names() == {SHA}
    database.close()


def test_the_pictures_of_finished_jobs_are_taken_into_the_history(database_url):
    make_first_version(database_url)

    database = Database(database_url)

    history = HistoryTable(database)
    entries = history.page(HistoryQuery(sort=HistorySort.OLDEST)).entries
    assert [entry.id for entry in entries] == ["gen_done-0", "gen_done-1"]
    assert entries[0] == HistoryEntry(
        id="gen_done-0",
        generation="gen_done",
        index=0,
        endpoint="text2image",
        created=CREATED.replace(tzinfo=UTC),
        tag="a/1",
        request={"prompt": "x"},
        record={"seed": 2**64 - 1, "prompt": "é"},
        sha256=SHA,
        seconds=1.5,
    )
    assert len(history.page(HistoryQuery(text="E")).entries) == 2
    assert history.image_names() == {SHA}
    database.close()


def test_the_first_versions_token_and_endpoint_come_along(database_url):
    token = new_token()
    make_first_version(database_url, token_hash=token_hash(token))

    database = Database(database_url)

    access = Tokens(TokenTable(database)).verify(token)
    assert (access.name, access.scopes, access.endpoint) == ("first", ALL_SCOPES, "")
    assert (access.created, access.expires) == (CREATED.replace(tzinfo=UTC), None)
    endpoint = EndpointTable(database).get("text2image")
    assert endpoint == Endpoint(
        name="text2image",
        service="m:C",
        public=True,
        min_replicas=2,
        max_replicas=2,
        environment={"A": "b"},
        created=endpoint.created,
    )
    database.close()


def test_the_history_gets_its_present_indexes_and_keeps_its_pictures(database_url):
    make_first_version(database_url)
    upgrade_to("0004", database_url)
    assert "pictures_by_kind" in form(database_url)["pictures"][1]

    database = Database(database_url)

    assert differences(database) == []
    assert "pictures_by_kind" not in form(database_url)["pictures"][1]
    entries = HistoryTable(database).page(HistoryQuery(sort=HistorySort.MOST_STEPS)).entries
    assert len(entries) == 2
    database.close()


def test_the_presets_that_there_were_are_everybodys(database_url):
    make_first_version(database_url)
    upgrade_to("0004", database_url)
    columns = "(id, kind, name, content, created)"
    values = "('pre_1', 'settings', 'mine', '{\"seed\": 1}', '2026-01-02 03:04:05')"
    execute(database_url, f"INSERT INTO presets {columns} VALUES {values}")

    database = Database(database_url)

    [preset] = PresetTable(database).all("")
    assert (preset.name, preset.values, preset.owner) == ("mine", {"seed": 1}, "")
    assert PresetTable(database).all("ada@example.org") == []
    database.close()


def test_opening_again_changes_nothing(database_url):
    make_first_version(database_url)
    Database(database_url).close()
    before = form(database_url)

    Database(database_url).close()

    assert form(database_url) == before


def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(database_url):
    make_first_version(database_url, images=[{"no": "hash"}])
    before = form(database_url)

    with pytest.raises(KeyError):
        Database(database_url)

    assert form(database_url) == before
    assert "alembic_version" not in before
    execute(database_url, "UPDATE jobs SET images = '[]'")
    Database(database_url).close()


def test_several_that_open_an_old_database_at_once_upgrade_it_once(database_url):
    make_first_version(database_url)

    with ThreadPoolExecutor(4) as pool:
        databases = list(pool.map(lambda _: Database(database_url), range(4)))

    assert [differences(database) for database in databases] == [[]] * 4
    for database in databases:
        assert JobTable(database).get("gen_done") is not None
        database.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url):
    Database(database_url).close()
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    before = form(database_url)

    with pytest.raises(Conflict, match="A newer version has used this database") as caught:
        Database(database_url)

    assert "'9999'" in caught.value.message
    assert form(database_url) == before


def test_somebody_elses_tables_are_left_alone(database_url):
    execute(database_url, "CREATE TABLE jobs (id INTEGER)")

    with pytest.raises(Conflict, match="tables named jobs that Inkcloud did not make"):
        Database(database_url)

    assert list(form(database_url)) == ["jobs"]
