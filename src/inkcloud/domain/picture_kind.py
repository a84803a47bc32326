"""What a picture was drawn for."""

from enum import StrEnum

# How the tags of generations begin that are one cell or one frame of an experiment.
EXPERIMENTS = ("grid/", "schedulers/", "denoising/", "lesson-")


class PictureKind(StrEnum):
    """Drawn for itself, or as a part of a grid, a lesson or another experiment."""

    SINGLE = "single"
    EXPERIMENT = "experiment"

    @classmethod
    def of_tag(cls, tag: str) -> "PictureKind":
        """Return the kind that a generation's tag tells."""
        return cls.EXPERIMENT if tag.startswith(EXPERIMENTS) else cls.SINGLE
