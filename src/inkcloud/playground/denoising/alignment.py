"""Which frame of a second run stands beside a frame of the first."""

from enum import StrEnum

from inkcloud.playground.denoising.film import Film


class Alignment(StrEnum):
    """What two frames side by side have in common."""

    STEP = "step"
    NOISE_LEVEL = "noise level"

    def partner(self, first: Film, number: int, second: Film) -> int:
        """Return the number of the second run's frame beside frame `number` of the first.

        By step it is the one as far along, so that first and last steps meet; by noise level
        the one whose level is the nearest.
        """
        if self is Alignment.STEP:
            return second.at_share(number, len(first.frames))
        return second.nearest(first.frames[number].sigma)

    @property
    def sentence(self) -> str:
        """What the page says of it."""
        if self is Alignment.STEP:
            return "Side by side are the steps that are equally far along."
        return "Side by side are the steps whose noise levels are nearest to each other."
