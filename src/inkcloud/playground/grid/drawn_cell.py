"""A cell with what the gateway says of its picture, in words."""

from dataclasses import dataclass
from typing import Any

from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import Cell
from inkcloud.playground.wording import duration, pixels_text


@dataclass(frozen=True)
class DrawnCell:
    """One cell for showing and for exports.

    Attributes:
        cell: the cell.
        picture: its PNG file; None if there is none.
        record: everything that decided its pixels; empty if there is no picture.
        seconds: how long it took; None if there is no picture.
    """

    cell: Cell
    picture: bytes | None
    record: dict[str, Any]
    seconds: float | None

    @classmethod
    def of(cls, work: CellWork, cell: Cell) -> "DrawnCell":
        """Return a cell as a run has it now."""
        status = work.status(cell)
        record = status.images[0].record if status and status.images else {}
        seconds = status.seconds if status else None
        return cls(cell, work.picture(cell), dict(record), seconds)

    def facts(self) -> dict[str, str]:
        """Return its parameters and what is known of its picture, by name."""
        parameters, record = self.cell.parameters, self.record
        facts = {
            "Prompt": self.cell.prompt,
            "Negative prompt": parameters.negative_prompt or "(none)",
            "Steps": str(parameters.steps),
            "Scheduler": parameters.scheduler.value,
            "Guidance": f"{parameters.guidance_scale:g}",
            "Seed": parameters.seed,
        }
        if "width" in record and "height" in record:
            facts["Size"] = pixels_text(record["width"], record["height"])
        if "checkpoint" in record:
            facts["Model"] = str(record["checkpoint"])
        if self.cell.endpoint:
            facts["Endpoint"] = self.cell.endpoint
        if self.seconds is not None:
            facts["Time"] = f"{duration(self.seconds)}, while others were drawn beside it"
        return facts
