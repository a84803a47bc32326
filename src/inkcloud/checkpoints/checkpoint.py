"""A loaded model: text and pictures in, noise predictions, latents to pictures."""

from dataclasses import dataclass
from typing import Any

import torch
from diffusers import AutoencoderTiny
from torch import Tensor

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
        backend: what computes.
        tokenizer: a transformers tokenizer.
        text_encoder: CLIPTextModel or BertModel.
        unet: UNet2DConditionModel.
        vae: AutoencoderKL or AutoencoderTiny.
        schedule: how it was trained.
        told_prediction: what the caller said that the UNet predicts, if anything was said.
    """

    name: str
    sha256: str
    dtype: torch.dtype
    backend: str
    tokenizer: Any
    text_encoder: Any
    unet: Any
    vae: Any
    schedule: NoiseSchedule
    told_prediction: Prediction | None = None

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        return int(self.unet.config.in_channels)

    @property
    def factor(self) -> int:
        """Pixels along one side of a latent cell."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def native_size(self) -> tuple[int, int]:
        """Width and height in pixels that the model was trained for."""
        size = self.unet.config.sample_size
        height, width = (size, size) if isinstance(size, int) else (size[0], size[-1])
        return width * self.factor, height * self.factor

    @property
    def parameters(self) -> int:
        """How many weights the UNet has."""
        return sum(int(weight.numel()) for weight in self.unet.parameters())

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
        with torch.inference_mode():
            output: Tensor = self.unet(
                latents.to(self.dtype),
                timesteps,
                encoder_hidden_states=text.to(self.dtype),
                return_dict=False,
            )[0]
            return output.float()

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
            scaled = (latent / self.vae.config.scaling_factor).to(self.dtype)
            return to_pixels(self.vae.decode(scaled[None], return_dict=False)[0][0])

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
            encoded = self.vae.encode(to_colours(pixels).to(self.dtype))
            if isinstance(self.vae, AutoencoderTiny):
                mean, deviation = encoded.latents[0].float(), None
            else:
                spread = encoded.latent_dist
                mean, deviation = spread.mean[0].float(), spread.std[0].float()
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
        tiny = isinstance(self.vae, AutoencoderTiny)
        if tiny or latent.shape[0] != len(LATENT_TO_RGB):
            return self.decode(latent)
        return linear_preview(latent)
