"""OctoAI's image-generation API: `POST /generate/{engine}`."""

import base64
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import unsupported, values
from inkcloud.wire.error_text import paragraph
from inkcloud.wire.field_names import FieldNames
from inkcloud.wire.picture_format import PictureFormat

DEFAULT_STEPS = 30
DEFAULT_CFG_SCALE = 12.0
DEFAULT_SAMPLER = SamplerName.DDIM
RANDOM_SEED_BITS = 32

ENGINES = ("sd", "sdxl", "ssd", "sd3", "flux-dev", "flux-schnell")
_NOT_HERE = ("controlnet-sd", "controlnet-sdxl")
_DRAWN = ("prompt", "negative_prompt", "width", "height", "sampler", "cfg_scale", "steps")
_READ = ("num_images", "seed", "init_image", "strength", "image_encoding", "checkpoint")
UNSUPPORTED = {
    "mask_image": "Inpainting is not supported.",
    "outpainting": "Outpainting is not supported.",
    "controlnet": "ControlNets are not supported.",
    "controlnet_image": "ControlNets are not supported.",
    "loras": "LoRAs cannot be applied.",
    "textual_inversions": "Textual inversions cannot be applied.",
    "transfer_images": "Images cannot be transferred.",
    "vae": "The endpoint's model has its own autoencoder.",
    "style_preset": "There are no style presets; describe the style in the prompt.",
    "prompt_2": "The endpoint's model has one text encoder: put all of it in the prompt.",
    "negative_prompt_2": "The endpoint's model has one text encoder: use negative_prompt.",
    "clip_skip": "The layers of the text encoder cannot be chosen.",
}
# What has no effect on a picture without a refiner, a ControlNet, a mask or a safety filter.
WITHOUT_EFFECT = (
    "use_refiner",
    "high_noise_frac",
    "controlnet_conditioning_scale",
    "controlnet_early_stop",
    "controlnet_preprocess",
    "inpaint_full_res",
    "inpaint_full_res_padding",
    "inpainting_base_model",
    "enable_safety",
    "log_prompt",
    "force_asset_download",
    "force_asset_gpu_copy",
)
FIELDS = (*_DRAWN, *_READ, *UNSUPPORTED, *WITHOUT_EFFECT)
_NAMES = FieldNames(
    {
        "sampler": "scheduler",
        "steps": "num_inference_steps",
        "cfg_scale": "guidance_scale",
        "init_image": "image",
    }
)


@dataclass(frozen=True)
class Wish:
    """What a caller asked for.

    Attributes:
        requests: what to draw, in the order of the answer's pictures.
        encoding: the answer's file format.
        checkpoint: the endpoint that the caller named, or "".
    """

    requests: tuple[GenerationRequest, ...]
    encoding: PictureFormat
    checkpoint: str


def check_engine(engine: str) -> None:
    """Accept the engines that stand for a plain model; the endpoint's own model draws.

    Raises:
        NotFound: for any other.
    """
    if engine in _NOT_HERE:
        raise NotFound(f"There is no engine {engine}: ControlNets are not supported.")
    if engine not in ENGINES:
        raise NotFound("There is no such engine. There are " + ", ".join(ENGINES) + ".")


def decode(body: dict[str, Any], limits: Limits | None = None) -> Wish:
    """Read a request, checked; without a seed it gets a random one of 32 bits.

    A list of seeds means one picture each; a single seed counts up from picture to picture.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    unsupported.refuse_unknown(body, FIELDS)
    unsupported.refuse(body, UNSUPPORTED)
    wanted = {"sampler": DEFAULT_SAMPLER, "steps": DEFAULT_STEPS, "cfg_scale": DEFAULT_CFG_SCALE}
    wanted |= values.present(body, _DRAWN)
    if body.get("init_image") is not None:
        wanted |= values.present(body, ("init_image", "strength"))
    limits = limits or Limits()
    seeds = _seeds(body, limits)
    first = _NAMES.decode(wanted | {"seed": seeds[0]}, limits)
    encoding = values.choice(body, "image_encoding", ("jpeg", "png"), PictureFormat.JPEG)
    return Wish(
        requests=tuple(
            replace(first, seed=seed, num_images=count).validated(limits)
            for seed, count in _runs(seeds)
        ),
        encoding=PictureFormat(encoding),
        checkpoint=values.text(body, "checkpoint"),
    )


def encode(files: Sequence[tuple[bytes, int]], milliseconds: float) -> dict[str, Any]:
    """Return the answer.

    Args:
        files: each picture's file and seed.
        milliseconds: how long the drawing took.
    """
    images = [
        {
            "image_b64": base64.b64encode(file).decode("ascii"),
            "removed_for_safety": False,
            "seed": seed,
            "safety_score": None,
        }
        for file, seed in files
    ]
    return {"images": images, "prediction_time_ms": milliseconds}


def encode_error(error: InkcloudError) -> dict[str, Any]:
    """Return an error in this API's form: a list for bad values, else one text."""
    if not isinstance(error, InvalidRequest):
        return {"detail": paragraph(error)}
    place = ["body"] if error.field in {None, "body"} else ["body", error.field]
    return {"detail": [{"loc": place, "msg": paragraph(error), "type": error.code}]}


def rename(error: InkcloudError) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    _NAMES.rename(error)
    return error


def _seeds(body: dict[str, Any], limits: Limits) -> list[int]:
    count = values.whole(body, "num_images", 1, (1, limits.images))
    given = body.get("seed")
    if given is None:
        given = secrets.randbits(RANDOM_SEED_BITS)
    seeds = given if isinstance(given, list) else [given]
    right = all(isinstance(s, int) and not isinstance(s, bool) for s in seeds)
    if not right or not all(0 <= seed <= MAXIMUM_SEED - count + 1 for seed in seeds):
        raise InvalidRequest(
            "The value of seed is not allowed.",
            field="seed",
            value=given,
            allowed=f"a whole number from 0 to {MAXIMUM_SEED}, or a list of them",
        )
    if not isinstance(given, list):
        return [given + index for index in range(count)]
    if len(seeds) != count:
        raise InvalidRequest(
            f"There are {len(seeds)} seeds for {count} pictures.",
            field="seed",
            value=given,
            allowed="as many seeds as num_images, or a single one",
        )
    return seeds


def _runs(seeds: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first of each run of seeds that count up, and its length."""
    ends = [i for i, (a, b) in enumerate(pairwise(seeds), start=1) if b != a + 1]
    for begin, end in pairwise([0, *ends, len(seeds)]):
        yield seeds[begin], end - begin
