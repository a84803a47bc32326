import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.model_watch import ModelWatch
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel
from inkcloud.models.store import ModelStore
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from models.conftest import FACTS
from support.stub_replica import StubReplicas

pytestmark = pytest.mark.anyio
MINE = StoredModel(
    name="mine",
    origin=ModelOrigin(kind="path", id="/x"),
    licence="",
    facts=FACTS,
    files=(StoredFile(path="a", size=1, sha256="1" * 64, linked="/x/a"),),
    added=datetime(2026, 1, 1, tzinfo=UTC),
)


def other(sha256: str) -> StoredModel:
    return replace(MINE, files=(replace(MINE.files[0], sha256=sha256 * 64),))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.fixture
def replicas():
    return StubReplicas()


@pytest.fixture
def watch(tmp_path, store, replicas):
    database = Database.in_folder(tmp_path)
    table = EndpointTable(database)
    for name, model in (("first", "mine"), ("second", "mine"), ("other", "inkling")):
        environment = {"INKCLOUD_MODEL": model}
        table.save(Endpoint(name=name, service="stub:Stub", environment=environment))
    table.save(Endpoint(name="no-model", service="stub:Stub"))
    yield ModelWatch(store, Endpoints(table, replicas), replicas, every_seconds=0.01)
    database.close()


async def test_what_is_there_at_the_start_replaces_nothing(watch, store, replicas):
    store.put(MINE, None)

    await watch.look()
    store.put(replace(MINE, added=datetime(2027, 1, 1, tzinfo=UTC)), None)
    await watch.look()

    assert replicas.renewed == []


async def test_another_revision_replaces_the_replicas_of_those_who_use_it(watch, store, replicas):
    store.put(MINE, None)
    await watch.look()

    store.put(other("2"), None)
    await watch.look()
    await watch.look()

    told = f"the model mine, from revision {MINE.revision} to {other('2').revision}"
    assert replicas.renewed == [("first", told), ("second", told)]


async def test_a_model_that_was_away_and_came_back_as_another_is_noticed(watch, store, replicas):
    store.put(MINE, None)
    await watch.look()
    store.remove("mine")
    await watch.look()
    assert replicas.renewed == []

    store.put(other("2"), None)
    await watch.look()

    assert [name for name, _ in replicas.renewed] == ["first", "second"]


async def test_it_looks_by_itself_and_goes_on_after_a_failure(watch, store, replicas, caplog):
    store.put(MINE, None)
    await watch.start()
    manifest = store.folder / "mine" / "manifest.json"
    with caplog.at_level(logging.ERROR):
        manifest.write_text("{")
        await asyncio.sleep(0.05)
        store.put(other("2"), None)
        async with asyncio.timeout(20):
            while len(replicas.renewed) < 2:
                await asyncio.sleep(0.01)
    await watch.stop()

    assert [name for name, _ in replicas.renewed] == ["first", "second"]
