"""A local runtime with one endpoint, `box`, and its events as they come."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from inkcloud.domain.endpoint import Endpoint
from inkcloud.runtimes.local import LocalRuntime
from inkcloud.runtimes.replica_event import ReplicaEvent
from inkcloud.runtimes.runtime_settings import RuntimeSettings

PATIENCE = 60.0
TESTS = Path(__file__).parents[1]
QUICK = RuntimeSettings(
    ready_within=PATIENCE,
    startup_check_every=0.02,
    check_every=0.05,
    slow_after=1.0,
    hung_after=4.0,
    last_look=1.0,
    first_delay=0.02,
    longest_delay=0.1,
    setup_attempts=2,
    grace_seconds=5.0,
)


def box_endpoint(service: str = "Puppet", **values: Any) -> Endpoint:
    """Return the endpoint `box`, with one replica unless told otherwise."""
    environment = {"PYTHONPATH": str(TESTS), **values.pop("environment", {})}
    values = {"min_replicas": 1, "environment": environment, **values}
    return Endpoint(name="box", service=f"support.services:{service}", **values)


class RunningRuntime:
    """The runtime, and what it tells."""

    def __init__(
        self, folder: Path, settings: RuntimeSettings = QUICK, python: str = sys.executable
    ) -> None:
        self.heard: asyncio.Queue[ReplicaEvent] = asyncio.Queue()
        self.runtime = LocalRuntime(
            folder, python=python, settings=settings, on_event=self.heard.put_nowait
        )

    async def until(self, kind: str, reason: str | None = None) -> ReplicaEvent:
        """Return the next event of a kind, and of a reason if one is given."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self.heard.get()
                if event.kind == kind and reason in {None, event.reason}:
                    return event

    async def ask(self, **inputs: Any) -> Any:
        """Have a replica answer one request, in a place of its own."""
        async with (
            self.runtime.lease("box") as address,
            httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as http,
        ):
            answer = await http.post(f"{address}/infer", json=inputs)
        return answer.json()["output"]

    def hold(self) -> "HeldPlace":
        """Ask for a place and hold it until it is let go."""
        return HeldPlace(self.runtime)


class HeldPlace:
    """One who waits for a place at a replica of `box`, and holds it."""

    def __init__(self, runtime: LocalRuntime) -> None:
        self.positions: list[int] = []
        self.address = ""
        self._inside = asyncio.Event()
        self._leave = asyncio.Event()
        self.task = asyncio.ensure_future(self._stay(runtime))

    @property
    def inside(self) -> bool:
        return self._inside.is_set()

    async def entered(self) -> str:
        """Return the replica's address once it has a place; raise what keeps it from one."""
        entering = asyncio.ensure_future(self._inside.wait())
        try:
            await asyncio.wait(
                {entering, self.task}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            entering.cancel()
        if not self.inside:
            await asyncio.wait_for(self.task, 0.01)
        return self.address

    async def leave(self) -> None:
        self._leave.set()
        await self.task

    async def _stay(self, runtime: LocalRuntime) -> None:
        async with runtime.lease("box", self.positions.append) as self.address:
            self._inside.set()
            await self._leave.wait()


@asynccontextmanager
async def running(
    folder: Path,
    service: str = "Puppet",
    replicas: int = 1,
    settings: RuntimeSettings = QUICK,
    python: str = sys.executable,
    **values: Any,
) -> AsyncIterator[RunningRuntime]:
    """Run the endpoint while the block runs."""
    box = RunningRuntime(folder, settings, python)
    await box.runtime.apply(box_endpoint(service, min_replicas=replicas, **values))
    try:
        yield box
    finally:
        await box.runtime.stop()
