"""Encode every example's picture once, with the trained autoencoder."""

import argparse
import json
from itertools import islice

import numpy as np
import torch
from arithmetic import fast
from paths import CHECKPOINTS, DATASET, SHIPPED
from train_autoencoder import load_average
from training_examples import examples, load_records

ROWS = 48
PRINT_EVERY = 4800


@torch.no_grad()
def prepare(every: int = 1) -> None:
    """Write `latents.npy` (float16, N x C x h x w, unit variance) and `examples.jsonl`."""
    pictures = np.load(DATASET / "pictures.npy", mmap_mode="r")
    model = load_average().to(memory_format=torch.channels_last)
    encoded: list[np.ndarray] = []
    lines: list[str] = []
    source = examples(load_records(), pictures, every)
    while batch := list(islice(source, ROWS)):
        pixels = torch.from_numpy(np.stack([picture for _, picture in batch]))
        pixels = pixels.permute(0, 3, 1, 2).float().div(127.5).sub(1)
        with fast():
            latent = model.encoder(pixels.contiguous(memory_format=torch.channels_last))
        encoded.append(latent.half().numpy())
        lines += [example.line() for example, _ in batch]
        if len(lines) % PRINT_EVERY == 0:
            print(f"encoded {len(lines)} pictures", flush=True)
    latents = np.concatenate(encoded)
    scale = scaling_factor(latents)
    partial = DATASET / "latents.partial.npy"
    np.save(partial, (latents * np.float16(scale)).astype(np.float16))
    (DATASET / "examples.jsonl").write_text("".join(lines))
    (DATASET / "latents.json").write_text(json.dumps({"scaling_factor": scale}))
    partial.rename(DATASET / "latents.npy")
    print(f"{len(lines)} pictures; scaling factor {scale:.4f}")


def scaling_factor(latents: np.ndarray) -> float:
    """Return the factor that gives unit variance; a trained UNet keeps the one it has."""
    known = DATASET / "latents.json"
    if not known.exists() and not (CHECKPOINTS / "autoencoder.pt").exists():
        known = SHIPPED / "vae/config.json"
    if known.exists():
        return float(json.loads(known.read_text())["scaling_factor"])
    return float(1 / latents.astype(np.float32).std())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        help="only every so many pictures: 5 is enough for teach_guidance.py",
    )
    prepare(parser.parse_args().every)
