"""The description of the tutorial's request body; `octoai.decode` reads it."""

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.generation_request import (
    DEFAULT_GUIDANCE_SCALE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
)
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName

_LIMITS = Limits()


class PredictBody(BaseModel):
    """What to draw."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "prompt": "A photo of an octopus playing chess",
                "negative_prompt": "",
                "guidance_scale": 7.5,
                "num_inference_steps": 20,
                "solver": "DPMSolverMultistep",
                "seed": 42,
            }
        },
    )

    prompt: str = Field(min_length=1, max_length=_LIMITS.prompt_bytes)
    negative_prompt: str = Field("", max_length=_LIMITS.prompt_bytes)
    guidance_scale: float = Field(
        DEFAULT_GUIDANCE_SCALE, ge=_LIMITS.guidance_scale[0], le=_LIMITS.guidance_scale[1]
    )
    num_inference_steps: int = Field(DEFAULT_STEPS, ge=_LIMITS.steps[0], le=_LIMITS.steps[1])
    solver: SamplerName = DEFAULT_SAMPLER
    seed: int = Field(
        default_factory=int, ge=0, le=MAXIMUM_SEED, description="A random one if absent."
    )
    width: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1])
    height: int | None = Field(None, ge=_LIMITS.side[0], le=_LIMITS.side[1])
    num_images: int = Field(1, ge=1, le=_LIMITS.images)


class PredictAnswer(BaseModel):
    """PNG files in base64; further pictures follow as `image_1` and so on."""

    model_config = ConfigDict(extra="allow")

    image_0: str
