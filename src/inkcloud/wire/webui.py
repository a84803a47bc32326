"""The web UI's API, `/sdapi/v1`: pictures from text or from pictures."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.infotext import infotext
from inkcloud.domain.limits import Limits
from inkcloud.domain.record import Record
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import samplers, unsupported, values, webui_seeds
from inkcloud.wire.error_text import paragraph
from inkcloud.wire.field_names import FieldNames
from inkcloud.wire.webui_seeds import RANDOM

DEFAULT_STEPS = 50
DEFAULT_CFG_SCALE = 7.0
DEFAULT_SAMPLER = "Euler"
DEFAULT_DENOISING = 0.75
PREVIEWS = 10
SCHEDULER = "automatic"
CHECKPOINT = "sd_model_checkpoint"
CHECKPOINT_HASH = "sd_checkpoint_hash"

_SCHEDULERS = ("", SCHEDULER, "use same scheduler")
UNSUPPORTED = {
    "enable_hr": "There is no second pass at a higher resolution.",
    "restore_faces": "Faces are not restored.",
    "tiling": "Tiles are not supported.",
    "s_churn": "The samplers have no churn.",
    "script_name": "There are no scripts.",
    "alwayson_scripts": "There are no scripts.",
    "mask": "Inpainting is not supported.",
}
_NAMES = FieldNames(
    {
        "sampler_name": "scheduler",
        "steps": "num_inference_steps",
        "cfg_scale": "guidance_scale",
        "init_images": "image",
        "denoising_strength": "strength",
        "subseed": "variation_seed",
        "subseed_strength": "variation_strength",
    }
)
_DRAWN = ("prompt", "negative_prompt", "width", "height", "cfg_scale", "steps")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller asked for.

    Attributes:
        requests: one for each iteration, each of a whole batch; with a variation seed one for
            each picture, because the web UI then counts that seed on and keeps the other.
        batch_size: pictures in each iteration.
        iterations: how many there are.
        checkpoint: the endpoint that the caller named, or "".
        send_images: whether to answer with the pictures.
    """

    requests: tuple[GenerationRequest, ...]
    batch_size: int
    iterations: int
    checkpoint: str
    send_images: bool


