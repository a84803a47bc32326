"""A model that was read and checked as far as that goes without its weights."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inkcloud.checkpoints.clip_vocabulary import END, FIRST_TOKEN, clip_tokenizer
from inkcloud.checkpoints.fingerprint import digest, fingerprint
from inkcloud.checkpoints.fit import check_fit
from inkcloud.checkpoints.folder import exists, open_folder
from inkcloud.checkpoints.listed import quoted
from inkcloud.checkpoints.modules import Part, read_part
from inkcloud.checkpoints.schedule import read_schedule
from inkcloud.checkpoints.single_file import open_single_file
from inkcloud.checkpoints.tokenizer import load_tokenizer
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Fingerprint(Protocol):
    """Hashes a model's files."""

    def __call__(self, stop: threading.Event | None = None) -> str:
        """Return 64 hex digits, or raise CheckpointError; `stop` ends it early."""


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """Configurations and the headers of the weights; no weights yet.

    Attributes:
        layout: "folder" or "file".
        text_encoder: its configuration and what its files hold.
        unet: the same of the UNet.
        vae: the same of the autoencoder.
        build_tokenizer: reads it; raises CheckpointError if it cannot be used.
        schedule: how the model was trained.
        fingerprint: hashes the files that decide the model's pictures, 64 hex digits; takes
            as long as reading them.
    """

    layout: str
    text_encoder: Part
    unet: Part
    vae: Part
    build_tokenizer: "Callable[[], PreTrainedTokenizerBase]"
    schedule: NoiseSchedule
    fingerprint: Fingerprint

    @cached_property
    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The tokenizer, read and checked when it is first asked for.

        Raises:
            CheckpointError: if it cannot be used.
        """
        return self.build_tokenizer()

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """The text encoder, the UNet and the autoencoder."""
        return self.text_encoder, self.unet, self.vae


def open_model(path: Path, prediction: Prediction | None = None) -> OpenedModel:
    """Read what is small of a model, but for its tokenizer, and check that it fits together.

    Args:
        path: a folder in diffusers' format, or one safetensors file in the original layout.
        prediction: what the UNet predicts, for a model that does not say it; it also
            overrides what the model says.

    Raises:
        CheckpointError: for each way in which a model can be wrong.
    """
    if not exists(path):
        raise CheckpointError(
            "The model's folder or file does not exist.",
            field="model",
            value=str(path),
            allowed="a folder in diffusers' format, or one .safetensors file",
        )
    return _open_file(path, prediction) if path.is_file() else _open_folder(path, prediction)


def _open_folder(path: Path, prediction: Prediction | None) -> OpenedModel:
    model = open_folder(path)
    schedule = read_schedule(model["scheduler"], prediction)
    text_encoder, unet, vae = (read_part(model[part]) for part in ("text_encoder", "unet", "vae"))
    check_fit(text_encoder, unet, vae)
    return OpenedModel(
        "folder",
        text_encoder,
        unet,
        vae,
        lambda: load_tokenizer(
            model["tokenizer"],
            vocabulary=text_encoder.config["vocab_size"],
            positions=text_encoder.config["max_position_embeddings"],
        ),
        schedule,
        lambda stop=None: fingerprint(path, stop),
    )


def _open_file(path: Path, prediction: Prediction | None) -> OpenedModel:
    model = open_single_file(path, prediction)
    check_fit(model.text_encoder, model.unet, model.vae)
    return OpenedModel(
        "file",
        model.text_encoder,
        model.unet,
        model.vae,
        lambda: clip_tokenizer(END if model.version == 1 else FIRST_TOKEN),
        model.schedule,
        lambda stop=None: digest(path, quoted(path.name), stop),
    )
