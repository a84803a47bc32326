"""Two pictures compared, and the two records behind them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkcloud.domain.record import Record

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Comparison:
    """How alike two pictures are.

    Attributes:
        same_bytes: whether the files are the same.
        largest_difference: the largest difference of any colour value, 0 to 255; None if
            the sizes differ.
    """

    same_bytes: bool
    largest_difference: int | None

    @property
    def good(self) -> bool:
        """Whether the pictures are the same to the eye: at most one level apart."""
        return self.largest_difference is not None and self.largest_difference <= 1

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if self.same_bytes:
            return "identical, byte for byte."
        if self.largest_difference is None:
            return "different: the pictures have different sizes."
        if self.largest_difference == 0:
            return "identical in every pixel; the files differ in what is written beside them."
        if self.largest_difference == 1:
            return "equal within 1 level of 255 in every pixel."
        return f"different: by up to {self.largest_difference} levels of 255."


def compare(one: Pixels, other: Pixels, *, same_bytes: bool) -> Comparison:
    """Compare two pictures' pixels.

    Args:
        one: (H, W, 3) uint8.
        other: (H, W, 3) uint8.
        same_bytes: whether the files that they came from are the same.
    """
    if one.shape != other.shape:
        return Comparison(same_bytes=same_bytes, largest_difference=None)
    difference = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return Comparison(same_bytes=same_bytes, largest_difference=int(difference.max(initial=0)))


def record_differences(then: Record, now: Record) -> list[str]:
    """Return one line for each thing that differs between two renderings."""
    pairs = {
        "model": (then.checkpoint, now.checkpoint),
        "model files": (then.checkpoint_hash[:16], now.checkpoint_hash[:16]),
        "arithmetic": (then.dtype, now.dtype),
        "prediction": (then.prediction or "the model's own", now.prediction or "the model's own"),
        "backend": (then.backend, now.backend),
    }
    for name in sorted(then.versions.keys() | now.versions.keys()):
        pairs[f"version of {name}"] = (
            then.versions.get(name, "none"),
            now.versions.get(name, "none"),
        )
    return [
        f"{name}: then {before}, now {after}"
        for name, (before, after) in pairs.items()
        if before != after
    ]
