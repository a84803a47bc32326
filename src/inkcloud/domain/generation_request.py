"""What a caller asks for: a prompt and the parameters that shape the picture."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from inkcloud.domain import init_image
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName

DEFAULT_STEPS = 20
DEFAULT_GUIDANCE_SCALE = 7.5
DEFAULT_SAMPLER = SamplerName.DPM_SOLVER_MULTISTEP
DEFAULT_STRENGTH = 0.8


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """A request for pictures, from text alone or from a picture too.

    With an image the picture begins as that image under noise instead of noise alone, and
    only the last `num_inference_steps * strength` steps are made (rounded down, at least one).

    Attributes:
        prompt: what to draw.
        negative_prompt: what to keep out; without effect at guidance 1.
        num_inference_steps: sampling steps.
        scheduler: the sampler.
        guidance_scale: weight of the prompt; 1 runs without guidance.
        seed: image i of the request uses `seed + i`.
        width: pixels; None is the checkpoint's native width, or follows the image's shape.
        height: pixels; None is the checkpoint's native height, or follows the image's shape.
        num_images: how many pictures.
        deadline_seconds: stop within one step when this much time has passed.
        preview_every: send a preview after every so many steps; 0 sends none.
        image: the picture to start from, as a PNG, JPEG or WebP file; None starts from noise.
        strength: how far to go from the image, above 0 and up to 1; at 1 next to nothing of
            it is left. Without effect when there is no image.
        variation_seed: the other seed that every picture's starting noise is turned towards.
        variation_strength: how far, from 0 (not at all) to 1 (it is the other seed's noise).
        frames: keep what every step saw and predicted, as small pictures; for one picture only.
    """

    prompt: str
    negative_prompt: str = ""
    num_inference_steps: int = DEFAULT_STEPS
    scheduler: SamplerName = DEFAULT_SAMPLER
    guidance_scale: float = DEFAULT_GUIDANCE_SCALE
    seed: int = 0
    width: int | None = None
    height: int | None = None
    num_images: int = 1
    deadline_seconds: float | None = None
    preview_every: int = 0
    image: bytes | None = field(default=None, repr=False)
    strength: float = DEFAULT_STRENGTH
    variation_seed: int | None = None
    variation_strength: float = 0.0
    frames: bool = False

    @property
    def skipped_steps(self) -> int:
        """How many of the steps are left out because the picture begins as an image."""
        if self.image is None:
            return 0
        return skipped_steps(self.num_inference_steps, self.strength)

    @property
    def image_sha256(self) -> str | None:
        """SHA-256 of the image's file, 64 hex digits; None without an image."""
        return None if self.image is None else hashlib.sha256(self.image).hexdigest()

    @property
    def varied(self) -> bool:
        """Whether the starting noise is not the seed's alone."""
        return self.variation_seed is not None and self.variation_strength > 0

    @property
    def guided(self) -> bool:
        """Whether each step needs a second, unconditional row."""
        return self.guidance_scale != 1.0

    def validated(self, limits: Limits) -> "GenerationRequest":
        """Return the request itself if it is within the limits.

        The size's relation to the checkpoint is the checkpoint's to check, and what a size
        that is not given comes to is the engine's.

        Raises:
            InvalidRequest: names the first field that is not, its value and what is allowed.
        """
        check_prompt("prompt", self.prompt, limits, may_be_empty=False)
        check_prompt("negative_prompt", self.negative_prompt, limits, may_be_empty=True)
        _check_whole("num_inference_steps", self.num_inference_steps, *limits.steps)
        _check_number("guidance_scale", self.guidance_scale, *limits.guidance_scale)
        _check_whole("num_images", self.num_images, 1, limits.images)
        _check_whole("seed", self.seed, 0, MAXIMUM_SEED - (self.num_images - 1))
        for side in ("width", "height"):
            if getattr(self, side) is not None:
                _check_whole(side, getattr(self, side), *limits.side)
        self._check_amount(limits)
        if self.deadline_seconds is not None:
            _check_number("deadline_seconds", self.deadline_seconds, *limits.deadline_seconds)
        _check_whole("preview_every", self.preview_every, 0, limits.steps[1])
        _check_strength(self.strength)
        self._check_variation()
        self._check_frames()
        if self.image is not None:
            init_image.check_file(self.image, limits)
        return self

    def _check_variation(self) -> None:
        _check_number("variation_strength", self.variation_strength, 0.0, 1.0)
        if self.variation_seed is not None:
            _check_whole("variation_seed", self.variation_seed, 0, MAXIMUM_SEED)
        elif self.variation_strength > 0:
            raise InvalidRequest(
                "There is a variation_strength but no variation_seed to vary towards.",
                field="variation_seed",
                value=None,
                allowed=f"a whole number from 0 to {MAXIMUM_SEED}, or a variation_strength of 0",
            )

    def _check_frames(self) -> None:
        if not isinstance(self.frames, bool):
            raise InvalidRequest(
                "The value of frames is not allowed.",
                field="frames",
                value=self.frames,
                allowed="true or false",
            )
        if self.frames and self.num_images != 1:
            raise InvalidRequest(
                "Frames are kept of one picture at a time.",
                field="num_images",
                value=self.num_images,
                allowed="1 with frames, or no frames",
            )

    def _check_amount(self, limits: Limits) -> None:
        if self.width is None or self.height is None:
            return
        pixels = self.width * self.height
        if pixels > limits.pixels:
            raise InvalidRequest(
                "The picture is too large.",
                field="width",
                value=self.width,
                allowed=f"at most {limits.pixels} pixels in a picture",
            )
        work = self.num_images * pixels * self.num_inference_steps
        if work > limits.work:
            raise InvalidRequest(
                "The request asks for too much at once.",
                field="num_images",
                value=self.num_images,
                allowed=f"images x width x height x steps up to {limits.work}, not {work}",
            )

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "GenerationRequest":
        """Build a request from plain values under the attributes' own names.

        Types are checked strictly: a boolean is not a number and "20" is not 20. The image
        is base64, with or without a `data:` URL's prefix.

        Raises:
            InvalidRequest: for an unknown field, or a value of the wrong type.
        """
        known = cls.__dataclass_fields__
        for name, value in data.items():
            if name not in known:
                raise InvalidRequest(
                    "There is no such field.",
                    field=name,
                    value=value,
                    allowed="any of " + ", ".join(known),
                )
        if "prompt" not in data:
            raise InvalidRequest(
                "The prompt is missing.", field="prompt", value=None, allowed="a text"
            )
        values = dict(data)
        if "scheduler" in values:
            values["scheduler"] = SamplerName.parse(values["scheduler"])
        if values.get("image") is not None:
            values["image"] = init_image.from_text(values["image"])
        for name in ("guidance_scale", "strength", "variation_strength"):
            number = values.get(name)
            if isinstance(number, int) and not isinstance(number, bool):
                with suppress(OverflowError):  # then it is out of range, which `validated` says
                    values[name] = float(number)
        return cls(**values)

    def as_mapping(self) -> dict[str, Any]:
        """Return the request as plain JSON values, the form `from_mapping` reads."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["scheduler"] = self.scheduler.value
        if self.image is not None:
            values["image"] = init_image.to_text(self.image)
        return values


def skipped_steps(steps: int, strength: float) -> int:
    """Return how many of the steps a picture that begins as an image leaves out; one is made.

    Args:
        steps: the steps that are asked for.
        strength: how far to go from the image, 0 to 1.
    """
    return steps - max(1, min(int(steps * strength), steps))


def check_prompt(field: str, text: object, limits: Limits, *, may_be_empty: bool) -> None:
    """Check that a value is a text that a prompt may be.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    allowed = f"text of at most {limits.prompt_bytes} bytes without NUL characters"
    if not isinstance(text, str):
        raise InvalidRequest(
            f"The {field} is not a text.", field=field, value=text, allowed=allowed
        )
    if "\0" in text:
        raise InvalidRequest(
            f"The {field} holds a NUL character.", field=field, value=text, allowed=allowed
        )
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidRequest(
            f"The {field} holds half a surrogate pair, which is not a character.",
            field=field,
            value=ascii(text),
            allowed=allowed,
        ) from None
    if size > limits.prompt_bytes:
        raise InvalidRequest(
            f"The {field} is too long: {size} bytes.", field=field, value=text, allowed=allowed
        )
    if not may_be_empty and not text.strip():
        raise InvalidRequest(
            f"The {field} is empty.", field=field, value=text, allowed="at least one word"
        )


def _check_whole(field: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidRequest(
            f"The value of {field} is not allowed.",
            field=field,
            value=value,
            allowed=f"a whole number from {low} to {high}",
        )


def _check_strength(value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= 1:  # type: ignore[operator]
        raise InvalidRequest(
            "The value of strength is not allowed.",
            field="strength",
            value=value,
            allowed="a number above 0 and up to 1",
        )


def _check_number(field: str, value: object, low: float, high: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise InvalidRequest(
            f"The value of {field} is not allowed.",
            field=field,
            value=value,
            allowed=f"a number from {low:g} to {high:g}",
        )
