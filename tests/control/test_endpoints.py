import pytest

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound
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
    await endpoints.facts(NAME)
    assert replicas.asked == 1

    replicas.current = ReplicaState.STARTING
    assert await endpoints.facts(NAME) == {}
    replicas.current = ReplicaState.RUNNING
    replica.facts = {"model": "another"}
    assert await endpoints.facts(NAME) == {"model": "another"}
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