def decode(body: dict[str, Any], limits: Limits | None = None, *, from_image: bool = False) -> Wish:
    """Read a request, checked; fields that the web UI has and that it does not know are ignored.

    Raises:
        NotFound: for an unknown sampler, as the web UI answers.
        InvalidRequest: names the field as the caller wrote it.
    """
    limits = limits or Limits()
    unsupported.refuse(body, UNSUPPORTED)
    wanted: dict[str, Any] = {"prompt": "", "steps": DEFAULT_STEPS, "cfg_scale": DEFAULT_CFG_SCALE}
    wanted |= values.present(body, _DRAWN)
    wanted["sampler_name"] = _sampler(body)
    if from_image:
        wanted |= _image(body)
    wanted |= webui_seeds.variation(body)
    batch, count = _counts(body, limits)
    seed = webui_seeds.seed(body)
    first = _NAMES.decode(wanted | {"seed": seed, "num_images": batch}, limits)
    first = replace(first, preview_every=max(1, first.num_inference_steps // PREVIEWS))
    requests = webui_seeds.requests(first, batch, count)
    return Wish(
        requests=tuple(_checked(each, limits) for each in requests),
        batch_size=batch,
        iterations=count,
        checkpoint=_checkpoint(body.get("override_settings")),
        send_images=values.flag(body, "send_images", default=True),
    )


def encode(
    wish: Wish, pngs: Sequence[bytes], records: Sequence[Record], *, began: datetime
) -> dict[str, Any]:
    """Return the answer; of an interrupted request only what was finished.

    Args:
        wish: what was asked for.
        pngs: the finished pictures.
        records: the record of each.
        began: when the work was accepted.
    """
    images = [_text(png) for png in pngs] if wish.send_images else []
    return {
        "images": images,
        "parameters": _parameters(wish),
        "info": json.dumps(_info(wish, records, began)),
    }


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a caller's work has come.

    Attributes:
        fraction: from 0 to 1 over all iterations.
        seconds_left: an estimate, 0 if there is none.
        iterations: how many there are.
        iterations_done: how many have ended.
        steps: sampling steps of the one in work.
        steps_done: how many of them are done.
        began: when the work was accepted.
        interrupted: whether the caller asked it to stop.
        skipped: whether the caller asked for the next iteration.
        preview: the latest preview, a PNG.
    """

    fraction: float
    seconds_left: float
    iterations: int
    iterations_done: int
    steps: int
    steps_done: int
    began: datetime | None
    interrupted: bool = False
    skipped: bool = False
    preview: bytes | None = None


IDLE = Standing(
    fraction=0.0,
    seconds_left=0.0,
    iterations=0,
    iterations_done=0,
    steps=0,
    steps_done=0,
    began=None,
)


def encode_progress(standing: Standing) -> dict[str, Any]:
    """Return how far a caller's work has come."""
    stamp = "" if standing.began is None else _stamp(standing.began)
    return {
        "progress": standing.fraction,
        "eta_relative": standing.seconds_left,
        "state": {
            "skipped": standing.skipped,
            "interrupted": standing.interrupted,
            "stopping_generation": standing.interrupted,
            "job": "txt2img" if standing.iterations else "",
            "job_count": standing.iterations,
            "job_timestamp": stamp,
            "job_no": standing.iterations_done,
            "sampling_step": standing.steps_done,
            "sampling_steps": standing.steps,
        },
        "current_image": None if standing.preview is None else _text(standing.preview),
        "textinfo": None,
    }


def encode_samplers() -> list[dict[str, Any]]:
    """Return the samplers under the web UI's names."""
    return [
        {"name": row.web_ui[0], "aliases": list(row.web_ui[1:]), "options": {}}
        for row in samplers.SAMPLERS
    ]


def encode_schedulers() -> list[dict[str, Any]]:
    """Return the only choice of noise levels: each sampler's own."""
    return [
        {
            "name": SCHEDULER,
            "label": SCHEDULER.capitalize(),
            "aliases": None,
            "default_rho": -1.0,
            "need_inner_model": False,
        }
    ]


def encode_model(name: str, model_hash: str | None) -> dict[str, Any]:
    """Return an endpoint as a checkpoint; the hash is known once a replica runs."""
    short = None if model_hash is None else model_hash[:10]
    return {
        "title": title(name, model_hash),
        "model_name": name,
        "hash": short,
        "sha256": model_hash,
        "filename": name,
        "config": None,
    }


def title(name: str, model_hash: str | None) -> str:
    """Return a checkpoint's title, by which clients choose it."""
    return name if model_hash is None else f"{name} [{model_hash[:10]}]"


def name_in(chosen: str) -> str:
    """Return the endpoint's name that a checkpoint's title or name means."""
    return chosen.partition(" [")[0].strip()


def encode_options(name: str, model_hash: str | None) -> dict[str, Any]:
    """Return the options that there are."""
    return {CHECKPOINT: title(name, model_hash), CHECKPOINT_HASH: model_hash}


def decode_options(body: dict[str, Any]) -> str:
    """Return the checkpoint that a caller chooses from now on, or "".

    Raises:
        InvalidRequest: for any other option; nothing else can be set.
    """
    unsupported.refuse_unknown(body, (CHECKPOINT, CHECKPOINT_HASH))
    return name_in(values.text(body, CHECKPOINT))


def encode_error(error: InkcloudError) -> dict[str, Any]:
    """Return an error in the web UI's envelope."""
    return {"error": error.title, "detail": paragraph(error), "body": "", "errors": error.code}


def not_here(what: str) -> NotFound:
    """Return the error for a part of the web UI's API that there is not."""
    return NotFound(f"There is no {what} here.")


def rename(error: InkcloudError) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    _NAMES.rename(error)
    return error


def _sampler(body: dict[str, Any]) -> SamplerName:
    name = body.get("sampler_name") or body.get("sampler_index") or DEFAULT_SAMPLER
    schedule = values.text(body, "scheduler")
    if schedule.strip().casefold() not in _SCHEDULERS:
        raise InvalidRequest(
            "The noise levels cannot be chosen: each sampler has its own.",
            field="scheduler",
            value=schedule,
            allowed=SCHEDULER,
        )
    try:
        return samplers.parse(name, field="sampler_name")
    except InvalidRequest:
        raise NotFound("Sampler not found") from None


def _counts(body: dict[str, Any], limits: Limits) -> tuple[int, int]:
    most = (1, limits.images)
    batch = values.whole(body, "batch_size", 1, most)
    count = values.whole(body, "n_iter", 1, most)
    if batch * count > limits.images:
        raise InvalidRequest(
            f"The request asks for {batch * count} pictures.",
            field="n_iter",
            value=count,
            allowed=f"batch_size x n_iter of at most {limits.images}",
        )
    return batch, count


def _checked(request: GenerationRequest, limits: Limits) -> GenerationRequest:
    try:
        return request.validated(limits)
    except InvalidRequest as error:
        raise rename(error) from None


def _image(body: dict[str, Any]) -> dict[str, Any]:
    images = body.get("init_images")
    if not isinstance(images, list) or len(images) != 1:
        raise InvalidRequest(
            "There must be one picture to start from.",
            field="init_images",
            value=None if images is None else type(images).__name__,
            allowed="a list of one picture as base64",
        )
    strength = body.get("denoising_strength")
    return {
        "init_images": images[0],
        "denoising_strength": DEFAULT_DENOISING if strength is None else strength,
    }


def _checkpoint(settings: object) -> str:
    if settings is None:
        return ""
    if not isinstance(settings, dict):
        raise InvalidRequest(
            "The override_settings are not an object.",
            field="override_settings",
            value=settings,
            allowed=f'an object such as {{"{CHECKPOINT}": "NAME"}}',
        )
    return name_in(values.text(settings, CHECKPOINT))


def _parameters(wish: Wish) -> dict[str, Any]:
    first = wish.requests[0]
    return {
        "prompt": first.prompt,
        "negative_prompt": first.negative_prompt,
        "seed": first.seed,
        "steps": first.num_inference_steps,
        "cfg_scale": first.guidance_scale,
        "sampler_name": first.scheduler.infotext_name,
        "scheduler": SCHEDULER,
        "width": first.width,
        "height": first.height,
        "subseed": _subseed(first),
        "subseed_strength": first.variation_strength,
        "batch_size": wish.batch_size,
        "n_iter": wish.iterations,
        "send_images": wish.send_images,
    }


def _info(wish: Wish, records: Sequence[Record], began: datetime) -> dict[str, Any]:
    first = wish.requests[0]
    seeds = [record.seed for record in records]
    last = records[0] if records else None
    return {
        "prompt": first.prompt,
        "all_prompts": [first.prompt] * len(records),
        "negative_prompt": first.negative_prompt,
        "all_negative_prompts": [first.negative_prompt] * len(records),
        "seed": first.seed,
        "all_seeds": seeds,
        "subseed": _subseed(first),
        "all_subseeds": [
            RANDOM if record.variation_seed is None else record.variation_seed for record in records
        ],
        "subseed_strength": first.variation_strength,
        "width": last.width if last else first.width,
        "height": last.height if last else first.height,
        "sampler_name": first.scheduler.infotext_name,
        "cfg_scale": first.guidance_scale,
        "steps": first.num_inference_steps,
        "batch_size": wish.batch_size,
        "sd_model_name": last.checkpoint if last else None,
        "sd_model_hash": last.checkpoint_hash[:10] if last else None,
        "extra_generation_params": {},
        "index_of_first_image": 0,
        "infotexts": [infotext(record) for record in records],
        "styles": [],
        "job_timestamp": _stamp(began),
    }


def _subseed(request: GenerationRequest) -> int:
    return RANDOM if request.variation_seed is None else request.variation_seed


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S")


def _text(file: bytes) -> str:
    return base64.b64encode(file).decode("ascii")
