"""The replicas of one endpoint: how many there are, and who gets which request."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, InkcloudError, Unavailable
from inkcloud.domain.load import Load
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.autoscaler import decide, replicas_wanted
from inkcloud.runtimes.demand import Demand, replicas_needed
from inkcloud.runtimes.lease_queue import LeaseQueue
from inkcloud.runtimes.replica import Replica
from inkcloud.runtimes.replica_event import ReplicaEventKind
from inkcloud.runtimes.runtime_settings import RuntimeSettings

_SHUN_SECONDS = 0.1
_LISTENS_SECONDS = 5.0
_MODEL = "INKCLOUD_MODEL"


class ReplicaGroup:
    """Keeps one endpoint's replicas as its load and its settings ask for.

    Every change, of the load, of a replica or of the endpoint, comes to `note_change`, which
    has `_reconcile` run once in the loop's next round. All methods belong to one loop.

    Args:
        endpoint: what is wanted.
        make_replica: makes a replica of this number, not yet started; its supervisor is to
            call `note_change`.
        settings: how patient to be.
        tell: told of each event of the endpoint: its kind, the replica's name or "", a reason.
        first_number: the lowest number of a replica.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        make_replica: Callable[["ReplicaGroup", int], Replica],
        settings: RuntimeSettings,
        tell: Callable[[ReplicaEventKind, str, str], None],
        first_number: int = 0,
    ) -> None:
        self.endpoint = endpoint
        self.revision = 0
        self._make_replica = make_replica
        self._settings = settings
        self._tell = tell
        self._first_number = first_number
        self._replicas: dict[int, Replica] = {}
        self._queue: LeaseQueue[Replica] = LeaseQueue(self._give_back)
        self._demand = Demand()
        self._wanted = 0
        self._looking = 0
        self._served = 0
        self._unready_since: float | None = None
        self._refusal: Callable[[], InkcloudError] | None = None
        self._changed = asyncio.Event()
        self._scheduled = False
        self._timer: asyncio.TimerHandle | None = None
        self._hurry: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self.update(endpoint)

    @property
    def numbers(self) -> list[int]:
        """The numbers of its replicas, those that leave included."""
        return list(self._replicas)

    def update(self, endpoint: Endpoint) -> None:
        """Want what the endpoint says from now on."""
        before, self.endpoint = self.endpoint, endpoint
        if endpoint.paused:
            self._demand = Demand()
            self._queue.fail(self._is_paused, patient_too=False)
            self._set_hurry()
            if not before.paused:
                self._tell(ReplicaEventKind.PAUSED, "", "")
        else:
            self._cancel_hurry()
            if before.paused:
                self._unready_since = None  # who waited through the pause is as patient as ever
                self._tell(ReplicaEventKind.RESUMED, "", "")
            elif before != endpoint:
                self._tell(ReplicaEventKind.UPDATED, "", _difference(before, endpoint))
        # Not a round later: whoever asks next is to see the endpoint as it is now.
        self._reconcile()

    def renew(self, reason: str) -> None:
        """Want other replicas than those that there are, though the endpoint is the same.

        Args:
            reason: why, for the event.
        """
        self.revision += 1
        self._tell(ReplicaEventKind.UPDATED, "", reason)
        self._reconcile()

    def close(self, refusal: Callable[[], InkcloudError]) -> None:
        """Refuse every request from now on, and let the replicas go."""
        self._refusal = refusal
        self._queue.fail(refusal)
        self._set_hurry()
        for replica in self._serving():
            self._drain(replica)
        self.note_change()

    async def stop(self, refusal: Callable[[], InkcloudError]) -> None:
        """Close, and stop the replicas without waiting for them to be idle."""
        self.close(refusal)
        self._stop_waiting()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the last replica of a closed group has gone."""
        while self._leaving:
            await asyncio.wait(self._leaving)
        self._cancel_hurry()

    def load(self) -> Load:
        """Return how many requests are in flight and waiting."""
        in_flight = sum(replica.in_flight for replica in self._replicas.values())
        return Load(in_flight=in_flight, waiting=len(self._queue))

    def statuses(self) -> tuple[ReplicaStatus, ...]:
        """Return how each replica stands, by number."""
        return tuple(self._replicas[number].status() for number in sorted(self._replicas))

    def state(self) -> ReplicaState:
        """Return how they stand together."""
        if self.endpoint.paused:
            return ReplicaState.PAUSED
        phases = {replica.phase for replica in self._serving()}
        if ReplicaPhase.READY in phases:
            return ReplicaState.RUNNING
        if phases:
            failed = phases <= {ReplicaPhase.FAILED, ReplicaPhase.STOPPED}
            return ReplicaState.STOPPED if failed else ReplicaState.STARTING
        idle = self.endpoint.min_replicas == 0 and not self.load().waiting and not self._looking
        return ReplicaState.IDLE if idle else ReplicaState.STARTING

    @asynccontextmanager
    async def lease(
        self, tell_position: Callable[[int], None] | None, *, again: bool, through_pause: bool
    ) -> AsyncIterator[str]:
        """Hold a place at a replica; see `control.ports.Replicas.lease`."""
        replica, address = await self._find_place(
            tell_position, again=again, through_pause=through_pause
        )
        try:
            yield address
        finally:
            self._give_back(replica)

    async def address(self) -> str:
        """Wait until a replica is ready and return its address."""
        self._looking += 1
        self.note_change()
        try:
            async with asyncio.timeout(self._settings.ready_within):
                while True:
                    changed = self._changed
                    self._raise_if_refused()
                    replica = self._pick(self._now_ready())
                    address = await self._listening(replica) if replica else None
                    if address is not None:
                        return address
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_SHUN_SECONDS if replica else None):
                            await changed.wait()
        except TimeoutError:
            raise self.unavailable() from None
        finally:
            self._looking -= 1
            self.note_change()

    def unavailable(self) -> Unavailable:
        """Return an error that says why no replica is ready."""
        message = f"No replica of the endpoint {self.endpoint.name} is ready"
        reasons = [each.supervisor.status.reason for each in self._serving()]
        reason = next((reason for reason in reasons if reason), "")
        return Unavailable(f"{message}. {reason}" if reason else f"{message} yet.")

    def note_change(self) -> None:
        """Look at everything anew, soon."""
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._reconcile)

    # --- requests ---

    async def _find_place(
        self, tell_position: Callable[[int], None] | None, *, again: bool, through_pause: bool
    ) -> tuple[Replica, str]:
        while True:
            self._raise_if_refused(through_pause=through_pause)
            replica = await self._wait_in_line(
                tell_position, again=again, through_pause=through_pause
            )
            try:
                address = await self._listening(replica)
            except BaseException:
                self._give_back(replica)
                raise
            if address is not None:
                return replica, address
            self._give_back(replica)
            again = True  # it was this request's turn

    async def _wait_in_line(
        self, tell_position: Callable[[int], None] | None, *, again: bool, through_pause: bool
    ) -> Replica:
        began = time.monotonic()
        turn = self._queue.join(tell_position, in_front=again, patient=through_pause)
        self.note_change()
        try:
            while True:
                patience = self._settings.ready_within
                if self._unready_since is not None and not self.endpoint.paused:
                    patience -= time.monotonic() - max(began, self._unready_since)
                if patience <= 0:
                    self._queue.leave(turn)
                    raise self.unavailable()
                place = await self._queue.wait(turn, patience)
                if place is not None:
                    return place
        finally:
            self.note_change()

    def _give_back(self, replica: Replica) -> None:
        replica.in_flight -= 1
        replica.note_if_idle()
        self.note_change()

    async def _listening(self, replica: Replica) -> str | None:
        """Return the address if a process listens there; a dead one's refuses at once.

        So a request is not sent to a process whose end its supervisor has yet to learn.
        """
        address = replica.supervisor.status.address
        if address is not None:
            parts = urlsplit(address)
            with suppress(OSError):  # TimeoutError is one
                async with asyncio.timeout(_LISTENS_SECONDS):
                    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
                writer.close()
                return address
        replica.shunned_until = time.monotonic() + _SHUN_SECONDS
        return None

    def _raise_if_refused(self, *, through_pause: bool = False) -> None:
        if self._refusal is not None:
            raise self._refusal()
        if self.endpoint.paused and not through_pause:
            raise self._is_paused()
        if self.state() is ReplicaState.STOPPED:
            raise self.unavailable()

    def _set_hurry(self) -> None:
        """Let what drains now take only so long."""
        self._cancel_hurry()
        loop = asyncio.get_running_loop()
        self._hurry = loop.call_later(self._settings.drain_within, self._stop_waiting)

    def _is_paused(self) -> Conflict:
        name = self.endpoint.name
        return Conflict(
            f"The endpoint {name} is paused; start it with `inkcloud endpoints start {name}`."
        )

    # --- replicas ---

    def _reconcile(self) -> None:
        self._scheduled = False
        now = time.monotonic()
        endpoint = self.endpoint
        needed = replicas_needed(self.load(), endpoint.concurrency_per_replica)
        needed = max(needed, 1 if self._looking else 0)
        demand = self._demand.observe(needed, now).forget(endpoint.timeout_seconds, now)
        self._demand = demand
        if self._refusal is None:
            self._scale(replicas_wanted(endpoint, demand))
        if self._now_ready():
            self._unready_since = None
            self._hand_out()
        elif self._unready_since is None:
            self._unready_since = now
        if self.state() is ReplicaState.STOPPED and not endpoint.paused:
            self._queue.fail(self.unavailable)
        self._queue.tell_positions(self.load().in_flight)
        self._set_timer(now)
        self._changed.set()
        self._changed = asyncio.Event()

    def _scale(self, wanted: int) -> None:
        before, self._wanted = self._wanted, wanted
        if wanted > before:
            self._tell(ReplicaEventKind.SCALED_UP, "", f"from {before} to {wanted}")
        elif wanted < before and not self.endpoint.paused:
            self._tell(ReplicaEventKind.SCALED_DOWN, "", f"from {before} to {wanted}")
        steps = decide(
            [each.standing(self.endpoint, self.revision) for each in self._serving()], wanted
        )
        for number in steps.drain:
            self._drain(self._replicas[number])
        for _ in range(steps.start):
            self._start()

    def _start(self) -> None:
        number = self._first_number
        while number in self._replicas:
            number += 1
        replica = self._replicas[number] = self._make_replica(self, number)
        replica.supervisor.start()

    def _drain(self, replica: Replica) -> None:
        replica.drain()
        if replica.in_flight:
            self._tell(ReplicaEventKind.DRAINING, replica.name, f"{replica.in_flight} in flight")
        task = asyncio.get_running_loop().create_task(self._let_go(replica))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _let_go(self, replica: Replica) -> None:
        await replica.may_stop.wait()
        await replica.supervisor.stop()
        self._tell(ReplicaEventKind.STOPPED, replica.name, "")
        del self._replicas[replica.number]
        self.note_change()

    def _stop_waiting(self) -> None:
        """Have the replicas that drain stop now, whatever they hold."""
        for replica in self._replicas.values():
            if replica.draining:
                replica.may_stop.set()

    def _cancel_hurry(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _set_timer(self, now: float) -> None:
        """See to it that time alone changes things when it should."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lapses = self._demand.lapses(self.endpoint.timeout_seconds)
        moments = [] if lapses is None else [lapses]
        if self._queue:
            moments += [r.shunned_until for r in self._serving() if r.shunned_until > now]
        if moments:
            delay = max(0.0, min(moments) - now)
            self._timer = asyncio.get_running_loop().call_later(delay, self.note_change)

    def _hand_out(self) -> None:
        """Give places to those who wait, as long as there are any."""
        while self._queue:
            free = self.endpoint.concurrency_per_replica
            replica = self._pick([r for r in self._now_ready() if r.in_flight < free])
            if replica is None:
                return
            replica.in_flight += 1
            self._queue.grant(replica)

    def _pick(self, replicas: list[Replica]) -> Replica | None:
        """Return the least busy one, and of equally busy ones the one that rested longest."""
        if not replicas:
            return None
        replica = min(replicas, key=lambda each: (each.in_flight, each.served))
        self._served += 1
        replica.served = self._served
        return replica

    def _now_ready(self) -> list[Replica]:
        now = time.monotonic()
        return [r for r in self._serving() if r.ready and r.shunned_until <= now]

    def _serving(self) -> list[Replica]:
        """Return those that do not leave."""
        return [replica for replica in self._replicas.values() if not replica.draining]


def _difference(before: Endpoint, after: Endpoint) -> str:
    """Return what changed: the fields' names, and of a model from which to which."""
    names = [name for name in vars(after) if getattr(before, name) != getattr(after, name)]
    old, new = (each.environment.get(_MODEL) for each in (before, after))
    if old != new and old and new:
        names.append(f"the model, from {old} to {new}")
    return ", ".join(names)
