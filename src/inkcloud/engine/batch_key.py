"""What two rows must have in common to share a UNet call."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BatchKey:
    """The latent's size in cells; an engine has one checkpoint, so nothing else matters."""

    latent_width: int
    latent_height: int
