"""A single-file checkpoint in the original layout of Stable Diffusion 1 or 2."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from inkcloud.checkpoints.clip_vocabulary import LENGTH, VOCABULARY
from inkcloud.checkpoints.family import ALLOWED, check_family
from inkcloud.checkpoints.file_statements import read_native_size, read_prediction
from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.listed import quoted
from inkcloud.checkpoints.modules import RULES, Part
from inkcloud.checkpoints.original_tensors import Tensors, sort_tensors
from inkcloud.checkpoints.rule import check_config
from inkcloud.checkpoints.safetensors_header import pickled, read_header
from inkcloud.checkpoints.shapes import Shapes, is_linear, text_config, unet_config, vae_config
from inkcloud.checkpoints.weight_files import PICKLES
from inkcloud.checkpoints.weights import Weights
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction

_ACTIVATIONS = {1: "quick_gelu", 2: "gelu"}


@dataclass(frozen=True)
class FileComponent(Component):
    """One part of a single file; its `folder` is the file."""

    described_by: ClassVar[str] = "the other tensors' shapes"

    def shown(self, file: str) -> str:
        """Return the single file's name: it has no others."""
        return quoted(self.folder.name)


@dataclass(frozen=True)
class SingleFile:
    """What a single file describes.

    Attributes:
        version: 1 or 2, of Stable Diffusion.
        text_encoder: its settings and tensors.
        unet: the same of the UNet.
        vae: the same of the autoencoder.
        schedule: how the model was trained.
    """

    version: int
    text_encoder: Part
    unet: Part
    vae: Part
    schedule: NoiseSchedule


def open_single_file(path: Path, prediction: Prediction | None = None) -> SingleFile:
    """Read a single file's header and find the three modules in it; no weights are read.

    Args:
        path: a safetensors file.
        prediction: what the UNet predicts; overrides what the file says.

    Raises:
        CheckpointError: for each way in which the file can be wrong.
    """
    _check_kind(path)
    shown = quoted(path.name)
    header = read_header(path, shown)
    check_family(header.tensors, shown)
    found = sort_tensors(header.tensors, shown)
    unet_shapes, vae_shapes, text_shapes = (
        Shapes(shown, owner, {name: entry for name, (_, entry) in tensors.items()})
        for owner, tensors in (
            ("UNet", found.unet),
            ("autoencoder", found.vae),
            ("text encoder", found.text_encoder),
        )
    )
    _check_versions(found.version, unet_shapes)
    predicted = read_prediction(header.metadata, found.version, prediction, shown)
    vae = _part(path, "vae", "AutoencoderKL", vae_config(vae_shapes), found.vae)
    factor = 2 ** (len(vae.config["block_out_channels"]) - 1)
    width, height = read_native_size(header.metadata, found.version, predicted, factor)
    unet = unet_config(unet_shapes, found.layers)
    cells = height // factor, width // factor
    unet["sample_size"] = cells[0] if cells[0] == cells[1] else list(cells)
    text = text_config(text_shapes, _ACTIVATIONS[found.version])
    _check_text(text, shown)
    return SingleFile(
        found.version,
        _part(path, "text_encoder", "CLIPTextModel", text, found.text_encoder),
        _part(path, "unet", "UNet2DConditionModel", unet, found.unet),
        vae,
        NoiseSchedule(prediction=predicted),
    )


def _part(
    path: Path, name: str, class_name: str, config: Mapping[str, Any], tensors: Tensors
) -> Part:
    component = FileComponent(name, class_name, path)
    rules, required = RULES[class_name]
    entries = {name: (path, stored, entry) for name, (stored, entry) in tensors.items()}
    return Part(
        component,
        check_config(config, rules, required, f"{component.shown(name)}: {name}"),
        Weights(component, entries),
    )


def _check_text(config: Mapping[str, Any], shown: str) -> None:
    for name, least in (("vocab_size", VOCABULARY), ("max_position_embeddings", LENGTH)):
        if config[name] < least:
            raise CheckpointError(
                f"The text encoder in {shown} is too small for CLIP's tokenizer, which every "
                "single-file checkpoint takes for granted.",
                field=f"{shown}: {name}",
                value=config[name],
                allowed=f"at least {least}",
            )


def _check_kind(path: Path) -> None:
    shown = quoted(path.name)
    if path.suffix.lower() in PICKLES:
        raise pickled(shown)
    if path.suffix.lower() != ".safetensors":
        raise CheckpointError(
            f"{shown} is not a safetensors file by its name.",
            field="model",
            value=shown,
            allowed="a file whose name ends in .safetensors, or a folder in diffusers' format",
        )


def _check_versions(version: int, unet: Shapes) -> None:
    other = 2 if is_linear(unet) else 1
    if other != version:
        raise CheckpointError(
            f"{unet.shown} has the text encoder of Stable Diffusion {version} and the UNet of "
            f"Stable Diffusion {other}, which do not fit.",
            field=unet.shown,
            allowed=ALLOWED,
        )
