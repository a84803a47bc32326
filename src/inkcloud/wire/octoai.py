"""OctoAI's `/predict` in its three generations.

The first is the tutorial's: `{"prompt", ..., "solver"}` in, `{"image_0"}` out. The second
(`cfg_scale`, `steps`, `sampler`, ...) and the third (with `loras`, `use_refiner`) differ
only in fields, and answer `{"completion": {"image_0"}}`.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.wire import unsupported, values
from inkcloud.wire.field_names import FieldNames

RANDOM_SEED_BITS = 32

_COMMON = ("prompt", "negative_prompt", "seed", "width", "height", "num_images")
_TUTORIAL = ("guidance_scale", "num_inference_steps", "solver")
_LATER = ("image", "strength", "sampler", "cfg_scale", "steps", "model")
# The built-in pipeline has no refiner, so these have no effect on any picture.
WITHOUT_EFFECT = ("use_refiner", "high_noise_frac")
UNSUPPORTED = {
    "vae": "The endpoint's model has its own autoencoder.",
    "style_preset": "There are no style presets; describe the style in the prompt.",
    "loras": "LoRAs cannot be applied.",
}
STREAM = "stream"
STREAMED = frozenset({"queued", "progress"})
_TAG = "predict/"


class Form(StrEnum):
    """Which generation of the API a caller speaks."""

    TUTORIAL = "tutorial"
    COMPLETION = "completion"


@dataclass(frozen=True)
class Predict:
    """What a caller asked for, and how to answer.

    Attributes:
        request: what to draw.
        form: the answer's form.
        stream: whether to answer with events as they come.
    """

    request: GenerationRequest
    form: Form
    stream: bool


_NAMES = {
    Form.TUTORIAL: FieldNames({"solver": "scheduler"}),
    Form.COMPLETION: FieldNames(
        {"sampler": "scheduler", "steps": "num_inference_steps", "cfg_scale": "guidance_scale"}
    ),
}
_FIELDS = {
    Form.TUTORIAL: _COMMON[:2] + _TUTORIAL + _COMMON[2:],
    Form.COMPLETION: (*_COMMON, *_LATER, *UNSUPPORTED, *WITHOUT_EFFECT),
}

FIELDS = (*dict.fromkeys(each for fields in _FIELDS.values() for each in fields), STREAM)


def decode(
    body: dict[str, Any], limits: Limits | None = None, *, key: str | None = None
) -> Predict:
    """Read a request, checked; without a seed it gets a random one of 32 bits.

    Args:
        body: the request.
        limits: its bounds.
        key: the caller's idempotency key; the same key gives the same random seed, so that
            the same body again is the same request.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    body = dict(body)
    stream = values.flag(body, STREAM)
    body.pop(STREAM, None)
    form = _form(body)
    unsupported.refuse_unknown(body, _FIELDS[form])
    if form is Form.COMPLETION:
        body = _completion(body)
    body.setdefault("seed", _random_seed(key))
    return Predict(_NAMES[form].decode(body, limits), form, stream)


def encode(pngs: Sequence[bytes], form: Form = Form.TUTORIAL) -> dict[str, Any]:
    """Return the answer: `image_0`, `image_1`, ... as base64 of PNG files."""
    images = {f"image_{i}": base64.b64encode(png).decode("ascii") for i, png in enumerate(pngs)}
    return {"completion": images} if form is Form.COMPLETION else images


def tag_of(form: Form) -> str:
    """Return the tag of a job whose answer is to be in this form."""
    return _TAG + form.value


def form_of(tag: str) -> Form:
    """Return the form that a job's answer is to be in."""
    return Form.COMPLETION if tag == tag_of(Form.COMPLETION) else Form.TUTORIAL


def rename(error: InkcloudError, form: Form = Form.TUTORIAL) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    _NAMES[form].rename(error)
    return error


def _random_seed(key: str | None) -> int:
    if key is None:
        return secrets.randbits(RANDOM_SEED_BITS)
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest) % (1 << RANDOM_SEED_BITS)


def _form(body: dict[str, Any]) -> Form:
    """Tell the generations apart by the fields that only the later ones have."""
    later = (*_LATER, *UNSUPPORTED, *WITHOUT_EFFECT)
    tutorial = any(field in body for field in _TUTORIAL)
    return Form.COMPLETION if not tutorial and any(f in body for f in later) else Form.TUTORIAL


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    """Return what matters of a body of the second or third generation."""
    unsupported.refuse(body, UNSUPPORTED)
    values.text(body, "model")  # the address has chosen the endpoint, and with it the model
    kept = values.present(body, (*_COMMON, "sampler", "cfg_scale", "steps", "image", "strength"))
    if "strength" in kept and "image" not in kept:
        raise InvalidRequest(
            "There is a strength but no image to start from.",
            field="strength",
            value=kept["strength"],
            allowed="leave it out, or send an image",
        )
    return kept
