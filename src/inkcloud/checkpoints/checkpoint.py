"""A loaded model: text and pictures in, noise predictions, latents to pictures."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inkcloud.checkpoints.autoencoder import Autoencoder
from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.image_code import ImageCode
from inkcloud.checkpoints.pixels import Pixels, not_numbers, to_colours, to_pixels
from inkcloud.checkpoints.preview import LATENT_TO_RGB, linear_preview
from inkcloud.checkpoints.text import encode_prompt
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A model's modules and the facts that sampling needs.

    Attributes:
        name: what the model is called in records and pages.
        sha256: fingerprint of its files, 64 hex digits.
        dtype: the arithmetic of all modules.
        device: where torch computes.
        tokenizer: a transformers tokenizer.
        text_encoder: CLIPTextModel or BertModel.
        unet_facts: what is known of the UNet without its weights.
        backends: what computes the UNet.
        autoencoder: latents to pictures and back.
        schedule: how it was trained.
        told_prediction: what the caller said that the UNet predicts, if anything was said.
    """

    name: str
    sha256: str
    dtype: torch.dtype
    device: torch.device
    tokenizer: Any
    text_encoder: Any
    unet_facts: UnetFacts
    backends: Backends
    autoencoder: Autoencoder
    schedule: NoiseSchedule
    told_prediction: Prediction | None = None

    @property
    def unet(self) -> Any:  # noqa: ANN401
        """The UNet2DConditionModel of torch; its weights are read now if they were not before."""
        return self.backends.torch.module

    @property
    def vae(self) -> Any:  # noqa: ANN401
        """The AutoencoderKL or AutoencoderTiny; its weights are read now if they were not."""
        return self.autoencoder.module

    def backend(self, rows: int, width: int, height: int) -> str:
        """Return what computes calls of so many rows for pictures of a size in pixels."""
        shape = CallShape(rows, height // self.factor, width // self.factor)
        return self.backends.of(shape).name

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        return self.unet_facts.channels

    @property
    def factor(self) -> int:
        """Pixels along one side of a latent cell."""
        return self.autoencoder.factor

    @property
    def native_size(self) -> tuple[int, int]:
        """Width and height in pixels that the model was trained for."""
        height, width = self.unet_facts.sample_size
        return width * self.factor, height * self.factor

    @property
    def parameters(self) -> int:
        """How many weights the UNet has."""
        return self.unet_facts.parameters

    def check_size(self, width: int, height: int) -> None:
        """Check that a picture of this size is made of whole latent cells.

        Raises:
            InvalidRequest: if a side is not a multiple of `factor`.
        """
        for field, side in (("width", width), ("height", height)):
            if side <= 0 or side % self.factor:
                raise InvalidRequest(
                    f"The {field} does not fit the model {self.name}.",
                    field=field,
                    value=side,
                    allowed=f"a multiple of {self.factor}",
                )

    def encode(self, prompt: str) -> Tensor:
        """Return a prompt's embedding, (L, D) in the model's dtype."""
        return encode_prompt(self.tokenizer, self.text_encoder, prompt)

    def predict(self, latents: Tensor, timesteps: Tensor, text: Tensor) -> Tensor:
        """Run the UNet once.

        Args:
            latents: (R, C, h, w) float32, one row a sample, scaled as the sampler says.
            timesteps: (R,) float32, in training steps.
            text: (R, L, D) in any float dtype.

        Returns:
            (R, C, h, w) float32: noise or velocity, as `schedule.prediction` says.
        """
        return self.backends.predict(latents, timesteps, text)

    def decode(self, latent: Tensor) -> Pixels:
        """Return the picture of a finished latent.

        Args:
            latent: (C, h, w) float32.

        Returns:
            (H, W, 3) uint8.

        Raises:
            CheckpointError: if the model gives values that are not numbers.
        """
        with torch.inference_mode():
            scaled = (latent / self.vae.config.scaling_factor).to(self.device, self.dtype)
            return to_pixels(self.vae.decode(scaled[None], return_dict=False)[0][0].cpu())

    def encode_image(self, pixels: Pixels) -> ImageCode:
        """Return what the autoencoder makes of a picture.

        AutoencoderKL gives a distribution, of which diffusers' pipelines draw a sample;
        AutoencoderTiny gives one latent.

        Args:
            pixels: (H, W, 3) uint8, with sides that `check_size` accepts.

        Raises:
            CheckpointError: if the model gives values that are not numbers.
        """
        with torch.inference_mode():
            encoded = self.vae.encode(to_colours(pixels).to(self.device, self.dtype))
            if self.autoencoder.tiny:
                mean, deviation = _on_cpu(encoded.latents[0]), None
            else:
                spread = encoded.latent_dist
                mean, deviation = _on_cpu(spread.mean[0]), _on_cpu(spread.std[0])
        parts = [mean] if deviation is None else [mean, deviation]
        if not all(bool(torch.isfinite(part).all()) for part in parts):
            raise not_numbers()
        return ImageCode(mean, deviation, float(self.vae.config.scaling_factor))

    def preview(self, latent: Tensor) -> Pixels:
        """Return a cheap look at an estimate without noise.

        Args:
            latent: (C, h, w) float32.

        Returns:
            (h', w', 3) uint8: full size from a tiny decoder, one pixel a cell from the
            linear approximation of four-channel latents.
        """
        if self.autoencoder.tiny or latent.shape[0] != len(LATENT_TO_RGB):
            return self.decode(latent)
        return linear_preview(latent)


def _on_cpu(values: Tensor) -> Tensor:
    return values.to("cpu", torch.float32)
