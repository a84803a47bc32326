"""A model that was read and checked as far as that goes without its weights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from inkcloud.checkpoints.fingerprint import fingerprint
from inkcloud.checkpoints.fit import check_fit
from inkcloud.checkpoints.folder import open_folder
from inkcloud.checkpoints.modules import Part, read_part
from inkcloud.checkpoints.schedule import read_schedule
from inkcloud.checkpoints.tokenizer import load_tokenizer
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """Configurations, a tokenizer and the headers of the weights; no weights yet.

    Attributes:
        layout: "folder" or "file".
        text_encoder: its configuration and what its files hold.
        unet: the same of the UNet.
        vae: the same of the autoencoder.
        tokenizer: ready for use.
        schedule: how the model was trained.
        fingerprint: hashes the files that decide the model's pictures, 64 hex digits; takes
            as long as reading them.
    """

    layout: str
    text_encoder: Part
    unet: Part
    vae: Part
    tokenizer: PreTrainedTokenizerBase
    schedule: NoiseSchedule
    fingerprint: Callable[[], str]

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """The text encoder, the UNet and the autoencoder."""
        return self.text_encoder, self.unet, self.vae


def open_model(path: Path, prediction: Prediction | None = None) -> OpenedModel:
    """Read everything small of a model and check that it fits together.

    Args:
        path: a folder in diffusers' format.
        prediction: what the UNet predicts, for a model that does not say it; it also
            overrides what the model says.

    Raises:
        CheckpointError: for each way in which a model can be wrong.
    """
    model = open_folder(path)
    schedule = read_schedule(model["scheduler"], prediction)
    text_encoder, unet, vae = (read_part(model[part]) for part in ("text_encoder", "unet", "vae"))
    check_fit(text_encoder, unet, vae)
    tokenizer = load_tokenizer(
        model["tokenizer"],
        vocabulary=text_encoder.config["vocab_size"],
        positions=text_encoder.config["max_position_embeddings"],
    )
    return OpenedModel(
        "folder", text_encoder, unet, vae, tokenizer, schedule, lambda: fingerprint(path)
    )
