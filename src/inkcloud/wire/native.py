"""The native API: what goes in and what comes out."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import (
    DEFAULT_GUIDANCE_SCALE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    DEFAULT_STRENGTH,
    GenerationRequest,
)
from inkcloud.domain.job import JobState
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.init_picture import picture_size

TAG_LENGTH = 200
LIST_LIMIT = 200
_LIMITS = Limits()
# Base64 takes four characters for three bytes; line breaks and a prefix come on top.
_IMAGE_LENGTH = _LIMITS.image_bytes * 3 // 2


class GenerationBody(BaseModel):
    """What to draw. This model describes the body; `decode` reads it."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=_LIMITS.prompt_bytes, examples=["an octopus"])
    negative_prompt: str = Field("", max_length=_LIMITS.prompt_bytes)
    num_inference_steps: int = Field(DEFAULT_STEPS, ge=_LIMITS.steps[0], le=_LIMITS.steps[1])
    scheduler: SamplerName = DEFAULT_SAMPLER
    guidance_scale: float = Field(
        DEFAULT_GUIDANCE_SCALE, ge=_LIMITS.guidance_scale[0], le=_LIMITS.guidance_scale[1]
    )
    seed: int = Field(0, ge=0, le=MAXIMUM_SEED, description="Image i uses seed + i.")
    width: int | None = Field(
        None,
        ge=_LIMITS.side[0],
        le=_LIMITS.side[1],
        description="A multiple of the endpoint's factor; if absent the model's native width, "
        "or what the image's shape makes of it.",
    )
    height: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1])
    num_images: int = Field(1, ge=1, le=_LIMITS.images)
    deadline_seconds: float | None = Field(
        None, ge=_LIMITS.deadline_seconds[0], le=_LIMITS.deadline_seconds[1]
    )
    preview_every: int = Field(
        0, ge=0, le=_LIMITS.steps[1], description="A preview after every so many steps; 0: none."
    )
    image: str | None = Field(
        None,
        max_length=_IMAGE_LENGTH,
        description="A picture to start from: a PNG, JPEG or WebP file in base64, with or "
        "without a data: URL's prefix.",
    )
    strength: float = Field(
        DEFAULT_STRENGTH,
        gt=0,
        le=1,
        description="How far to go from the image; without effect when there is none.",
    )
    variation_seed: int | None = Field(
        None,
        ge=0,
        le=MAXIMUM_SEED,
        description="The other seed that every picture's starting noise is turned towards.",
    )
    variation_strength: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How far: 0 is not at all, 1 is the other seed's starting noise. Above 0 it "
        "needs a variation_seed.",
    )
    frames: bool = Field(
        False,
        description="Keep what every step saw and predicted, as small pictures: see the "
        "generation's `frames`. For one picture only.",
    )
    tag: str = Field("", max_length=TAG_LENGTH, description="A label of the caller's own.")


class ImageView(BaseModel):
    """One finished picture."""

    url: str
    sha256: str
    record: dict[str, Any]


class PreviewView(BaseModel):
    """Where the latest preview of one picture is."""

    index: int
    done: int = Field(description="UNet calls done when it was made.")
    url: str


class ProgressView(BaseModel):
    """How far a generation has come, over all its pictures."""

    done: int
    total: int
    seconds_left: float | None


class GenerationView(BaseModel):
    """One generation and what has become of it."""

    id: str
    endpoint: str
    state: JobState
    created: datetime
    tag: str
    request: dict[str, Any] = Field(description="The request with every default filled in.")
    position: int | None = Field(description="How many are ahead of it while it is queued.")
    progress: ProgressView | None
    previews: list[PreviewView]
    seconds: float | None
    images: list[ImageView]
    error: dict[str, Any] | None
    links: dict[str, str]


class GenerationList(BaseModel):
    """Generations, newest first."""

    generations: list[GenerationView]


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    field: str | None = Field(None, description="The offending field, as the caller wrote it.")
    value: Any = Field(None, description="The value received, shortened.")
    allowed: str | None = None


def decode(body: dict[str, Any], limits: Limits | None = None) -> tuple[GenerationRequest, str]:
    """Read a request, checked, and its tag.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    values = dict(body)
    tag = check_tag(values.pop("tag", ""))
    try:
        request = GenerationRequest.from_mapping(values)
    except InvalidRequest as error:
        if error.field not in GenerationRequest.__dataclass_fields__:
            error.allowed = f"{error.allowed}, tag"
        raise
    request = request.validated(limits or _LIMITS)
    if request.image is not None:
        picture_size(request.image, limits or _LIMITS)
    return request, tag


def check_tag(tag: object, field: str = "tag") -> str:
    """Return a tag, or the beginning of one, that is within the rules.

    Raises:
        InvalidRequest: if it is no text, too long or holds control characters.
    """
    if not isinstance(tag, str) or len(tag) > TAG_LENGTH or not tag.isprintable():
        raise InvalidRequest(
            f"The {field} is not allowed.",
            field=field,
            value=tag,
            allowed=f"at most {TAG_LENGTH} printable characters",
        )
    return tag
