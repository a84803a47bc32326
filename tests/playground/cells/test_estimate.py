import re

import pytest

from inkcloud.client import InkcloudClient
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.cells.estimate import Estimate, cost_text, recent_pace
from inkcloud.playground.presets import PRESETS
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

GRID = CellsDefinition(
    "a cat",
    PRESETS[0].parameters,
    (Axis(AxisKind.STEPS, ("10", "20")), Axis(AxisKind.SEED, ("1",))),
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with (
        StubReplica() as replica,
        RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(replica)) as running,
    ):
        yield running


@pytest.fixture
def client_of(gateway):
    clients = {}

    def client_of(endpoint):
        name = endpoint or "open"
        if name not in clients:
            clients[name] = InkcloudClient(gateway.url, token=gateway.token, endpoint=name)
        return clients[name]

    yield client_of
    for client in clients.values():
        client.close()


def test_the_cost_counts_cells_calls_and_rows():
    one = CellsDefinition("a cat", PRESETS[0].parameters)

    assert cost_text(GRID, None).startswith("This is 2 cells, 30 model calls, 60 rows.")
    assert cost_text(one, None).startswith("This is 1 cell, 20 model calls, 40 rows.")
    assert "12 s on this machine, measured from 1 picture." in cost_text(one, Estimate(12.2, 1))


def test_the_estimate_adds_up_the_cells_of_all_endpoints(gateway, client_of):
    both = CellsDefinition(
        "a cat", PRESETS[0].parameters, (Axis(AxisKind.MODEL, ("open", "shut")),)
    )
    gateway.ended(gateway.submit("x"))
    assert Estimate.of(both.cells(), client_of) is None
    gateway.ended(gateway.submit("x", endpoint="shut"))

    found = Estimate.of(both.cells(), client_of)

    assert found is not None
    assert found.pictures == 2
    assert found.seconds == pytest.approx(0.5)  # the stub says that each took a quarter second
    assert re.fullmatch(r"about 0.5 s on this machine, measured from 2 pictures", found.text())


def test_without_a_token_nothing_is_asked_and_nothing_known(monkeypatch):
    monkeypatch.delenv("INKCLOUD_TOKEN", raising=False)
    monkeypatch.delenv("INKCLOUD_TOKEN_FILE", raising=False)

    with InkcloudClient("http://127.0.0.1:9", token=None) as client:
        assert recent_pace(client, "") is None
