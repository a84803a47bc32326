import asyncio

import pytest

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, InvalidRequest, NotFound, Unavailable
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from support.stub_replica import StubReplica, StubReplicas

pytestmark = pytest.mark.anyio
NAME = "text2image"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def table(tmp_path):
    database = Database.in_folder(tmp_path)
    table = EndpointTable(database)
    table.save(Endpoint(name=NAME, service="stub:Stub"))
    yield table
    database.close()


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


async def test_an_endpoint_is_found_by_its_name_only(table):
    endpoints = Endpoints(table, StubReplicas())

    assert (await endpoints.get(NAME)).service == "stub:Stub"
    for name in ("", "text2imag", "TEXT2IMAGE", "text2image\x00", "x" * 10_000):
        with pytest.raises(NotFound):
            await endpoints.get(name)
    await endpoints.close()


async def test_facts_come_from_the_running_replica_and_go_with_it(table, replica):
    replicas = StubReplicas(replica)
    endpoints = Endpoints(table, replicas)

    assert (await endpoints.facts(NAME))["model"] == "stub"
    replica.facts = {"model": "not asked for again"}
    assert (await endpoints.facts(NAME))["model"] == "stub"

    replicas.current = ReplicaState.STARTING
    assert await endpoints.facts(NAME) == {}
    replicas.current = ReplicaState.RUNNING
    replica.facts = {"model": "another"}
    assert await endpoints.facts(NAME) == {"model": "another"}
    await endpoints.close()


async def test_facts_are_each_replicas_own(table, replica):
    with StubReplica(facts={"model": "the new one"}) as new:
        endpoints = Endpoints(table, StubReplicas(replica, new))

        models = [(await endpoints.facts(NAME))["model"] for _ in range(4)]

        assert models == ["stub", "the new one"] * 2
        await endpoints.close()


async def test_facts_of_an_endpoint_that_refuses_are_none(table, replica):
    replicas = StubReplicas(replica)
    endpoints = Endpoints(table, replicas)
    replicas.state = lambda name: ReplicaState.RUNNING
    replicas.current = ReplicaState.PAUSED

    assert await endpoints.facts(NAME) == {}
    await endpoints.close()


async def test_every_change_is_kept_and_told_to_the_runtime(table):
    replicas = StubReplicas()
    endpoints = Endpoints(table, replicas)
    made = Endpoint(name="mine", service="m:C", max_replicas=5)

    assert await endpoints.create(made) == made
    changed = await endpoints.update("mine", {"min_replicas": 2, "environment": {"A": "b"}})
    paused = await endpoints.pause("mine")
    started = await endpoints.start("mine")

    assert (changed.min_replicas, changed.environment) == (2, {"A": "b"})
    assert (paused.paused, started.paused) == (True, False)
    assert replicas.applied == [made, changed, paused, started]
    assert await endpoints.get("mine") == started
    await endpoints.delete("mine")
    assert replicas.removed == ["mine"]
    assert [endpoint.name for endpoint in await endpoints.all()] == [NAME]
    await endpoints.close()


async def test_what_changes_nothing_is_not_told(table):
    replicas = StubReplicas()
    endpoints = Endpoints(table, replicas)

    await endpoints.update(NAME, {})
    await endpoints.start(NAME)

    assert replicas.applied == []
    await endpoints.close()


async def test_a_name_is_given_once(table):
    replicas = StubReplicas()
    endpoints = Endpoints(table, replicas)

    with pytest.raises(Conflict) as caught:
        await endpoints.create(Endpoint(name=NAME, service="other:C"))

    assert (caught.value.field, caught.value.value) == ("name", NAME)
    assert (await endpoints.get(NAME)).service == "stub:Stub"
    assert replicas.applied == []
    await endpoints.close()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"min_replicas": 4}, "min_replicas"),
        ({"service": "other:C"}, "service"),
        ({"name": "other"}, "name"),
        ({"nonsense": 1}, "nonsense"),
        ({"public": True, "paused": "yes"}, "paused"),
    ],
)
async def test_a_change_that_is_not_allowed_changes_nothing(table, values, field):
    replicas = StubReplicas()
    endpoints = Endpoints(table, replicas)
    before = await endpoints.get(NAME)

    with pytest.raises(InvalidRequest) as caught:
        await endpoints.update(NAME, values)

    assert caught.value.field == field
    assert await endpoints.get(NAME) == before
    assert replicas.applied == []
    await endpoints.close()


async def test_an_endpoint_that_there_is_not_cannot_be_changed(table):
    endpoints = Endpoints(table, StubReplicas())
    changes = [
        lambda: endpoints.update("none", {"public": True}),
        lambda: endpoints.pause("none"),
        lambda: endpoints.start("none"),
        lambda: endpoints.delete("none"),
    ]

    for change in changes:
        with pytest.raises(NotFound):
            await change()
    await endpoints.close()


async def test_changes_at_once_are_all_kept(table):
    replicas = StubReplicas()
    endpoints = Endpoints(table, replicas)
    changes = [{"display_name": "t"}, {"public": True}, {"max_replicas": 7}, {"paused": True}]

    await asyncio.gather(*(endpoints.update(NAME, change) for change in changes))

    found = await endpoints.get(NAME)
    assert (found.display_name, found.public, found.max_replicas, found.paused) == (
        *("t", True, 7),
        True,
    )
    assert replicas.applied[-1] == found
    await endpoints.close()


async def test_at_the_start_every_endpoint_is_told_even_if_one_is_refused(table):
    class Refusing(StubReplicas):
        async def apply(self, endpoint):
            await super().apply(endpoint)
            if endpoint.name == "a":
                raise Unavailable("No.")

    for name in ("a", "z"):
        table.add(Endpoint(name=name, service="m:C"))
    replicas = Refusing()
    endpoints = Endpoints(table, replicas)

    await endpoints.start_all()

    assert [endpoint.name for endpoint in replicas.applied] == ["a", NAME, "z"]
    await endpoints.close()


async def test_a_size_is_held_to_the_models_factor_once_that_is_known(table, replica):
    replicas = StubReplicas(replica, state=ReplicaState.STARTING)
    endpoints = Endpoints(table, replicas)
    request = GenerationRequest(prompt="x", width=64, height=100)

    await endpoints.check(NAME, request)

    replicas.current = ReplicaState.RUNNING
    with pytest.raises(InvalidRequest) as caught:
        await endpoints.check(NAME, request)
    assert (caught.value.field, caught.value.value) == ("height", 100)
    assert caught.value.allowed == "a multiple of 8"
    await endpoints.check(NAME, GenerationRequest(prompt="x"))
    await endpoints.close()


async def test_a_service_without_facts_is_held_to_nothing(table):
    with StubReplica(facts={}) as replica:
        endpoints = Endpoints(table, StubReplicas(replica))

        await endpoints.check(NAME, GenerationRequest(prompt="x", width=99))
        await endpoints.close()
