"""The shape of one UNet call."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class CallShape:
    """What a backend may be prepared for.

    Attributes:
        rows: UNet inputs in one call.
        height: of the latents, in cells.
        width: of the latents, in cells.
    """

    rows: int
    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.rows}x{self.height}x{self.width}"
