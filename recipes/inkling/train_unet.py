"""Train the UNet: v prediction on cached latents and cached sentence encodings.

One process a core, each with one thread, gradients averaged once a step: threads that
share every operation spend a busy machine's time waiting for one another.
"""

import argparse
import copy
import json
import math
import os
import random
import tempfile
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as processes
from captions import pool
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from latents import VARIANTS
from paths import CHECKPOINTS, DATASET
from progress import Run
from text_encoder import TextStates, export_text_encoder
from torch import distributed
from train_autoencoder import LATENT_CHANNELS

ROWS = 40  # in each process
LEARNING_RATE = 5e-4
EMPTY_SHARE = 0.1
# How often a picture is drawn, by its Emojibase group: 3 animals and nature, 4 food. The
# first version has too few hours for everything, so it learns what people ask for first.
EMPHASIS = {3: 4.0, 4: 2.0}
# Stable Diffusion's schedule, so that the six samplers' tables fit unchanged.
BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
ALPHAS_CUMPROD = (1 - BETAS).cumprod(0)


def build() -> UNet2DConditionModel:
    """Return the untrained UNet: 19.6 million parameters, attention at 8x8 and 4x4."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(128, 192, 224),
        layers_per_block=1,
        cross_attention_dim=384,
        attention_head_dim=(4, 6, 7),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )


class Batches:
    """Random rows of (latent, sentence encoding)."""

    def __init__(self) -> None:
        self._latents = np.load(DATASET / "latents.npy")
        records = [json.loads(line) for line in (DATASET / "records.jsonl").open()]
        trained = [record for record in records if record["train"]]
        self._pools = [pool(record) for record in trained]
        self._weights = list(accumulate(EMPHASIS.get(r["group"], 1.0) for r in trained))
        self._text = TextStates()
        self._random = random.Random()

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return latents (ROWS, C, h, w) float32 and text (ROWS, L, D) bfloat16."""
        rows = self._random.choices(range(len(self._pools)), cum_weights=self._weights, k=ROWS)
        kinds = [self._random.randrange(VARIANTS) for _ in range(ROWS)]
        sentences = [
            "" if self._random.random() < EMPTY_SHARE else self._random.choice(self._pools[row])
            for row in rows
        ]
        latents = torch.from_numpy(self._latents[rows, kinds].astype(np.float32))
        return latents, self._text(sentences)


def loss_of(model: UNet2DConditionModel, latents: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """Mean squared error of v at timesteps that favour high noise, where the layout forms."""
    timesteps = (torch.sigmoid(torch.randn(len(latents)) * 1.1 + 0.5) * 1000).long().clamp_max(999)
    alpha = ALPHAS_CUMPROD[timesteps].sqrt().float().view(-1, 1, 1, 1)
    sigma = (1 - ALPHAS_CUMPROD[timesteps]).sqrt().float().view(-1, 1, 1, 1)
    noise = torch.randn_like(latents)
    noisy = (alpha * latents + sigma * noise).contiguous(memory_format=torch.channels_last)
    velocity = alpha * noise - sigma * latents
    with torch.autocast("cpu", torch.bfloat16):
        output = model(noisy, timesteps, encoder_hidden_states=text, return_dict=False)[0]
    return (output.float() - velocity).square().mean()


def train(rank: int, options: argparse.Namespace, meeting_point: str) -> None:
    """Train as one of several processes; only the first one prints and saves."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting_point}", rank=rank, world_size=os.cpu_count() or 1
    )
    model = build().to(memory_format=torch.channels_last)
    # Flash attention's backward is slow on a CPU at 16 to 64 tokens.
    model.set_attn_processor(AttnProcessor())
    for weight in model.parameters():
        distributed.broadcast(weight.data, 0)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE, weight_decay=0.01, betas=(0.9, 0.99)
    )
    run = Run(CHECKPOINTS / "unet.pt", options.minutes, quiet=rank != 0)
    parts = {"model": model, "average": average, "optimizer": optimizer}
    run.resume(**parts)
    if options.restart:
        run.seconds = 0.0
    batches = Batches()
    for step in run.steps(**parts):
        loss = loss_of(model, *batches.draw())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(model, run)
        rate = options.learning_rate * min(1, (step + 1) / 200)
        rate *= 0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * run.fraction))
        for group in optimizer.param_groups:
            group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        keep = min(0.996, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        run.report(loss=loss.item())


def average_gradients(model: UNet2DConditionModel, run: Run) -> None:
    """Average over the processes; the first one's clock goes along and becomes everyone's."""
    gradients = [weight.grad for weight in model.parameters()]
    clock = torch.tensor([run.seconds if distributed.get_rank() == 0 else 0.0])
    flat = torch.cat([*(gradient.flatten() for gradient in gradients), clock])
    distributed.all_reduce(flat)
    run.seconds = flat[-1].item()
    pieces = (flat[:-1] / distributed.get_world_size()).split([g.numel() for g in gradients])
    for gradient, piece in zip(gradients, pieces):
        gradient.copy_(piece.view_as(gradient))


def load_average() -> UNet2DConditionModel:
    """Return the averaged weights of the last checkpoint."""
    model = build()
    saved = torch.load(CHECKPOINTS / "unet.pt", weights_only=True)
    model.load_state_dict(saved["average"])
    return model.eval()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument(
        "--restart", action="store_true", help="a new cycle of the learning rate from saved weights"
    )
    options = parser.parse_args()
    export_text_encoder()
    with tempfile.TemporaryDirectory() as folder:
        arguments = (options, str(Path(folder) / "meeting-point"))
        others = range(1, os.cpu_count() or 1)
        context = processes.get_context("spawn")
        for rank in others:
            context.Process(target=train, args=(rank, *arguments), daemon=True).start()
        train(0, *arguments)
