"""What a caller asks for: a prompt and the parameters that shape the picture."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName

DEFAULT_STEPS = 20
DEFAULT_GUIDANCE_SCALE = 7.5
DEFAULT_SAMPLER = SamplerName.DPM_SOLVER_MULTISTEP


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """A text-to-image request, checked against the limits when it is made.

    Attributes:
        prompt: what to draw.
        negative_prompt: what to keep out; without effect at guidance 1.
        num_inference_steps: sampling steps.
        scheduler: the sampler.
        guidance_scale: weight of the prompt; 1 runs without guidance.
        seed: image i of the request uses `seed + i`.
        width: pixels; None is the checkpoint's native width.
        height: pixels; None is the checkpoint's native height.
        num_images: how many pictures.
        deadline_seconds: stop within one step when this much time has passed.
        preview_every: send a preview after every so many steps; 0 sends none.
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

    @property
    def guided(self) -> bool:
        """Whether each step needs a second, unconditional row."""
        return self.guidance_scale != 1.0

    def validated(self, limits: Limits) -> "GenerationRequest":
        """Return the request itself if it is within the limits.

        The size's relation to the checkpoint is the checkpoint's to check.

        Raises:
            InvalidRequest: names the first field that is not, its value and what is allowed.
        """
        _check_prompt("prompt", self.prompt, limits, may_be_empty=False)
        _check_prompt("negative_prompt", self.negative_prompt, limits, may_be_empty=True)
        _check_whole("num_inference_steps", self.num_inference_steps, *limits.steps)
        _check_number("guidance_scale", self.guidance_scale, *limits.guidance_scale)
        _check_whole("num_images", self.num_images, 1, limits.images)
        _check_whole("seed", self.seed, 0, MAXIMUM_SEED - (self.num_images - 1))
        for field in ("width", "height"):
            if getattr(self, field) is not None:
                _check_whole(field, getattr(self, field), *limits.side)
        if self.deadline_seconds is not None:
            _check_number("deadline_seconds", self.deadline_seconds, *limits.deadline_seconds)
        _check_whole("preview_every", self.preview_every, 0, limits.steps[1])
        return self

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "GenerationRequest":
        """Build a request from plain values under the attributes' own names.

        Types are checked strictly: a boolean is not a number and "20" is not 20.

        Raises:
            InvalidRequest: for an unknown field, or a value of the wrong type.
        """
        known = cls.__dataclass_fields__
        for field, value in data.items():
            if field not in known:
                raise InvalidRequest(
                    "There is no such field.",
                    field=field,
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
        guidance_scale = values.get("guidance_scale")
        if isinstance(guidance_scale, int) and not isinstance(guidance_scale, bool):
            with suppress(OverflowError):  # then it is out of range, which `validated` says
                values["guidance_scale"] = float(guidance_scale)
        return cls(**values)

    def as_mapping(self) -> dict[str, Any]:
        """Return the request as plain JSON values, the form `from_mapping` reads."""
        values = {field: getattr(self, field) for field in self.__dataclass_fields__}
        values["scheduler"] = self.scheduler.value
        return values


def _check_prompt(field: str, text: object, limits: Limits, *, may_be_empty: bool) -> None:
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


def _check_number(field: str, value: object, low: float, high: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise InvalidRequest(
            f"The value of {field} is not allowed.",
            field=field,
            value=value,
            allowed=f"a number from {low:g} to {high:g}",
        )
