"""How an endpoint stands at one moment, in figures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
import psutil
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from inkcloud.domain.load import Load
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.gateway.parts import Parts

# Replicas report under this name only, so that none can speak for the gateway.
PREFIX = "inkcloud_engine_"
ANSWER_SECONDS = 1.0
ANSWER_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One endpoint's figures.

    Attributes:
        load: requests in flight and waiting.
        phases: of each replica.
        memory_bytes: resident memory, by replica.
        reported: what each replica says of its engine.
    """

    load: Load = field(default_factory=Load)
    phases: tuple[ReplicaPhase, ...] = ()
    memory_bytes: dict[str, int] = field(default_factory=dict)
    reported: dict[str, Sequence[Metric]] = field(default_factory=dict)


async def measure(parts: Parts, http: httpx2.AsyncClient) -> dict[str, Measured]:
    """Return every endpoint's figures.

    Args:
        parts: the use cases.
        http: asks the replicas.
    """
    names = [endpoint.name for endpoint in await parts.endpoints.all()]
    found = await asyncio.gather(*(_one(parts, http, name) for name in names))
    return dict(zip(names, found, strict=True))


async def _one(parts: Parts, http: httpx2.AsyncClient, name: str) -> Measured:
    replicas = parts.replicas.replicas(name)
    reports = await asyncio.gather(*(_report(http, replica) for replica in replicas))
    return Measured(
        load=parts.replicas.load(name),
        phases=tuple(replica.phase for replica in replicas),
        memory_bytes={replica.name: _memory(replica.pid) for replica in replicas if replica.pid},
        reported={replica.name: report for replica, report in zip(replicas, reports, strict=True)},
    )


async def _report(http: httpx2.AsyncClient, replica: ReplicaStatus) -> Sequence[Metric]:
    """Return what a replica reports at `/metrics`; nothing if it does not."""
    if replica.address is None or replica.phase is not ReplicaPhase.READY:
        return ()
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            http.stream("GET", f"{replica.address}/metrics") as response,
        ):
            if response.status_code != httpx2.codes.OK:
                return ()
            text = bytearray()
            async for chunk in response.aiter_bytes():
                text += chunk
                if len(text) > ANSWER_BYTES:
                    return ()
        families = list(text_string_to_metric_families(text.decode()))
    except (httpx2.HTTPError, TimeoutError, ValueError, KeyError, IndexError):
        return ()
    return [family for family in families if family.name.startswith(PREFIX)]


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:  # it has just ended
        return 0
