"""Encode every training picture once: as it is, mirrored, and smaller and off-centre."""

import json

import numpy as np
import torch
from paths import DATASET
from PIL import Image
from train_autoencoder import load_average

VARIANTS = 3


def variants(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return (VARIANTS, H, W, 3) of one picture."""
    size = picture.shape[0]
    side = int(size * generator.uniform(0.7, 0.95))
    small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (size, size), "white")
    canvas.paste(small, tuple(int(n) for n in generator.integers(0, size - side + 1, size=2)))
    shifted = np.asarray(canvas)
    shifted = shifted[:, ::-1] if generator.random() < 0.5 else shifted
    return np.stack([picture, picture[:, ::-1], shifted])


@torch.no_grad()
def prepare() -> None:
    """Write `latents.npy` (float16, N x VARIANTS x C x h x w), scaled to unit variance."""
    pictures = np.load(DATASET / "pictures.npy", mmap_mode="r")
    records = [json.loads(line) for line in (DATASET / "records.jsonl").open()]
    trained = [index for index, record in enumerate(records) if record["train"]]
    model = load_average()
    generator = np.random.default_rng(0)
    encoded = []
    for done, chunk in enumerate(np.array_split(trained, len(trained) // 16), 1):
        batch = np.concatenate([variants(pictures[index], generator) for index in chunk])
        pixels = torch.from_numpy(batch).permute(0, 3, 1, 2).float().div(127.5).sub(1)
        with torch.autocast("cpu", torch.bfloat16):
            latent = model.encoder(pixels.to(memory_format=torch.channels_last))
        encoded.append(latent.float().unflatten(0, (len(chunk), VARIANTS)).numpy())
        if done % 50 == 0:
            print(f"encoded {done * 16} of {len(trained)} pictures", flush=True)
    latents = np.concatenate(encoded)
    scale = float(1 / latents.std())
    (DATASET / "latents.json").write_text(json.dumps({"scaling_factor": scale}))
    np.save(DATASET / "latents.npy", (latents * scale).astype(np.float16))
    per_channel = (latents * scale).std(axis=(0, 1, 3, 4)).round(2)
    print(f"scaling factor {scale:.4f}; standard deviation by channel {per_channel}")


if __name__ == "__main__":
    prepare()
