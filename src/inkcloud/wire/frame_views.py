"""A generation's frames, as the native API shows them."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from inkcloud.domain.event_codec import FRAME_FACTS
from inkcloud.domain.frame import Frame
from inkcloud.wire.frame_archive import NOISY, PREDICTED


class FrameView(BaseModel):
    """One call of the network: where it stood, and where its two pictures are."""

    number: int = Field(description="Counts the frames that are kept, from 0.")
    call: int = Field(description="Which call of the network, from 1.")
    calls: int = Field(description="How many calls there were.")
    step: int = Field(description="Which of the steps asked for it belongs to, from 1.")
    timestep: float = Field(description="What the network was told, in training steps.")
    sigma: float = Field(description="The noise level: sqrt(1 - alpha_bar) / sqrt(alpha_bar).")
    alpha_bar: float = Field(description="The picture's share of the latent's variance.")
    seconds: float = Field(description="Since the picture was begun.")
    predicted: str = Field(description="The address of the predicted clean picture.")
    noisy: str = Field(description="The address of the noisy latent's picture.")


class FrameList(BaseModel):
    """The frames of one generation, in order."""

    id: str = Field(description="The generation's id.")
    scheduler: str
    num_inference_steps: int
    archive: str = Field(description="The address of a ZIP file with all of them.")
    frames: list[FrameView]


def views(frames: Sequence[Frame], url: str) -> list[FrameView]:
    """Return the views of frames whose list is at `url`."""
    return [
        FrameView(
            number=number,
            predicted=f"{url}/{number}/{PREDICTED}",
            noisy=f"{url}/{number}/{NOISY}",
            **{name: getattr(frame, name) for name in FRAME_FACTS},
        )
        for number, frame in enumerate(frames)
    ]
