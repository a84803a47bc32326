"""Train the autoencoder: AutoencoderTiny, factor 8, eight latent channels.

It has no normalisation layers, which are what a CPU is slow at, and almost no work at
full resolution; see README.md for the speeds that were measured.
"""

import argparse
import copy
import math

import numpy as np
import torch
from arithmetic import fast
from diffusers import AutoencoderTiny
from give_way import give_way
from paths import CHECKPOINTS, DATASET, SHIPPED
from progress import Run
from torch.nn import functional

LATENT_CHANNELS = 8
CROP = 64
BATCH = 48
LEARNING_RATE = 1.5e-3
LATENT_NOISE = 0.08
LATENT_PENALTY = 2e-3
EDGE_WEIGHT = 0.5
HELD_OUT_EVERY = 50


def build() -> AutoencoderTiny:
    """Return the untrained autoencoder."""
    return AutoencoderTiny(
        encoder_block_out_channels=(64,) * 4,
        decoder_block_out_channels=(64,) * 4,
        num_encoder_blocks=(0, 2, 3, 3),
        num_decoder_blocks=(3, 3, 2, 0),
        latent_channels=LATENT_CHANNELS,
    )


def crops(pictures: np.ndarray, generator: np.random.Generator) -> torch.Tensor:
    """Draw BATCH random crops, flipped at random: (BATCH, 3, CROP, CROP) in [-1, 1]."""
    batch = np.empty((BATCH, CROP, CROP, 3), np.uint8)
    limit = pictures.shape[1] - CROP + 1
    for row, index in enumerate(generator.integers(len(pictures), size=BATCH)):
        top, left = generator.integers(limit, size=2)
        crop = pictures[index, top : top + CROP, left : left + CROP]
        batch[row] = crop[:, ::-1] if generator.random() < 0.5 else crop
    return torch.from_numpy(batch).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def edges(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return picture.diff(dim=-1), picture.diff(dim=-2)


def train(minutes: float) -> None:
    torch.manual_seed(0)
    pictures = np.load(DATASET / "pictures.npy", mmap_mode="r")
    pictures = np.asarray(pictures[np.arange(len(pictures)) % HELD_OUT_EVERY != 0])
    generator = np.random.default_rng()
    model = build().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=1e-4)
    run = Run(CHECKPOINTS / "autoencoder.pt", minutes)
    parts = {"model": model, "average": average, "optimizer": optimizer}
    run.resume(**parts)
    for step in run.steps(**parts):
        rate = LEARNING_RATE * min(1, (step + 1) / 200)
        rate *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * run.fraction))
        for group in optimizer.param_groups:
            group["lr"] = rate
        picture = crops(pictures, generator).to(memory_format=torch.channels_last)
        with fast():
            latent = model.encoder(picture)
            noisy = latent + LATENT_NOISE * torch.randn_like(latent)
            decoded = model.decoder(noisy).float()
        error = decoded - picture
        edge = sum(functional.l1_loss(a, b) for a, b in zip(edges(decoded), edges(picture)))
        loss = error.abs().mean() + error.square().mean() + EDGE_WEIGHT * edge
        loss = loss + LATENT_PENALTY * latent.float().square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        keep = min(0.998, (step + 1) / (step + 10))
        with torch.no_grad():
            for old, new in zip(average.parameters(), model.parameters()):
                old.lerp_(new, 1 - keep)
        psnr = -10 * math.log10(error.square().mean().item() / 4)
        run.report(loss=loss.item(), psnr=psnr, latent=latent.float().std().item())
    print(f"held-out PSNR {held_out_psnr(average):.2f} dB")


@torch.no_grad()
def held_out_psnr(model: AutoencoderTiny) -> float:
    """Mean PSNR in dB over the pictures that training never saw."""
    pictures = np.load(DATASET / "pictures.npy", mmap_mode="r")[::HELD_OUT_EVERY]
    values = []
    for batch in np.array_split(pictures, len(pictures) // 16):
        picture = torch.from_numpy(batch).permute(0, 3, 1, 2).float().div(127.5).sub(1)
        decoded = model.decoder(model.encoder(picture)).clamp(-1, 1)
        mean_square = (decoded - picture).square().mean(dim=(1, 2, 3)) / 4
        values.append(-10 * mean_square.clamp_min(1e-10).log10())
    return torch.cat(values).mean().item()


def load_average() -> AutoencoderTiny:
    """Return the averaged weights of the last checkpoint, or without one those that ship."""
    checkpoint = CHECKPOINTS / "autoencoder.pt"
    if checkpoint.exists():
        model = build()
        model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    else:
        model = AutoencoderTiny.from_pretrained(SHIPPED / "vae", dtype=torch.float32)
    return model.eval().to(memory_format=torch.channels_last)


if __name__ == "__main__":
    give_way()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    train(parser.parse_args().minutes)
