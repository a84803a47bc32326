"""The descriptions of the web UI's request bodies; `webui` reads them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.wire import webui
from inkcloud.wire.webui_seeds import RANDOM

_LIMITS = Limits()


def _complete(schema: dict[str, Any]) -> None:
    """Add the fields that must be left out or off."""
    for name, why in webui.UNSUPPORTED.items():
        schema["properties"][name] = {"description": why}


class FromTextBody(BaseModel):
    """What to draw, in the web UI's words; its other fields are tolerated and ignored."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_complete)

    prompt: str = Field(min_length=1, max_length=_LIMITS.prompt_bytes, examples=["an octopus"])
    negative_prompt: str | None = Field("", max_length=_LIMITS.prompt_bytes)
    seed: int | None = Field(RANDOM, ge=RANDOM, le=MAXIMUM_SEED)
    steps: int | None = Field(webui.DEFAULT_STEPS, ge=_LIMITS.steps[0], le=_LIMITS.steps[1])
    cfg_scale: float | None = Field(
        webui.DEFAULT_CFG_SCALE, ge=_LIMITS.guidance_scale[0], le=_LIMITS.guidance_scale[1]
    )
    subseed: int | None = Field(
        RANDOM,
        ge=RANDOM,
        le=MAXIMUM_SEED,
        description="The variation seed; counts on from picture to picture, and the seed stays.",
    )
    subseed_strength: float | None = Field(0, ge=0, le=1, description="0 is no variation.")
    width: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1])
    height: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1])
    batch_size: int | None = Field(1, ge=1, le=_LIMITS.images)
    n_iter: int | None = Field(1, ge=1, le=_LIMITS.images)
    sampler_name: str | None = Field(webui.DEFAULT_SAMPLER, description="See /sdapi/v1/samplers.")
    sampler_index: str | None = Field(None, description="The older name of sampler_name.")
    scheduler: str | None = Field(webui.SCHEDULER, description="Nothing else can be chosen.")
    override_settings: dict[str, Any] | None = Field(
        None, description=f"`{webui.CHECKPOINT}` names an endpoint; the rest is ignored."
    )
    send_images: bool | None = True


class FromImageBody(FromTextBody):
    """The same, and the picture to start from."""

    init_images: list[str] = Field(
        min_length=1, max_length=1, description="The picture to start from, as base64."
    )
    denoising_strength: float | None = Field(
        webui.DEFAULT_DENOISING, gt=0, le=1, description="How far to go from it."
    )


class OptionsBody(BaseModel):
    """What can be set."""

    model_config = ConfigDict(extra="forbid")

    sd_model_checkpoint: str | None = Field(None, description="A checkpoint's title or name.")
    sd_checkpoint_hash: Any = Field(None, description="Has no effect.")
