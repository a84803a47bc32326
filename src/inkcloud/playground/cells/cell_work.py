"""Does a run of cells, one look at a time: submits what is missing, follows what runs."""

import time
from collections.abc import Callable
from dataclasses import replace

from inkcloud.client import GenerationStatus, InkcloudClient
from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound
from inkcloud.domain.job import JobState
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.cell_run import KEPT_SECONDS, MOST_ROUNDS, CellRun
from inkcloud.playground.cells.definition import Cell
from inkcloud.playground.cells.found import find_generations
from inkcloud.playground.cells.spread import spread_order
from inkcloud.playground.follow import PASSING

AT_ONCE = 4
# A browser lets the timers of a page that nobody sees run once a minute.
RARE_SECONDS = 5.0
MOST_AT_RARE_LOOKS = 64
LOOK_SECONDS = 1.0
_GIVEN_UP = frozenset({JobState.FAILED, JobState.CANCELLED})


class CellWork:
    """The mutable state of one run in one open page. Nothing here outlives it but the address.

    A look takes about a second at most, and never waits for a picture.

    Args:
        run: what is drawn.
        clients: returns the client of an endpoint; "" is the page's own.
        at_once: so many cells are at the gateway at the same time. Few, so that stopping
            stops soon; they become more while looks are rare. 1 stays 1, to measure each
            cell's seconds undisturbed.
        clock: tells seconds, of which only differences count.
        frames: whether the gateway is to keep every step of each cell.

    Attributes:
        run: the run in its present round.
        trouble: what went wrong last and is tried again by itself.
        halted: why nothing more is submitted until a person goes on; None if all is well.
    """

    def __init__(
        self,
        run: CellRun,
        clients: Callable[[str], InkcloudClient],
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
        *,
        frames: bool = False,
    ) -> None:
        self.run = run
        self.cells = run.definition.cells()
        self.trouble: InkcloudError | None = None
        self.halted: InkcloudError | None = None
        self._old = False
        self._clients = clients
        self._at_once = self._room = at_once
        self._frames = frames
        self._clock = clock
        self._looked = clock()
        self._opened = False
        lengths = [len(axis) for axis in run.definition.axes]
        by_position = {cell.position: cell for cell in self.cells}
        self._order = [by_position[position] for position in spread_order(lengths)]
        self._statuses: dict[int, tuple[int, GenerationStatus]] = {}
        self._pictures: dict[int, bytes] = {}
        self._errors: dict[int, InkcloudError] = {}

    @property
    def active(self) -> bool:
        """Whether `look` has more to do."""
        if not self._opened:
            return self.halted is None
        return bool(self._running() or self._unfetched() or self._missing())

    @property
    def stopped(self) -> bool:
        """Whether a person has stopped this round, here or in another tab."""
        return self.run.stopped or any(
            round_ == self.run.round and status.state is JobState.CANCELLED
            for round_, status in self._statuses.values()
        )

    @property
    def lost(self) -> bool:
        """Whether cells are missing and the run is so old that the gateway forgot them."""
        return self._old and any(self._is_missing(cell) for cell in self.cells)

    @property
    def done(self) -> int:
        """How many cells are drawn."""
        return sum(s.state is JobState.SUCCEEDED for _, s in self._statuses.values())

    @property
    def failed(self) -> int:
        """How many cells will stay without a picture, unless a person goes on."""
        return sum(self.error(cell) is not None for cell in self.cells)

    @property
    def in_line(self) -> int:
        """How many cells are still to be submitted by a page that shows the run."""
        return len(self._missing()) if self._opened else 0

    def status(self, cell: Cell) -> GenerationStatus | None:
        """Return a cell's generation as the gateway last told it; None before there is one."""
        found = self._statuses.get(cell.index)
        return found[1] if found else None

    def picture(self, cell: Cell) -> bytes | None:
        """Return a cell's PNG file; None before it is there."""
        return self._pictures.get(cell.index)

    def error(self, cell: Cell) -> InkcloudError | None:
        """Return why a cell has no picture; None if it has one, or may still get one."""
        status = self.status(cell)
        if status is not None and status.state is JobState.FAILED:
            return status.error or InkcloudError("The generation failed without a reason.")
        return self._errors.get(cell.index)

    def look(self) -> None:
        """Bring everything up to date, and submit cells where there is room.

        What passes by itself, such as a gateway that is away, becomes `trouble`.
        """
        end = self._clock() + LOOK_SECONDS
        self.trouble = None
        try:
            self._open()
            running = self._running()
            for cell in running:
                self._follow(cell)
            self._make_room(idle=bool(running) and not self._running())
            self._submit_missing(end)
            for cell in self._unfetched():
                if self._clock() > end:
                    return
                self._fetch(cell)
        except PASSING as error:
            self.trouble = error
        except InkcloudError as error:
            self.halted = error
        finally:
            if self.stopped and not self.run.stopped:
                self.run = replace(self.run, stopped=True)  # which another tab did

    def stop(self) -> None:
        """Submit nothing more and cancel what runs, within one step; what is done stays."""
        self.run = replace(self.run, stopped=True)
        self.look()

    def go_on(self) -> None:
        """Draw what was stopped, has failed or was never submitted."""
        self.halted = None
        self._errors.clear()
        if not self.lost and self.run.round < MOST_ROUNDS:
            self.run = replace(self.run, round=self.run.round + 1, stopped=False)
            return
        # Under its old id it would be drawn anew by whoever opens its address another day.
        self.run = CellRun.new(self.run.definition, self.run.kind)
        self._old = False
        self._statuses.clear()
        self._pictures.clear()

    def _open(self) -> None:
        """Find what was submitted before, by this page or another."""
        if self._opened:
            return
        for endpoint in self.run.definition.endpoints:
            for status in self._found_at(endpoint):
                named = self.run.cell_of(status.tag)
                if named is not None and self.cells[named[0]].endpoint == endpoint:
                    self._note(self.cells[named[0]], named[1], status)
        rounds = [round_ for round_, _ in self._statuses.values()]
        if max(rounds, default=0) > self.run.round:
            self.run = replace(self.run, round=max(rounds), stopped=False)
        self._old = time.time() - self.run.began > KEPT_SECONDS
        self._opened = True

    def _found_at(self, endpoint: str) -> tuple[GenerationStatus, ...]:
        try:
            return find_generations(self._clients(endpoint), self.run.prefix)
        except NotFound as error:
            raise NotFound(
                error.message,
                field=AxisKind.MODEL.field,
                value=endpoint,
                allowed="an endpoint of this gateway that draws pictures",
            ) from None

    def _note(self, cell: Cell, round_: int, status: GenerationStatus) -> None:
        """Keep the better of two generations of a cell: the one with a picture, or the later."""
        if not _is_of(cell, status):
            self._errors[cell.index] = InvalidRequest(
                "The run of this address drew something else here.",
                field="cells",
                value=self.run.id,
                allowed="an address that was copied as a whole",
            )
            return
        known = self._statuses.get(cell.index)
        drawn = known is not None and known[1].state is JobState.SUCCEEDED
        if known is None or known[1].id == status.id or not (drawn or known[0] > round_):
            self._statuses[cell.index] = (round_, status)

    def _running(self) -> list[Cell]:
        return [self.cells[i] for i, (_, s) in self._statuses.items() if not s.state.final]

    def _unfetched(self) -> list[Cell]:
        return [
            self.cells[index]
            for index, (_, status) in self._statuses.items()
            if status.state is JobState.SUCCEEDED
            and index not in self._pictures
            and index not in self._errors
        ]

    def _missing(self) -> list[Cell]:
        """Return the cells to be submitted, in their order; none once it is stopped."""
        if self.stopped or self._old or self.halted is not None:
            return []
        return [cell for cell in self._order if self._is_missing(cell)]

    def _is_missing(self, cell: Cell) -> bool:
        if cell.index in self._errors:
            return False
        if cell.index not in self._statuses:
            return True
        round_, status = self._statuses[cell.index]
        return round_ < self.run.round and status.state in _GIVEN_UP

    def _follow(self, cell: Cell) -> None:
        round_, status = self._statuses[cell.index]
        client = self._clients(cell.endpoint)
        ask = client.cancel if self.stopped else client.get
        try:
            self._statuses[cell.index] = (round_, ask(status.id))
        except PASSING:
            raise
        except InkcloudError as error:
            del self._statuses[cell.index]
            self._errors[cell.index] = error

    def _make_room(self, *, idle: bool) -> None:
        """Let more cells go at once while the engine waits for rare looks.

        Args:
            idle: whether all that ran at the last look is done.
        """
        seconds, self._looked = self._clock() - self._looked, self._clock()
        if seconds < RARE_SECONDS or self._at_once == 1:
            self._room = self._at_once
        elif idle:
            self._room = min(self._room * 2, MOST_AT_RARE_LOOKS)

    def _submit_missing(self, end: float) -> None:
        for cell in self._missing():
            # Another tab may have come further: what it drew is found here without waiting.
            if len(self._running()) >= self._room or self._clock() > end:
                return
            self._submit(cell)
            if self.halted is not None:
                return

    def _submit(self, cell: Cell) -> None:
        request = replace(cell.request(), frames=self._frames)
        values = {
            name: value
            for name, value in request.as_mapping().items()
            if name != "prompt" and value is not None
        }
        known = self.status(cell)
        failed = known is not None and known.state is JobState.FAILED
        tag, key = self.run.tag(cell.index), self.run.key(cell.index, failed=failed)
        client = self._clients(cell.endpoint)
        try:
            status = client.submit(request.prompt, tag=tag, idempotency_key=key, **values)
        except PASSING:
            raise
        except InvalidRequest as error:
            self._errors[cell.index] = error
        except InkcloudError as error:
            self.halted = error
        else:
            self._note(cell, self.run.round, status)

    def _fetch(self, cell: Cell) -> None:
        _, status = self._statuses[cell.index]
        try:
            self._pictures[cell.index] = self._clients(cell.endpoint).image(status.id, 0)
        except NotFound as error:
            self._errors[cell.index] = error


def _is_of(cell: Cell, status: GenerationStatus) -> bool:
    """Say whether a generation drew what the cell asks for."""
    asked = cell.request().as_mapping()
    names = ("prompt", "negative_prompt", "num_inference_steps", "scheduler", "seed")
    return all(status.request.get(name) == asked[name] for name in names)
