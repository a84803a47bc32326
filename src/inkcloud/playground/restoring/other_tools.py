"""What ComfyUI and InvokeAI write into a picture, in the web UI's words."""

import json
from typing import Any

from inkcloud.domain.infotext import Infotext

COMFY_CHUNK = "prompt"
INVOKE_CHUNK = "invokeai_metadata"
_MOST_HOPS = 32
_SAMPLERS = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "euler_a": "Euler a",
    "dpmpp_2m": "DPM++ 2M",
    "ddim": "DDIM",
    "pndm": "PLMS",
    "lms": "LMS",
}
Node = dict[str, Any]


def read_comfy(text: str) -> Infotext | None:
    """Return what a ComfyUI graph draws with its first sampler; None if it has none."""
    graph = _mapping(_parsed(text))
    sampler = next((node for node in graph.values() if _is_sampler(node)), None)
    if sampler is None:
        return None
    inputs = _mapping(sampler.get("inputs"))
    latent = _mapping(_linked(graph, inputs.get("latent_image")).get("inputs"))
    model = _followed(graph, inputs.get("model"), "ckpt_name", "model")
    facts = {
        "Steps": inputs.get("steps"),
        "Sampler": _sampler(inputs.get("sampler_name")),
        "Schedule type": _schedule(inputs.get("scheduler")),
        "CFG scale": inputs.get("cfg"),
        "Seed": inputs.get("seed", inputs.get("noise_seed")),
        "Size": _size(latent),
        "Model": model,
        "Denoising strength": inputs.get("denoise") if inputs.get("denoise") != 1 else None,
    }
    return Infotext(
        str(_followed(graph, inputs.get("positive"), "text", "conditioning") or ""),
        str(_followed(graph, inputs.get("negative"), "text", "conditioning") or ""),
        _texts(facts),
    )


def read_invoke(text: str) -> Infotext | None:
    """Return what InvokeAI's metadata says; None if they are not of a picture drawn."""
    data = _mapping(_parsed(text))
    if "steps" not in data and "seed" not in data:
        return None
    name = str(data.get("scheduler", ""))
    model = _mapping(data.get("model"))
    facts = {
        "Steps": data.get("steps"),
        "Sampler": _sampler(name.removesuffix("_k")) if name else None,
        "Schedule type": "Karras" if name.endswith("_k") else None,
        "CFG scale": data.get("cfg_scale"),
        "Seed": data.get("seed"),
        "Size": _size(data),
        "Model": model.get("name") or model.get("model_name"),
        "Clip skip": data.get("clip_skip") or None,
        "Denoising strength": data.get("strength"),
    }
    prompts = str(data.get("positive_prompt") or ""), str(data.get("negative_prompt") or "")
    return Infotext(*prompts, _texts(facts))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_sampler(node: object) -> bool:
    return "KSampler" in str(_mapping(node).get("class_type", ""))


def _linked(graph: Node, link: object) -> Node:
    """Return the node that an input comes from: a link is a node's id and an output's number."""
    name = link[0] if isinstance(link, list) and link else None
    return _mapping(graph.get(name)) if isinstance(name, str) else {}


def _followed(graph: Node, link: object, wanted: str, through: str) -> str | None:
    """Follow links of one name until a node has the wanted input as a text."""
    for _ in range(_MOST_HOPS):
        inputs = _mapping(_linked(graph, link).get("inputs"))
        value = inputs.get(wanted)
        if isinstance(value, str):
            return value
        link = value if isinstance(value, list) else inputs.get(through)
    return None


def _sampler(name: object) -> str | None:
    return None if name is None else _SAMPLERS.get(str(name), str(name))


def _schedule(name: object) -> str | None:
    return None if name in {None, "normal"} else str(name)


def _size(values: dict[str, Any]) -> str | None:
    width, height = values.get("width"), values.get("height")
    return f"{width}x{height}" if isinstance(width, int) and isinstance(height, int) else None


def _texts(facts: dict[str, object]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in facts.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
