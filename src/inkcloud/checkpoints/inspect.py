"""What a model's files say of it, checked without reading its weights."""

import math
from collections import Counter
from pathlib import Path

import torch

from inkcloud.checkpoints.autoencoder import cell_pixels
from inkcloud.checkpoints.memory import MemoryNeed
from inkcloud.checkpoints.modules import Part
from inkcloud.checkpoints.opened_model import OpenedModel, open_model
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction

NUMBERS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def inspect_model(path: Path, prediction: Prediction | None = None) -> ModelFacts:
    """Return a model's facts; only configurations and the headers of weights are read.

    Everything is checked that loading checks before it reads weights: classes, settings,
    the tokenizer, and each tensor's name, shape and number format.

    Args:
        path: a folder in diffusers' format, or one .safetensors file in the original layout.
        prediction: what the UNet predicts, for a model that does not say it; it also
            overrides what the model says.

    Raises:
        CheckpointError: for each way in which a model can be wrong.
    """
    model = open_model(path, prediction)
    _ = model.tokenizer
    for part in model.parts:
        part.skeleton()
    sizes: Counter[str] = Counter()
    for part in model.parts:
        for _, _, entry in part.weights.entries.values():
            sizes[entry.dtype] += entry.end - entry.start
    ((stored, _),) = sizes.most_common(1)
    return ModelFacts(
        layout=model.layout,
        family=_family(model),
        prediction=model.schedule.prediction,
        native_size=_native_size(model),
        unet_parameters=_parameters(model.unet),
        weight_bytes=sizes.total(),
        stored_dtype=NUMBERS[stored],
        memory_half=MemoryNeed.of(model, torch.bfloat16).total,
        memory_single=MemoryNeed.of(model, torch.float32).total,
    )


def _family(model: OpenedModel) -> str:
    if model.text_encoder.component.class_name == "BertModel":
        return "Inkling"
    linear = model.unet.config.get("use_linear_projection", False)
    return "Stable Diffusion 2" if linear else "Stable Diffusion 1"


def _native_size(model: OpenedModel) -> tuple[int, int]:
    size, factor = model.unet.config["sample_size"], cell_pixels(model.vae)
    height, width = (size, size) if isinstance(size, int) else (size[0], size[-1])
    return width * factor, height * factor


def _parameters(part: Part) -> int:
    return sum(math.prod(entry.shape) for _, _, entry in part.weights.entries.values())
