"""The description of OctoAI's `predict` body; `octoai.decode` reads it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.generation_request import (
    DEFAULT_GUIDANCE_SCALE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    DEFAULT_STRENGTH,
)
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import octoai

_LIMITS = Limits()
_LATER = "A later generation's name for "


def _complete(schema: dict[str, Any]) -> None:
    """Add the fields that need no more than a sentence."""
    for name, why in octoai.UNSUPPORTED.items():
        schema["properties"][name] = {"description": why}
    for name in octoai.WITHOUT_EFFECT:
        schema["properties"][name] = {"description": "Has no effect."}
    schema["example"] = {
        "prompt": "A photo of an octopus playing chess",
        "negative_prompt": "",
        "guidance_scale": 7.5,
        "num_inference_steps": 20,
        "solver": "DPMSolverMultistep",
        "seed": 42,
    }


class PredictBody(BaseModel):
    """What to draw, in the tutorial's words or in those of OctoAI's later APIs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_complete)

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
    stream: bool = Field(False, description="Answer with `data:` lines as they come.")
    image: str | None = Field(None, description="A picture to start from, as base64.")
    strength: float | None = Field(
        None, gt=0, le=1, description=f"How far to go from it; {DEFAULT_STRENGTH} if absent."
    )
    sampler: str | None = Field(None, description=_LATER + "solver.")
    cfg_scale: float | None = Field(None, description=_LATER + "guidance_scale.")
    steps: int | None = Field(None, description=_LATER + "num_inference_steps.")
    model: str | None = Field(None, description="Has no effect: the address chooses the model.")


class PredictAnswer(BaseModel):
    """PNG files in base64; further pictures follow as `image_1` and so on.

    To the fields of a later generation they are inside of `completion`.
    """

    model_config = ConfigDict(extra="allow")

    image_0: str | None = None
    completion: dict[str, str] | None = None
