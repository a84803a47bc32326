"""A picture of the history in words."""

from dataclasses import replace
from typing import Any

from inkcloud.client import HistoryPicture
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.link import START_FIELD, generate_query
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.wording import duration, pixels_text

_SHORT = 200


def value(picture: HistoryPicture, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a picture was drawn with: as its record says, or as it was asked for."""
    return picture.record.get(name, picture.request.get(name))


def prompt_of(picture: HistoryPicture) -> str:
    """Return a picture's prompt."""
    return str(value(picture, "prompt") or "A picture without a prompt")


def short_prompt(picture: HistoryPicture) -> str:
    """Return a picture's prompt, cut if it is long."""
    prompt = prompt_of(picture)
    return prompt if len(prompt) <= _SHORT else prompt[: _SHORT - 1] + "…"


def short_facts(picture: HistoryPicture) -> str:
    """Return the parameters that tell pictures of one prompt apart."""
    parts = [str(value(picture, "scheduler") or "")]
    steps, guidance = value(picture, "num_inference_steps"), value(picture, "guidance_scale")
    if steps is not None:
        parts.append(f"{steps} steps")
    if isinstance(guidance, int | float):
        parts.append(f"guidance {guidance:g}")
    parts.append(f"seed {value(picture, 'seed')}")
    return ", ".join(part for part in parts if part)


def facts(picture: HistoryPicture) -> dict[str, str]:
    """Return all that a picture was drawn with, by label."""
    width, height = value(picture, "width"), value(picture, "height")
    size = pixels_text(width, height) if isinstance(width, int) and isinstance(height, int) else ""
    varied = value(picture, "variation_seed")
    told = {
        "Prompt": prompt_of(picture),
        "Negative prompt": str(value(picture, "negative_prompt") or "none"),
        "Steps": str(value(picture, "num_inference_steps")),
        "Scheduler": str(value(picture, "scheduler")),
        "Guidance scale": str(value(picture, "guidance_scale")),
        "Seed": str(value(picture, "seed")),
        "Variation": _variation(picture) if varied is not None else "",
        "Size": size,
        "Model": str(value(picture, "checkpoint") or ""),
        "Endpoint": picture.endpoint,
        "Finished": f"{picture.created:%Y-%m-%d %H:%M} UTC",
        "Took": duration(picture.seconds),
        "Began as": "an image, not noise alone" if began_as_image(picture) else "",
    }
    return {label: text for label, text in told.items() if text}


def began_as_image(picture: HistoryPicture) -> bool:
    """Say whether a picture was drawn from another one."""
    return value(picture, "strength") is not None and bool(picture.request.get("image"))


def playground_query(picture: HistoryPicture) -> dict[str, str] | None:
    """Return the query by which the page Generate draws this very picture; None if it cannot.

    Each picture of a generation has a seed of its own, which its record says.
    """
    try:
        parameters = Parameters(
            negative_prompt=str(value(picture, "negative_prompt") or ""),
            steps=int(value(picture, "num_inference_steps")),
            scheduler=SamplerName.parse(value(picture, "scheduler")),
            guidance_scale=float(value(picture, "guidance_scale")),
            seed=str(value(picture, "seed")),
            width=value(picture, "width"),
            height=value(picture, "height"),
            variation_seed=_text(picture.record.get("variation_seed")),
            variation_strength=float(picture.record.get("variation_strength") or 0.0),
        )
        start = {}
        if began_as_image(picture):
            parameters = replace(parameters, strength=float(value(picture, "strength")))
            start = {START_FIELD: picture.id}
        return generate_query(str(value(picture, "prompt") or ""), [parameters]) | start
    except (InvalidRequest, TypeError, ValueError):
        return None  # a service of somebody's own may have drawn it, with values of its own


def file_name(picture: HistoryPicture) -> str:
    """Return a name for the downloaded file that tells the settings."""
    names = ("scheduler", "num_inference_steps", "guidance_scale", "seed")
    parts = [str(value(picture, name)) for name in names if value(picture, name) is not None]
    return "-".join(["inkcloud", *parts]) + ".png"


def _variation(picture: HistoryPicture) -> str:
    strength = float(value(picture, "variation_strength") or 0.0)
    return f"{strength:.0%} of seed {value(picture, 'variation_seed')}" if strength else ""


def _text(seed: object) -> str:
    return "" if seed is None else str(seed)
