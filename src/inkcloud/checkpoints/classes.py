"""The classes that a model's folder may name. No other is ever built."""

from typing import Any

from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from transformers import BertModel, BertTokenizer, CLIPTextModel, CLIPTokenizer

PIPELINES = ("StableDiffusionPipeline",)
"""Pipelines whose folder means: one text encoder, one UNet, one autoencoder."""

MODELS: dict[str, dict[tuple[str, str], Any]] = {
    "unet": {("diffusers", "UNet2DConditionModel"): UNet2DConditionModel},
    "vae": {
        ("diffusers", "AutoencoderKL"): AutoencoderKL,
        ("diffusers", "AutoencoderTiny"): AutoencoderTiny,
    },
    "text_encoder": {
        ("transformers", "CLIPTextModel"): CLIPTextModel,
        ("transformers", "BertModel"): BertModel,
    },
    "tokenizer": {
        ("transformers", "CLIPTokenizer"): CLIPTokenizer,
        ("transformers", "CLIPTokenizerFast"): CLIPTokenizer,
        ("transformers", "BertTokenizer"): BertTokenizer,
        ("transformers", "BertTokenizerFast"): BertTokenizer,
    },
}

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
