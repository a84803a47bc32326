"""The store of models, for those who reach it over HTTP."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.model_watch import ModelWatch
from inkcloud.domain.errors import Conflict, InkcloudError, NotFound, Overloaded
from inkcloud.domain.job import new_job_id
from inkcloud.domain.model_operation import (
    ModelFault,
    ModelOperation,
    OperationKind,
    OperationState,
)
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.stored_model import StoredModel
from inkcloud.models.pull import PullRequest
from inkcloud.models.store import ModelStore

MOST_RUNNING = 4
MOST_KEPT = 100
MODEL_VARIABLE = "INKCLOUD_MODEL"

_LOG = logging.getLogger(__name__)

Work = Callable[[dict[str, Any]], AsyncGenerator[dict[str, Any], None]]


class Models:
    """Lists models, and starts and follows the work on them; belongs to one loop.

    Operations are kept in memory: they end with the gateway. A pull that ended so goes on
    where it stopped when it is asked for again.

    Args:
        store: where the models are.
        endpoints: who uses them.
        watch: told when a model may have changed.
        work: does a job and tells of it.
    """

    def __init__(
        self, store: ModelStore, endpoints: Endpoints, watch: ModelWatch, work: Work
    ) -> None:
        self._store = store
        self._endpoints = endpoints
        self._watch = watch
        self._work = work
        self._operations: dict[str, ModelOperation] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._closed = False

    async def all(self) -> list[StoredModel]:
        """Return every model, the built-in one first."""
        return await asyncio.to_thread(self._store.all)

    async def get(self, name: str) -> StoredModel:
        """Return a model.

        Raises:
            NotFound: if there is none of that name.
            CheckpointError: if its manifest is damaged.
        """
        return await asyncio.to_thread(self._store.get, name)

    async def users(self, name: str) -> list[str]:
        """Return the names of the endpoints that are told to load a model."""
        return [
            endpoint.name
            for endpoint in await self._endpoints.all()
            if endpoint.environment.get(MODEL_VARIABLE) == name
        ]

    async def remove(self, name: str, *, force: bool = False) -> int:
        """Remove a model and return how many bytes were freed.

        Args:
            name: which one.
            force: whether to remove it even from under endpoints.

        Raises:
            NotFound: if there is none of that name.
            Conflict: if an endpoint uses it, or it is the built-in one.
        """
        users = await self.users(name)
        if users and not force and await asyncio.to_thread(self._store.has, name):
            raise Conflict(
                f"The model {name} is used by {_listed(users)}, whose next replicas could not "
                "start.",
                allowed="a model that no endpoint uses, or force=true",
            )
        return await asyncio.to_thread(self._store.remove, name)

    def pull(self, request: PullRequest) -> ModelOperation:
        """Begin to fetch a model; its operation tells the rest.

        Raises:
            Overloaded: if too much is being done already.
            Conflict: if the same is being pulled already.
        """
        for running in self._running():
            if (running.kind, running.subject) == (OperationKind.PULL, request.id):
                raise Conflict(
                    f"{request.id} is being pulled already.",
                    field="id",
                    value=request.id,
                    allowed=f"to follow the operation {running.id}, or to cancel it",
                )
        job = {
            "do": "pull",
            "id": request.id,
            "revision": request.revision,
            "name": request.name,
            "file": request.file,
            "prediction": request.prediction.value if request.prediction else "",
        }
        return self._begin(OperationKind.PULL, request.id, job)

    async def verify(self, name: str) -> ModelOperation:
        """Begin to check a model; its operation tells the rest.

        Raises:
            NotFound: if there is none of that name.
            CheckpointError: if its manifest is damaged.
            Overloaded: if too much is being done already.
        """
        await self.get(name)
        return self._begin(OperationKind.VERIFY, name, {"do": "verify", "name": name})

    def operations(self) -> list[ModelOperation]:
        """Return what is being done and what was done lately, newest first."""
        return list(reversed(self._operations.values()))

    def operation(self, id: str) -> ModelOperation:
        """Return one operation.

        Raises:
            NotFound: if there is none of that id.
        """
        if id not in self._operations:
            raise NotFound(
                "There is no operation of that id. They are forgotten when the gateway stops."
            )
        return self._operations[id]

    async def follow(self, id: str) -> AsyncGenerator[ModelOperation, None]:
        """Yield an operation as it stands, then whenever it changes, until its end.

        Raises:
            NotFound: if there is none of that id.
        """
        seen = None
        while not self._closed:
            news, found = self._news, self.operation(id)
            if found != seen:
                seen = found
                yield found
            if found.over:
                return
            await news.wait()

    async def cancel(self, id: str) -> ModelOperation:
        """Stop an operation; one that has ended stays as it is.

        Raises:
            NotFound: if there is none of that id.
        """
        self.operation(id)
        task = self._tasks.get(id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        return self.operation(id)

    def drain(self) -> None:
        """Let the followers go."""
        self._closed = True
        self._wake()

    async def stop(self) -> None:
        """Stop all work."""
        self.drain()
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _running(self) -> list[ModelOperation]:
        return [each for each in self._operations.values() if not each.over]

    def _begin(self, kind: OperationKind, subject: str, job: dict[str, Any]) -> ModelOperation:
        if len(self._running()) >= MOST_RUNNING or self._closed:
            raise Overloaded(
                "Too much is being done to models just now.",
                allowed=f"at most {MOST_RUNNING} pulls and checks at a time",
            )
        operation = ModelOperation(
            id=new_job_id(), kind=kind, subject=subject, created=datetime.now(UTC)
        )
        self._operations[operation.id] = operation
        for old in [each.id for each in self._operations.values() if each.over][:-MOST_KEPT]:
            del self._operations[old]
        task = asyncio.get_running_loop().create_task(self._run(operation.id, job))
        self._tasks[operation.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(operation.id, None))
        return operation

    async def _run(self, id: str, job: dict[str, Any]) -> None:
        try:
            async with aclosing(self._work({**job, "store": str(self._store.folder)})) as told:
                async for message in told:
                    self._note(id, message)
        except asyncio.CancelledError:
            self._end(id, OperationState.CANCELLED)
            raise
        except InkcloudError as error:
            self._end(id, OperationState.FAILED, error=error.as_dict())
        except Exception:
            _LOG.exception("The work on a model failed.")
            problem = InkcloudError("The work failed; the gateway's log says why.")
            self._end(id, OperationState.FAILED, error=problem.as_dict())
        if self._operations[id].model:
            await self._watch.look()

    def _note(self, id: str, message: dict[str, Any]) -> None:
        if "progress" in message:
            progress = ModelProgress(**message["progress"])
            before = self._operations[id]
            notes = (*before.notes, progress.note) if progress.note else before.notes
            self._change(id, progress=progress, notes=notes)
        elif "error" in message:
            self._end(id, OperationState.FAILED, error=message["error"])
        elif "model" in message:
            self._end(id, OperationState.SUCCEEDED, model=message["model"])
        else:
            faults = tuple(ModelFault(**each) for each in message["faults"])
            self._end(id, OperationState.SUCCEEDED, faults=faults)

    def _end(self, id: str, state: OperationState, **values: Any) -> None:
        if not self._operations[id].over:
            self._change(id, state=state, ended=datetime.now(UTC), **values)

    def _change(self, id: str, **values: Any) -> None:
        self._operations[id] = replace(self._operations[id], **values)
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _listed(endpoints: list[str]) -> str:
    more = f" and {len(endpoints) - 5} more" if len(endpoints) > 5 else ""
    word = "endpoint" if len(endpoints) == 1 else "endpoints"
    return f"the {word} {', '.join(endpoints[:5])}{more}"
