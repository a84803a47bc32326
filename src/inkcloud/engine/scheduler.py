"""Who goes next. Knows rows and keys, and nothing of tensors."""

from collections import deque
from collections.abc import Iterator

from inkcloud.engine.generation import Generation
from inkcloud.engine.task import Task


class Scheduler:
    """A queue of generations, and a ring of running tasks that take turns.

    Args:
        rows_per_call: rows in one UNet call; None gives each task a call of its own.
        running_tasks: how many tasks may be in the ring.
    """

    def __init__(self, rows_per_call: int | None, running_tasks: int) -> None:
        self._rows_per_call = rows_per_call
        self._running_tasks = running_tasks
        self._waiting: deque[tuple[Generation, deque[Task]]] = deque()
        self._ring: deque[Task] = deque()

    def add(self, generation: Generation, tasks: list[Task]) -> None:
        """Queue a generation's tasks."""
        self._waiting.append((generation, deque(tasks)))

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._waiting and not self._ring

    @property
    def running(self) -> tuple[Task, ...]:
        """The tasks in the ring, next one first."""
        return tuple(self._ring)

    def generations(self) -> list[Generation]:
        """Every generation that has not ended, without repeats, running ones first."""
        running = (task.generation for task in self._ring)
        return list(dict.fromkeys([*running, *(generation for generation, _ in self._waiting)]))

    def waiting(self) -> Iterator[tuple[int, Generation]]:
        """Yield (generations ahead of it, generation) for those not yet begun."""
        ahead = len({task.generation for task in self._ring})
        begun = {task.generation for task in self._ring}
        for generation, _ in self._waiting:
            if generation not in begun:
                yield ahead, generation
                ahead += 1

    def admit(self) -> list[Task]:
        """Move tasks from the queue into the ring while there is room; return them."""
        admitted = []
        while self._waiting and len(self._ring) < self._running_tasks:
            _, tasks = self._waiting[0]
            task = tasks.popleft()
            if not tasks:
                self._waiting.popleft()
            self._ring.append(task)
            admitted.append(task)
        return admitted

    def next_batch(self) -> list[Task]:
        """Return the tasks for the next UNet call and move them to the ring's end.

        The task that waited longest always goes; others with its key join in order as
        long as their rows fit.
        """
        if not self._ring:
            return []
        first = self._ring[0]
        batch, rows = [first], first.rows
        if self._rows_per_call is not None:
            for task in list(self._ring)[1:]:
                if task.key == first.key and rows + task.rows <= self._rows_per_call:
                    batch.append(task)
                    rows += task.rows
        for task in batch:
            self._ring.remove(task)
            self._ring.append(task)
        return batch

    def finish(self, task: Task) -> None:
        """Take a finished task out of the ring."""
        self._ring.remove(task)

    def drop(self, generation: Generation) -> list[Task]:
        """Take a generation out of the queue and the ring; return its running tasks."""
        self._waiting = deque(item for item in self._waiting if item[0] is not generation)
        dropped = [task for task in self._ring if task.generation is generation]
        self._ring = deque(task for task in self._ring if task.generation is not generation)
        return dropped
