"""One picture of a generation: the unit that the scheduler hands to the runner."""

from dataclasses import dataclass

from inkcloud.engine.batch_key import BatchKey
from inkcloud.engine.generation import Generation


@dataclass(eq=False)
class Task:
    """A picture on its way; two tasks are equal only if they are the same one.

    Attributes:
        generation: the request that it belongs to.
        index: which of the request's pictures.
        key: what it may share a UNet call with.
        rows: UNet inputs a call: two with guidance, one without.
        total: UNet calls in all.
        position: UNet calls done.
    """

    generation: Generation
    index: int
    key: BatchKey
    rows: int
    total: int
    position: int = 0

    @property
    def seed(self) -> int:
        """Picture i of a request uses the request's seed plus i."""
        return self.generation.request.seed + self.index

    @property
    def finished(self) -> bool:
        """Whether every UNet call is done."""
        return self.position >= self.total
