"""OpenAI's images API: `/v1/images/generations` and `/v1/models`."""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inkcloud.domain.errors import (
    Cancelled,
    DeadlineExceeded,
    InkcloudError,
    InvalidRequest,
    NotFound,
    Unauthorized,
)
from inkcloud.domain.generation_request import DEFAULT_STEPS, GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.record import Record
from inkcloud.wire import unsupported, values
from inkcloud.wire.error_text import paragraph
from inkcloud.wire.field_names import FieldNames
from inkcloud.wire.picture_format import BEST_QUALITY, PictureFormat

MOST_IMAGES = 10
MOST_PARTIAL_IMAGES = 3
RANDOM_SEED_BITS = 32
# Only "auto" and the sizes themselves: whether a size can be drawn, the model decides.
_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
_FILE_NAME = re.compile(r"([0-9]{1,3})\.(png|jpeg|webp)")
_QUALITIES = ("auto", "low", "medium", "high", "xhigh", "max", "standard", "hd")
_EXTRAS = ("negative_prompt", "num_inference_steps", "guidance_scale", "scheduler", "seed")
_UNSUPPORTED = {
    "frame_count": "Moving pictures are not supported.",
    "svg": "Vector graphics are not supported.",
}
# What OpenAI's own models take and ours has no use for.
_WITHOUT_EFFECT = ("moderation", "style", "user", "safety_identifier", "complexity")
FIELDS = (
    "prompt",
    "model",
    "n",
    "size",
    "response_format",
    "output_format",
    "output_compression",
    "quality",
    "background",
    "stream",
    "partial_images",
    *_EXTRAS,
    *_UNSUPPORTED,
    *_WITHOUT_EFFECT,
)
_NAMES = FieldNames({"n": "num_images"})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller asked for.

    Attributes:
        request: what to draw.
        model: the endpoint that the caller named, or "".
        by_url: whether to answer with addresses in place of base64.
        file_format: the pictures' file format.
        compression: the files' quality, 0 to 100.
        quality: as the caller said; it has no effect.
        stream: whether to answer with events.
        partial_images: how many previews of each picture to send on the way.
    """

    request: GenerationRequest
    model: str
    by_url: bool
    file_format: PictureFormat
    compression: int
    quality: str
    stream: bool
    partial_images: int

    @property
    def size(self) -> str:
        """The size as the caller asked for it."""
        if self.request.width is None or self.request.height is None:
            return "auto"
        return f"{self.request.width}x{self.request.height}"


def decode(body: dict[str, Any], limits: Limits | None = None) -> Wish:
    """Read a request, checked; without a seed it gets a random one of 32 bits.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    unsupported.refuse_unknown(body, FIELDS)
    unsupported.refuse(body, _UNSUPPORTED)
    values.choice(body, "background", ("auto", "opaque"), "auto")
    stream = values.flag(body, "stream")
    partial_images = values.whole(body, "partial_images", 0, (0, MOST_PARTIAL_IMAGES))
    by_url = values.choice(body, "response_format", ("b64_json", "url"), "b64_json") == "url"
    if by_url and stream:
        raise InvalidRequest(
            "A stream carries its pictures itself.",
            field="response_format",
            value="url",
            allowed="b64_json",
        )
    wanted = {"prompt": body.get("prompt")} | values.present(body, _EXTRAS) | _size(body)
    wanted["n"] = values.whole(body, "n", 1, (1, MOST_IMAGES))
    wanted.setdefault("seed", secrets.randbits(RANDOM_SEED_BITS))
    if stream and partial_images:
        steps = values.whole(body, "num_inference_steps", DEFAULT_STEPS, (1, Limits().steps[1]))
        wanted["preview_every"] = max(1, steps // (partial_images + 1))
    formats = tuple(PictureFormat)
    return Wish(
        request=_request(wanted, limits),
        model=values.text(body, "model"),
        by_url=by_url,
        file_format=PictureFormat(values.choice(body, "output_format", formats, PictureFormat.PNG)),
        compression=values.whole(body, "output_compression", BEST_QUALITY, (0, BEST_QUALITY)),
        quality=_quality(values.choice(body, "quality", _QUALITIES, "auto")),
        stream=stream,
        partial_images=partial_images if stream else 0,
    )


def encode(
    wish: Wish, pictures: Sequence[bytes | str], size: str, created: datetime
) -> dict[str, Any]:
    """Return the answer.

    Args:
        wish: what was asked for.
        pictures: files, or addresses of files.
        size: the pictures' size, "WxH".
        created: when the request was accepted.
    """
    data = [{"url": p} if isinstance(p, str) else {"b64_json": _text(p)} for p in pictures]
    return {
        "created": int(created.timestamp()),
        "background": "opaque",
        "data": data,
        "output_format": wish.file_format.value,
        "size": size,
    }


def partial_image(wish: Wish, file: bytes, index: int, created: datetime) -> dict[str, Any]:
    """Return the event for a preview, the `index`-th of its picture."""
    kind = "image_generation.partial_image"
    return _event(kind, wish, file, wish.size, created) | {"partial_image_index": index}


def completed(wish: Wish, file: bytes, size: str, created: datetime) -> dict[str, Any]:
    """Return the event for a finished picture; nothing is metered, so its usage is zero."""
    usage = {
        "input_tokens": 0,
        "output_tokens": 0,
        "total_tokens": 0,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
    }
    return _event("image_generation.completed", wish, file, size, created) | {"usage": usage}


def size_of(record: Record) -> str:
    """Return a finished picture's size."""
    return f"{record.width}x{record.height}"


def file_name(index: int, file_format: PictureFormat) -> str:
    """Return the name under which a picture has its address."""
    return f"{index}.{file_format.value}"


def decode_file_name(name: str) -> tuple[int, PictureFormat]:
    """Read a picture's number and its file format.

    Raises:
        NotFound: for any other name.
    """
    match = _FILE_NAME.fullmatch(name)
    if match is None:
        raise NotFound("There is no picture of that name.")
    return int(match[1]), PictureFormat(match[2])


def encode_models(models: Sequence[tuple[str, datetime]]) -> dict[str, Any]:
    """Return the list of models: endpoints, each with the time it was made."""
    return {"object": "list", "data": [encode_model(*model) for model in models]}


def encode_model(name: str, created: datetime) -> dict[str, Any]:
    """Return one model."""
    return {
        "id": name,
        "object": "model",
        "created": int(created.timestamp()),
        "owned_by": "inkcloud",
    }


def status_of(error: InkcloudError) -> int:
    """Return the HTTP status under which this API answers an error: 400 for bad values."""
    return 400 if isinstance(error, InvalidRequest) and error.status == 422 else error.status


def encode_error(error: InkcloudError) -> dict[str, Any]:
    """Return an error in this API's envelope."""
    kind, code = "server_error", error.code
    if isinstance(error, InvalidRequest) or error.status < 500:
        kind = "invalid_request_error"
    if isinstance(error, Unauthorized):
        code = "invalid_api_key"
    return {
        "error": {
            "message": paragraph(error),
            "type": kind,
            "param": error.field,
            "code": code,
        }
    }


def is_final(error: InkcloudError) -> bool:
    """Say whether asking again is of no use, though the status alone would suggest it."""
    return isinstance(error, Cancelled | DeadlineExceeded)


def rename(error: InkcloudError) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    _NAMES.rename(error)
    if error.field in {"width", "height"}:
        error.field = "size"
    return error


def _request(wanted: dict[str, Any], limits: Limits | None) -> GenerationRequest:
    try:
        return _NAMES.decode(wanted, limits)
    except InvalidRequest as error:
        rename(error)
        raise


def _size(body: dict[str, Any]) -> dict[str, int]:
    size = values.text(body, "size", "auto")
    if size == "auto":
        return {}
    match = _SIZE.fullmatch(size)
    if match is None:
        raise InvalidRequest(
            "The size cannot be read.", field="size", value=size, allowed="auto, or WIDTHxHEIGHT"
        )
    return {"width": int(match[1]), "height": int(match[2])}


def _quality(word: str) -> str:
    """Return a word that OpenAI's client knows in an answer."""
    return {"standard": "medium", "hd": "high"}.get(word, word)


def _event(kind: str, wish: Wish, file: bytes, size: str, created: datetime) -> dict[str, Any]:
    return {
        "type": kind,
        "b64_json": _text(file),
        "background": "opaque",
        "created_at": int(created.timestamp()),
        "output_format": wish.file_format.value,
        "quality": wish.quality,
        "size": size,
    }


def _text(file: bytes) -> str:
    return base64.b64encode(file).decode("ascii")
