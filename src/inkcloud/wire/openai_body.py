"""The description of OpenAI's request body; `openai.decode` reads it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.generation_request import (
    DEFAULT_GUIDANCE_SCALE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
)
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire.openai import MOST_IMAGES, MOST_PARTIAL_IMAGES
from inkcloud.wire.picture_format import BEST_QUALITY, PictureFormat

_LIMITS = Limits()
_IGNORED = "Has no effect."
_UNSUPPORTED = "Not supported; leave it out."


class OpenAIBody(BaseModel):
    """What to draw, in OpenAI's words, with the fields that diffusion models need."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=_LIMITS.prompt_bytes, examples=["an octopus"])
    model: str | None = Field(
        None, description="An endpoint's name; any other name means the default endpoint."
    )
    n: int | None = Field(1, ge=1, le=MOST_IMAGES)
    size: str | None = Field(
        "auto", description="auto (the model's native size) or WIDTHxHEIGHT.", examples=["128x128"]
    )
    response_format: Literal["b64_json", "url"] | None = "b64_json"
    output_format: PictureFormat | None = PictureFormat.PNG
    output_compression: int | None = Field(
        BEST_QUALITY, ge=0, le=BEST_QUALITY, description="The quality of JPEG and WebP files."
    )
    background: Literal["auto", "opaque"] | None = "auto"
    stream: bool | None = False
    partial_images: int | None = Field(
        0, ge=0, le=MOST_PARTIAL_IMAGES, description="How many previews a stream brings."
    )
    seed: int | None = Field(
        None, ge=0, le=MAXIMUM_SEED, description="Image i uses seed + i; random if absent."
    )
    negative_prompt: str | None = Field("", max_length=_LIMITS.prompt_bytes)
    num_inference_steps: int | None = Field(DEFAULT_STEPS, ge=_LIMITS.steps[0], le=_LIMITS.steps[1])
    guidance_scale: float | None = Field(
        DEFAULT_GUIDANCE_SCALE, ge=_LIMITS.guidance_scale[0], le=_LIMITS.guidance_scale[1]
    )
    scheduler: SamplerName | None = DEFAULT_SAMPLER
    quality: Literal["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"] | None = (
        Field("auto", description=_IGNORED)
    )
    moderation: Any = Field(None, description=_IGNORED)
    style: Any = Field(None, description=_IGNORED)
    user: Any = Field(None, description=_IGNORED)
    safety_identifier: Any = Field(None, description=_IGNORED)
    complexity: Any = Field(None, description=_IGNORED)
    frame_count: None = Field(None, description=_UNSUPPORTED)
    svg: None = Field(None, description=_UNSUPPORTED)
