"""A checkpoint with an exact, closed-form denoiser recovers its answer through the engine.

Every step count from 1 to 500 is tested where it is quick, in
`tests/sampling`; here the whole path runs: engine, guidance, decoding.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from inkcloud.checkpoints.autoencoder import Autoencoder
from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.device import CPU
from inkcloud.checkpoints.backends.torch_backend import TorchBackend
from inkcloud.checkpoints.late_module import LateModule
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png
from support.engine_run import running_engine, submit
from support.tiny_checkpoints import make_tiny_sd

STEPS = (1, 2, 3, 4, 5, 7, 15, 20, 50, 251, 334, 500)


class PointDenoiser(nn.Module):
    """The best possible network for a data set of one latent.

    It knows noise = (x - sqrt(abar) answer) / sqrt(1 - abar); its input is always of unit
    scale, also for the samplers in sigma space, because those scale it.
    """

    def __init__(self, answer, config, prediction):
        super().__init__()
        self.config = config
        self.answer = answer
        self.prediction = prediction
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
        self.log_ratio = (1 / torch.cumprod(1 - betas, 0) - 1).log() / 2

    def forward(self, latents, timesteps, encoder_hidden_states, return_dict):
        x = latents.double()
        low = timesteps.double().clamp(0, 999).floor()
        share = timesteps.double() - low
        # Fractional timesteps stand for sigmas between two levels, as in k-diffusion.
        ends = [self.log_ratio[(low + k).long().clamp_max(999)].exp() for k in (0, 1)]
        sigma = ((1 - share) * ends[0] + share * ends[1]).view(-1, 1, 1, 1)
        alpha = 1 / (1 + sigma**2).sqrt()
        noise = (x - alpha * self.answer) / (alpha * sigma)
        if self.prediction is Prediction.V:
            return ((alpha * noise - alpha * sigma * self.answer).float(),)
        return (noise.float(),)


class IdentityDecoder(nn.Module):
    config = SimpleNamespace(scaling_factor=1.0)

    def decode(self, latents, return_dict):
        return (latents[:, :3],)


@pytest.mark.slow
@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", SamplerName)
def test_the_answer_comes_back(tmp_path, sampler, prediction):
    loaded = load_checkpoint(
        make_tiny_sd(tmp_path / "sd", prediction=prediction.value), dtype="float32"
    )
    answer = torch.linspace(-0.9, 0.9, 4 * 8 * 8, dtype=torch.float64).view(4, 8, 8)
    denoiser = PointDenoiser(answer, loaded.unet.config, prediction)
    checkpoint = replace(
        loaded,
        backends=Backends(TorchBackend(LateModule(lambda: denoiser), torch.float32, CPU)),
        autoencoder=Autoencoder(LateModule(IdentityDecoder), factor=8, tiny=False),
    )
    expected = ((answer[:3].permute(1, 2, 0).numpy() / 2 + 0.5) * 255).round()

    with running_engine(checkpoint) as engine:
        runs = {
            steps: submit(
                engine,
                GenerationRequest(
                    prompt="x", num_inference_steps=steps, scheduler=sampler, seed=steps
                ),
            )
            for steps in STEPS
        }
        pictures = {
            steps: read_png(watched.finished().pictures[0].png)[0]
            for steps, watched in runs.items()
        }

    # DDIM and PNDM end at the first training level, not at zero noise
    # (set_alpha_to_one is false): 0.029 of unit noise stays, at most 4 sigmas of it.
    allowed = 1 if sampler not in {SamplerName.DDIM, SamplerName.PNDM} else 4 * 0.0292 * 127.5 + 1
    worst = {steps: np.abs(picture - expected).max() for steps, picture in pictures.items()}
    assert {steps: w for steps, w in worst.items() if w > allowed} == {}
