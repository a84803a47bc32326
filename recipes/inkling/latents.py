"""Encode every example's picture once, with the trained autoencoder."""

import argparse
import json
import math
from itertools import islice

import numpy as np
import torch
from arithmetic import fast
from paths import CHECKPOINTS, DATASET, SHIPPED
from train_autoencoder import LATENT_CHANNELS, load_average
from training_examples import examples, load_records

ROWS = 48
PRINT_EVERY = 960
# Pictures of 128 pixels, made smaller by a factor of eight.
SHAPE = (LATENT_CHANNELS, 16, 16)


class Encoded:
    """What has been encoded so far, on disk: a run that is stopped goes on from there.

    Args:
        every: which examples it is of; what was encoded of another choice is kept apart.
    """

    def __init__(self, every: int) -> None:
        self._latents = DATASET / f"latents.every{every}.partial"
        self._lines = DATASET / f"examples.every{every}.partial"
        self._latents.touch()
        self._lines.touch()
        # Lines are written last: what they do not name was cut short.
        text = self._lines.read_text()
        self.count = text.count("\n")
        self._lines.write_text(text[: text.rfind("\n") + 1])

    def add(self, latents: torch.Tensor, lines: list[str]) -> None:
        """Add latents (N, C, h, w) and their examples' N lines."""
        rows = latents.half().numpy()
        with self._latents.open("r+b") as file:
            file.truncate(self.count * rows[0].nbytes)
            file.seek(0, 2)
            file.write(rows.tobytes())
        with self._lines.open("a") as file:
            file.write("".join(lines))
        self.count += len(lines)

    def latents(self) -> np.ndarray:
        """Return all of them (N, C, h, w), float16."""
        values = np.fromfile(self._latents, np.float16, count=self.count * math.prod(SHAPE))
        return values.reshape(-1, *SHAPE)

    def publish(self) -> None:
        """Let the examples be the ones that the UNet learns from."""
        self._lines.rename(DATASET / "examples.jsonl")
        self._latents.unlink()


@torch.no_grad()
def prepare(every: int = 1) -> None:
    """Write `latents.npy` (float16, N x C x h x w, unit variance) and `examples.jsonl`."""
    pictures = np.load(DATASET / "pictures.npy", mmap_mode="r")
    model = load_average().to(memory_format=torch.channels_last)
    encoded = Encoded(every)
    source = islice(examples(load_records(), pictures, every), encoded.count, None)
    while batch := list(islice(source, ROWS)):
        pixels = torch.from_numpy(np.stack([picture for _, picture in batch]))
        pixels = pixels.permute(0, 3, 1, 2).float().div(127.5).sub(1)
        with fast():
            latent = model.encoder(pixels.contiguous(memory_format=torch.channels_last))
        encoded.add(latent.contiguous(), [example.line() for example, _ in batch])
        if encoded.count % PRINT_EVERY == 0:
            print(f"encoded {encoded.count} pictures", flush=True)
    latents = encoded.latents()
    scale = scaling_factor(latents)
    partial = DATASET / "latents.partial.npy"
    np.save(partial, (latents * np.float16(scale)).astype(np.float16))
    (DATASET / "latents.json").write_text(json.dumps({"scaling_factor": scale}))
    encoded.publish()
    partial.rename(DATASET / "latents.npy")
    print(f"{len(latents)} pictures; scaling factor {scale:.4f}")


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
        help="all examples of only every so many pictures, beside those that are often asked for,"
        " and one of each other: 5 is enough for teach_guidance.py, 2 for practise.py",
    )
    prepare(parser.parse_args().every)
