"""What a request may ask for."""

from dataclasses import dataclass

MAXIMUM_SEED = 2**64 - 1


@dataclass(frozen=True)
class Limits:
    """The bounds that a request is held to; both ends are allowed.

    Attributes:
        steps: fewest and most sampling steps.
        guidance_scale: lowest and highest guidance.
        prompt_bytes: longest prompt or negative prompt, in bytes of UTF-8.
        images: most pictures in one request.
        side: shortest and longest side of a picture, in pixels.
        pixels: most pixels in one picture.
        work: most images x width x height x steps in one request.
        deadline_seconds: shortest and longest deadline.
        image_bytes: longest file of a picture to start from.
        image_pixels: most pixels in a picture to start from, before it is resized.
        frames: most frames that are kept of a picture; of more steps so many are chosen.
    """

    steps: tuple[int, int] = (1, 500)
    guidance_scale: tuple[float, float] = (1.0, 20.0)
    prompt_bytes: int = 4096
    images: int = 16
    side: tuple[int, int] = (64, 2048)
    pixels: int = 1024 * 1024
    work: int = 1024 * 1024 * 500 * 4
    deadline_seconds: tuple[float, float] = (0.001, 24 * 3600.0)
    image_bytes: int = 10 * 1024 * 1024
    image_pixels: int = 25_000_000
    frames: int = 100
