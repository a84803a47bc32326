"""What was measured of one backend for one shape of call."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """Speed and exactness, on this machine.

    Attributes:
        backend: its name, for example "openvino-cpu".
        seconds: median of a UNet call.
        fastest: the quickest call.
        slowest: the slowest call.
        error: how far its calls are from float32: the largest ratio of the difference's norm
            to the norm.
        psnr: of a picture to the float32 one, in decibels; None if the two are equal.
        refused: why it may not be used; "" if it may.
    """

    backend: str
    seconds: float
    fastest: float
    slowest: float
    error: float
    psnr: float | None
    refused: str = ""
