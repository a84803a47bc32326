"""The engine: a loop that schedules, runs and records, one UNet call at a time."""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.domain.errors import InkcloudError, Overloaded, Unavailable
from inkcloud.domain.events import Event, Failed, Finished, Preview, Started
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.engine.batch_key import BatchKey
from inkcloud.engine.fit_request import fit_request
from inkcloud.engine.generation import Generation
from inkcloud.engine.looks import Look
from inkcloud.engine.request_plan import request_plan
from inkcloud.engine.runner import Runner
from inkcloud.engine.scheduler import Scheduler
from inkcloud.engine.settings import EngineSettings
from inkcloud.engine.task import Task

_logger = logging.getLogger(__name__)


class Engine:
    """Draws pictures for any number of submitters at once, on a thread of its own.

    Rows of different samplers, step counts, guidance and positions share UNet calls, and
    the same request gives the same bytes whoever shares them.

    Args:
        checkpoint: the model.
        limits: what a request may ask for.
        settings: how the processor is shared.
        on_call: told of each UNet call, on the engine's thread: its rows and its seconds.

    Attributes:
        limits: those that hold: the native size is allowed, however large it is.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        limits: Limits | None = None,
        settings: EngineSettings | None = None,
        on_call: Callable[[int, float], None] | None = None,
    ) -> None:
        self._checkpoint = checkpoint
        self._on_call = on_call
        limits = limits or Limits()
        native_pixels = math.prod(checkpoint.native_size)
        self.limits = replace(limits, pixels=max(limits.pixels, native_pixels))
        self._settings = settings or EngineSettings()
        solo = checkpoint.parameters >= self._settings.solo_parameters
        rows_per_call = None if solo else self._settings.rows_per_call
        self._threads = None if solo else self._settings.small_model_threads
        self._scheduler = Scheduler(rows_per_call, self._settings.running_pictures)
        self._runner = Runner(checkpoint, rows_per_call, self._settings, self.limits)
        self._changed = threading.Condition()
        self._submitted: list[Generation] = []
        self._unfinished = 0
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to work on what is submitted."""
        self._thread.start()

    def submit(self, request: GenerationRequest, on_event: Callable[[Event], None]) -> Generation:
        """Queue a request; its events come on the engine's thread, and must not block it.

        Raises:
            InvalidRequest: if the request is outside the limits, its size does not fit the
                checkpoint, or its image cannot be read.
            Overloaded: if too many generations are waiting already.
            Unavailable: if the engine is closing.
        """
        request = fit_request(request, self._checkpoint, self.limits)
        generation = Generation(request, on_event, self._wake)
        with self._changed:
            if self._closing:
                raise Unavailable("The engine is stopping and takes no more work.")
            if self._unfinished >= self._settings.waiting_generations:
                raise Overloaded(
                    f"{self._unfinished} generations are waiting already.",
                    allowed=f"at most {self._settings.waiting_generations} at a time",
                )
            self._unfinished += 1
            self._submitted.append(generation)
            self._changed.notify()
        return generation

    def close(self) -> None:
        """Stop after the present step; what is unfinished fails as unavailable."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> None:
        """Advance some tasks by one UNet call: schedule, run, record."""
        self._drop_stopped()
        for task in self._scheduler.admit():
            self._begin(task)
        for position, generation in self._scheduler.waiting():
            generation.wait_at(position)
        tasks = self._scheduler.next_batch()
        if not tasks:
            return
        began = time.perf_counter()
        try:
            looks = self._runner.run(tasks)
        except Exception as error:  # one bad batch must not end the engine
            self._fail({task.generation for task in tasks}, error)
            return
        if self._on_call is not None:
            self._on_call(sum(task.rows for task in tasks), time.perf_counter() - began)
        self._record(tasks, looks)

    def _loop(self) -> None:
        if self._threads is not None:
            # Here and not before: OpenMP keeps the number for each thread that computes.
            torch.set_num_threads(self._threads)
        while True:
            with self._changed:
                while self._scheduler.idle and not self._submitted and not self._closing:
                    self._changed.wait()
                submitted, self._submitted = self._submitted, []
                closing = self._closing
            for generation in submitted:
                self._scheduler.add(generation, self._tasks(generation))
            if closing:
                error = Unavailable("The engine stopped before the generation was done.")
                self._fail(self._scheduler.generations(), error)
                return
            self.step()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _tasks(self, generation: Generation) -> list[Task]:
        request = generation.request
        plan = request_plan(request, self._checkpoint.schedule)
        factor = self._checkpoint.factor
        width, height = request.width or 0, request.height or 0
        key = BatchKey(width // factor, height // factor)
        rows = 2 if request.guided else 1
        return [
            Task(generation, index, key, rows, total=len(plan.ticks))
            for index in range(request.num_images)
        ]

    def _begin(self, task: Task) -> None:
        generation = task.generation
        if generation.total == 0:
            generation.start(task.total * generation.request.num_images)
            generation.emit(Started(generation.total))
        try:
            self._runner.start(task)
        except Exception as error:
            self._fail([generation], error)

    def _record(self, tasks: Sequence[Task], looks: dict[Task, Look]) -> None:
        for task in tasks:
            task.generation.advance()
            look = looks.get(task, Look())
            if look.preview is not None:
                task.generation.emit(Preview(task.index, task.position, look.preview))
            if look.frame is not None:
                task.generation.emit(look.frame)
            if task.finished:
                self._finish(task)

    def _finish(self, task: Task) -> None:
        generation = task.generation
        self._scheduler.finish(task)
        try:
            generation.pictures[task.index] = self._runner.finish(task)
        except Exception as error:
            self._fail([generation], error)
            return
        pictures = tuple(picture for picture in generation.pictures if picture is not None)
        if len(pictures) == generation.request.num_images:
            self._end(generation, Finished(pictures, generation.seconds))

    def _drop_stopped(self) -> None:
        for generation in self._scheduler.generations():
            reason = generation.stop_reason
            if reason is not None:
                self._fail([generation], reason)

    def _fail(self, generations: Sequence[Generation] | set[Generation], error: Exception) -> None:
        if not isinstance(error, InkcloudError):
            _logger.error("The engine failed on %s.", generations, exc_info=error)
            error = InkcloudError("The engine failed on this request; its log says why.")
        for generation in generations:
            for task in self._scheduler.drop(generation):
                self._runner.drop(task)
            self._end(generation, Failed(error))

    def _end(self, generation: Generation, event: Finished | Failed) -> None:
        with self._changed:
            self._unfinished -= 1
        generation.emit(event)
