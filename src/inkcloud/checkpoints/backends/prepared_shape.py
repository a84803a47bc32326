"""The outcome of preparing a model for one shape of call."""

from dataclasses import asdict, dataclass
from typing import Any

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.measurement import Measurement


@dataclass(frozen=True)
class PreparedShape:
    """Who won, and what was measured.

    Attributes:
        shape: of the call.
        machine: where it was measured; elsewhere it means nothing.
        threads: on how many the prepared file computes.
        winner: the quickest backend of those that agree with float32.
        measurements: of each backend.
        file: the name of the winner's file beside the manifest; "" if it needs none.
        size: of that file, in bytes.
    """

    shape: CallShape
    machine: Machine
    threads: int
    winner: str
    measurements: tuple[Measurement, ...]
    file: str = ""
    size: int = 0

    def as_mapping(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_mapping(data: dict[str, Any]) -> "PreparedShape":
        """Read `as_mapping`'s form.

        Raises:
            KeyError: if a field is missing.
            TypeError: if one is too many or of another kind.
        """
        return PreparedShape(
            shape=CallShape(**data["shape"]),
            machine=Machine(**data["machine"]),
            threads=int(data["threads"]),
            winner=str(data["winner"]),
            measurements=tuple(Measurement(**each) for each in data["measurements"]),
            file=str(data["file"]),
            size=int(data["size"]),
        )
