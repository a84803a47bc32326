"""The tutorial's form of `/predict`: `{"prompt", ..., "solver"}` in, `{"image_0"}` out."""

import base64
import secrets
from collections.abc import Sequence
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.sampler_name import SamplerName

FIELDS = (
    "prompt",
    "negative_prompt",
    "guidance_scale",
    "num_inference_steps",
    "solver",
    "seed",
    "width",
    "height",
    "num_images",
)
RANDOM_SEED_BITS = 32


def decode(body: dict[str, Any], limits: Limits | None = None) -> GenerationRequest:
    """Read a request, checked; without a seed it gets a random one of 32 bits.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    for field, value in body.items():
        if field not in FIELDS:
            raise InvalidRequest(
                "There is no such field.",
                field=field,
                value=value,
                allowed="any of " + ", ".join(FIELDS),
            )
    values = dict(body)
    if "solver" in values:
        values["scheduler"] = SamplerName.parse(values.pop("solver"), field="solver")
    values.setdefault("seed", secrets.randbits(RANDOM_SEED_BITS))
    return GenerationRequest.from_mapping(values).validated(limits or Limits())


def encode(pngs: Sequence[bytes]) -> dict[str, str]:
    """Return the answer: `image_0`, `image_1`, ... as base64 of PNG files."""
    return {f"image_{i}": base64.b64encode(png).decode("ascii") for i, png in enumerate(pngs)}


def rename(error: InkcloudError) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    if error.field == "scheduler":
        error.field = "solver"
    return error
