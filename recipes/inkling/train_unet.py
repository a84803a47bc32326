"""Train the UNet: v prediction on cached latents and cached sentence encodings.

One process a core, each with one thread, gradients averaged once a step: threads that
share every operation spend a busy machine's time waiting for one another.
"""

import argparse
import json
import math
import os
import random
from collections import defaultdict
from itertools import accumulate

import numpy as np
import torch
import torch.multiprocessing as processes
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from give_way import give_way
from group_norm import use_fast_group_norm
from paths import CHECKPOINTS, DATASET, SHIPPED
from progress import Run
from shared_weights import SharedWeights, SliceOptimizer, attach, fill, views
from text_states import TextStates
from train_autoencoder import LATENT_CHANNELS
from training_examples import SHARES, load_records
from understood import clear_sentences, unclear_descriptions

ROWS = 40  # in each process
LEARNING_RATE = 5e-4
EMPTY_SHARE = 0.1
# How often a picture is drawn, by its Emojibase group: 3 animals and nature, 4 food, 5 places
# and vehicles. They are what people ask for first, and harder than faces and signs.
EMPHASIS = {3: 2.5, 4: 2.0, 5: 1.5}
# The styles that a sentence must name to get them are drawn less often.
STYLE_EMPHASIS = {"simple sticker": 0.7, "rounded": 0.6, "classic": 0.6}
# Stable Diffusion's schedule, so that the six samplers' tables fit unchanged.
BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
ALPHAS_CUMPROD = (1 - BETAS).cumprod(0)


def build() -> UNet2DConditionModel:
    """Return the untrained UNet: 20.2 million parameters, attention at 8x8 and 4x4.

    Cross-attention places what the sentence names; its pooled states, added to the time
    embedding, say it to every block at once.
    """
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(128, 192, 224),
        layers_per_block=1,
        cross_attention_dim=384,
        attention_head_dim=(4, 6, 7),
        addition_embed_type="text",
        addition_embed_type_num_heads=6,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )


class Batches:
    """Random rows of (latent, sentence encoding)."""

    def __init__(self) -> None:
        self._latents = np.load(DATASET / "latents.npy", mmap_mode="r")
        lines = [json.loads(line) for line in (DATASET / "examples.jsonl").open()]
        records = load_records()
        weights = [emphasis([records[row] for row in line["records"]]) for line in lines]
        totals: dict[str, float] = defaultdict(float)
        for line, weight in zip(lines, weights):
            totals[line["kind"]] += weight
        shares = [SHARES[e["kind"]] * w / totals[e["kind"]] for e, w in zip(lines, weights)]
        self._cumulative = list(accumulate(shares))
        unclear = unclear_descriptions()
        self._sentences = [clear_sentences(line, records, unclear) for line in lines]
        self._text = TextStates()
        self._random = random.Random()

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return latents (ROWS, C, h, w) float32 and text (ROWS, L, D) bfloat16."""
        everything = range(len(self._sentences))
        rows = self._random.choices(everything, cum_weights=self._cumulative, k=ROWS)
        sentences = [
            "" if self._random.random() < EMPTY_SHARE else self._random.choice(self._sentences[row])
            for row in rows
        ]
        latents = torch.from_numpy(self._latents[rows].astype(np.float32))
        return latents, self._text(sentences)


def emphasis(shown: list[dict]) -> float:
    """Return how often a picture of these records is drawn, against others of its kind."""
    group = EMPHASIS.get(max(record["group"] for record in shown), 1.0)
    return group * STYLE_EMPHASIS.get(shown[0]["style"], 1.0)


def loss_of(model: UNet2DConditionModel, latents: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    """Mean squared error of v at timesteps that favour high noise, where the layout forms."""
    timesteps = (torch.sigmoid(torch.randn(len(latents)) * 1.1 + 0.5) * 1000).long().clamp_max(999)
    alpha = ALPHAS_CUMPROD[timesteps].sqrt().float().view(-1, 1, 1, 1)
    sigma = (1 - ALPHAS_CUMPROD[timesteps]).sqrt().float().view(-1, 1, 1, 1)
    noise = torch.randn_like(latents)
    noisy = (alpha * latents + sigma * noise).contiguous(memory_format=torch.channels_last)
    velocity = alpha * noise - sigma * latents
    output = model(noisy.bfloat16(), timesteps, encoder_hidden_states=text, return_dict=False)[0]
    return (output.float() - velocity).square().mean()


def train(rank: int, options: argparse.Namespace, shared: SharedWeights) -> None:
    """Train as one of several processes; only the first one prints and saves."""
    torch.set_num_threads(1)
    model = build().to(torch.bfloat16, memory_format=torch.channels_last)
    # Flash attention's backward is slow on a CPU at 16 to 64 tokens.
    model.set_attn_processor(AttnProcessor())
    use_fast_group_norm(model)
    attach(shared, rank, model)
    optimizer = SliceOptimizer(shared, rank, weight_decay=0.01, betas=(0.9, 0.99))
    run = Run(CHECKPOINTS / "unet.pt", options.minutes, quiet=rank != 0)
    run.step, run.seconds = options.step, shared.clock.item()
    batches = Batches()
    for step in run.steps(weights=shared):
        loss = loss_of(model, *batches.draw())
        shared.gradients[rank].zero_()
        loss.backward()
        optimizer.step(rate_at(run.fraction, step, options.learning_rate))
        # Everyone follows the first process's clock.
        if rank == 0:
            shared.clock.fill_(run.seconds)
        else:
            run.seconds = shared.clock.item()
        run.report(loss=loss.item())


def rate_at(fraction: float, step: int, peak: float) -> float:
    """Return the learning rate: a short warm-up, then half a cosine down to 3 %."""
    return peak * min(1, (step + 1) / 200) * (0.03 + 0.97 * (1 + math.cos(math.pi * fraction)) / 2)


def load_average() -> UNet2DConditionModel:
    """Return the averaged weights of the last checkpoint."""
    model = build()
    saved = torch.load(CHECKPOINTS / "unet.pt", weights_only=True)["weights"]
    for weight, part in views(saved["average"], model):
        weight.data.copy_(part)
    return model.eval()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument(
        "--restart", action="store_true", help="a new cycle of the learning rate from saved weights"
    )
    parser.add_argument(
        "--from-scratch", action="store_true", help="do not begin with the weights that ship"
    )
    options = parser.parse_args()
    give_way()
    world = os.cpu_count() or 1
    first = build()
    # The UNet that ships knows the latents of the autoencoder that ships, and of no other.
    if not options.from_scratch and not (CHECKPOINTS / "autoencoder.pt").exists():
        first = UNet2DConditionModel.from_pretrained(SHIPPED / "unet", dtype=torch.float32)
    shared = SharedWeights(sum(weight.numel() for weight in first.parameters()), world)
    fill(shared.master, first)
    shared.load_state_dict({"master": shared.master, "average": shared.master})
    run = Run(CHECKPOINTS / "unet.pt", options.minutes)
    run.resume(weights=shared)
    options.step = run.step
    shared.clock.fill_(0.0 if options.restart else run.seconds)
    context = processes.get_context("spawn")
    for rank in range(1, world):
        context.Process(target=train, args=(rank, options, shared), daemon=True).start()
    train(0, options, shared)
