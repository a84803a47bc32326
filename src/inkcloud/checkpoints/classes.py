"""The classes that a model's folder may name. No other is ever built."""

import importlib
from typing import Any

PIPELINES = ("StableDiffusionPipeline",)
"""Pipelines whose folder means: one text encoder, one UNet, one autoencoder."""

MODELS: dict[str, dict[tuple[str, str], str]] = {
    "unet": {("diffusers", "UNet2DConditionModel"): "UNet2DConditionModel"},
    "vae": {
        ("diffusers", "AutoencoderKL"): "AutoencoderKL",
        ("diffusers", "AutoencoderTiny"): "AutoencoderTiny",
    },
    "text_encoder": {
        ("transformers", "CLIPTextModel"): "CLIPTextModel",
        ("transformers", "BertModel"): "BertModel",
    },
    "tokenizer": {
        ("transformers", "CLIPTokenizer"): "CLIPTokenizer",
        ("transformers", "CLIPTokenizerFast"): "CLIPTokenizer",
        ("transformers", "BertTokenizer"): "BertTokenizer",
        ("transformers", "BertTokenizerFast"): "BertTokenizer",
    },
}
"""For each component what it may name, and the class of the same library that is built for it."""

SCHEDULERS = frozenset(
    ("diffusers", f"{name}Scheduler")
    for name in (
        "DDIM",
        "DDPM",
        "PNDM",
        "LMSDiscrete",
        "EulerDiscrete",
        "EulerAncestralDiscrete",
        "HeunDiscrete",
        "DPMSolverMultistep",
        "DPMSolverSinglestep",
        "KDPM2Discrete",
        "KDPM2AncestralDiscrete",
        "DEISMultistep",
        "UniPCMultistep",
    )
)
"""Schedulers that share one meaning of betas; only their numbers are read."""

IGNORED = ("safety_checker", "feature_extractor", "image_encoder")
"""Components of a pipeline that are never loaded."""


def model_class(component: str, library: str, name: str) -> Any:  # noqa: ANN401
    """Return the class that is built for what a component names.

    The library is imported now: diffusers takes seconds, and a picture's first step may need
    none of it.

    Raises:
        KeyError: if that class is not supported.
    """
    return getattr(importlib.import_module(library), MODELS[component][library, name])
