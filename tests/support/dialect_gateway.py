"""A running gateway with the default endpoint that dialects without endpoints mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkcloud.domain.endpoint import Endpoint
from inkcloud.storage.endpoints import EndpointTable
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

DEFAULT = "text2image"


@contextmanager
def dialect_gateway(folder: Path, *replicas: StubReplica) -> Iterator[RunningGateway]:
    """Run a gateway with the public endpoints "open" and "text2image" and the private "shut"."""
    with RunningGateway(folder, StubReplicas(*replicas)) as running:
        table = EndpointTable(running.database)
        table.save(Endpoint(name=DEFAULT, service="stub:Stub", public=True))
        yield running


def make_default_private(gateway: RunningGateway) -> None:
    """Make the default endpoint private from now on."""
    EndpointTable(gateway.database).save(Endpoint(name=DEFAULT, service="stub:Stub"))
