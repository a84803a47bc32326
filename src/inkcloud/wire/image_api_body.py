"""The description of OctoAI's image-generation request body; `image_api.decode` reads it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.wire import image_api

_LIMITS = Limits()
_SIDE = "A multiple of the model's factor; the model's native side if absent."


def _described() -> dict[str, dict[str, Any]]:
    """Return the fields that only need to be named: those not supported, or without effect."""
    ignored = {name: {"description": "Has no effect."} for name in image_api.WITHOUT_EFFECT}
    refused = {name: {"description": why} for name, why in image_api.UNSUPPORTED.items()}
    return refused | ignored


def _add_fields(schema: dict[str, Any]) -> None:
    schema["properties"] |= _described()


class ImageApiBody(BaseModel):
    """What to draw, in the words of OctoAI's image-generation API."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_add_fields)

    prompt: str = Field(min_length=1, max_length=_LIMITS.prompt_bytes, examples=["an octopus"])
    negative_prompt: str | None = Field("", max_length=_LIMITS.prompt_bytes)
    checkpoint: str | None = Field(
        None, description="An endpoint's name; any other name means the default endpoint."
    )
    sampler: str | None = Field("DDIM", description="A sampler by any of its names.")
    width: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1], description=_SIDE)
    height: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1], description=_SIDE)
    cfg_scale: float | None = Field(
        image_api.DEFAULT_CFG_SCALE, ge=_LIMITS.guidance_scale[0], le=_LIMITS.guidance_scale[1]
    )
    steps: int | None = Field(image_api.DEFAULT_STEPS, ge=_LIMITS.steps[0], le=_LIMITS.steps[1])
    num_images: int | None = Field(1, ge=1, le=_LIMITS.images)
    seed: int | list[int] | None = Field(
        None,
        description=f"0 to {MAXIMUM_SEED}, or one for each picture; random if absent.",
    )
    init_image: str | None = Field(None, description="A picture to start from, as base64.")
    strength: float | None = Field(None, gt=0, le=1, description="How far to go from it.")
    image_encoding: Literal["jpeg", "png"] | None = "jpeg"
