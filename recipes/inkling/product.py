"""What else the model owes: no copies, a good autoencoder, speed, the stock pipeline's picture."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

import diffusers
import numpy as np
import torch
import transformers
from arithmetic import fast_dtype
from diffusers import StableDiffusionPipeline
from drawing import Drawer
from evaluation import SEED, Evaluation, Row, percent, share
from installed import installed_program
from judge import HELD_OUT_STYLE
from measures import nearest, peak_signal_to_noise, thumbnails
from train_autoencoder import HELD_OUT_EVERY

from inkcloud.domain.generation_request import GenerationRequest

# diffusers and transformers tell about packages that nothing here needs.
diffusers.logging.set_verbosity_error()
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

PSNR_WANTED = 28.0
SECONDS_WANTED = 1.0
COLD_SECONDS_WANTED = 8.0
RUNS = 9
COLD_RUNS = 5
LEVELS = 1
PROMPT = "A photo of an octopus playing chess"


def copy_rows(evaluation: Evaluation) -> list[Row]:
    """Compare with the nearest training picture; beside it, what is usual between real ones."""
    names = evaluation.random_names(evaluation.sizes.names)
    requests = [GenerationRequest(prompt=name, seed=SEED) for name in names]
    drawn = evaluation.drawer.draw("names", requests)
    real = evaluation.real
    known = real.thumbnails
    distances, _ = nearest(thumbnails(drawn), known)
    styles = np.array([record["style"] for record in real.records])
    own = [row for name in names for row in real.of(name, held_out=True)]
    between, _ = nearest(known[own], known[styles != HELD_OUT_STYLE])
    rebuilt, _ = nearest(thumbnails(reconstructed(evaluation, real.pictures[own])), known)
    # As near to a training picture as what the autoencoder makes of that very picture.
    limit = float(np.quantile(rebuilt, 0.95))
    return [
        Row(
            f"distance to the nearest of {len(known)} training pictures, {len(drawn)} drawn ones",
            f"median {np.median(distances):.3f}; real pictures of one style to the other styles"
            f" {np.median(between):.3f}; training pictures through the autoencoder"
            f" {np.median(rebuilt):.3f}",
            "shown",
            None,
        ),
        Row(
            "drawn pictures as near to a training picture as its reconstruction is",
            f"{percent(share(distances <= limit))} (limit {limit:.3f}; real pictures"
            f" {percent(share(between <= limit))})",
            "shown",
            None,
        ),
    ]


def autoencoder_rows(evaluation: Evaluation) -> list[Row]:
    """Measure the PSNR on pictures that the autoencoder's training never saw."""
    stored = evaluation.real.all_pictures[::HELD_OUT_EVERY][: evaluation.sizes.reconstructed]
    ratio = float(peak_signal_to_noise(reconstructed(evaluation, stored), stored).mean())
    return [
        Row(
            f"autoencoder, {len(stored)} held-out pictures",
            f"{ratio:.1f} dB",
            f">= {PSNR_WANTED:.0f} dB",
            ratio >= PSNR_WANTED,
        )
    ]


@torch.inference_mode()
def reconstructed(evaluation: Evaluation, pictures: np.ndarray) -> np.ndarray:
    """Return pictures (N, H, W, 3) uint8 after the exported autoencoder."""
    folder = evaluation.model / "vae"
    kind = json.loads((folder / "config.json").read_text())["_class_name"]
    vae = getattr(diffusers, kind).from_pretrained(folder, dtype=fast_dtype())
    vae = vae.eval().to(memory_format=torch.channels_last)
    made = []
    for start in range(0, len(pictures), 16):
        part = torch.from_numpy(np.ascontiguousarray(pictures[start : start + 16]))
        pixels = part.permute(0, 3, 1, 2).float().div(127.5).sub(1).to(fast_dtype())
        encoded = vae.encode(pixels)
        latent = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mean
        decoded = vae.decode(latent).sample.float().clamp(-1, 1)
        made.append(decoded.add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy())
    return np.concatenate(made)


def speed_rows(evaluation: Evaluation) -> list[Row]:
    """Time the default picture, warm, and the first one of a cold command."""
    request = GenerationRequest(prompt=PROMPT, seed=SEED)
    warm = evaluation.drawer.seconds_per_picture(request, RUNS)
    program = installed_program()
    cold = sorted(_cold_seconds(program, evaluation.model) for _ in range(COLD_RUNS))
    load = os.getloadavg()[0]
    beside = f" ({evaluation.drawer.backend}, load {load:.1f})"
    return [
        Row(
            f"20 steps at guidance 7.5, prompt to PNG, warm, median of {RUNS}",
            f"{warm:.2f} s{beside}",
            f"<= {SECONDS_WANTED:.1f} s",
            warm <= SECONDS_WANTED,
        ),
        Row(
            f"the first picture of a cold `inkcloud generate`, median of {COLD_RUNS}",
            f"{median(cold):.1f} s (torch; {cold[0]:.1f} to {cold[-1]:.1f};"
            " installed without the packages of tests and recipe)",
            f"<= {COLD_SECONDS_WANTED:.0f} s",
            median(cold) <= COLD_SECONDS_WANTED,
        ),
    ]


def _cold_seconds(program: Path, model: Path) -> float:
    """Time one `inkcloud generate` with a data folder that holds nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), "generate", PROMPT, "--seed", str(SEED)]
        command += ["--model", str(model), "--output", str(Path(folder) / "one.png")]
        environment = os.environ | {"INKCLOUD_DATA_DIR": str(Path(folder) / "data")}
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        return time.monotonic() - started


def parity_rows(evaluation: Evaluation) -> list[Row]:
    """Draw the same pictures with the stock pipeline, both in float32."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    pipeline = StableDiffusionPipeline.from_pretrained(evaluation.model, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    prompts = (PROMPT, "a red apple", "a cat and a guitar")[: evaluation.sizes.parity]
    requests = [GenerationRequest(prompt=prompt, seed=SEED) for prompt in prompts]
    with Drawer(evaluation.model, dtype="float32") as drawer:
        drawn = drawer.draw("parity", requests)
    worst = 0
    for prompt, ours in zip(prompts, drawn, strict=True):
        generator = torch.Generator("cpu").manual_seed(SEED)
        stock = pipeline(
            prompt, num_inference_steps=20, guidance_scale=7.5, generator=generator
        ).images[0]
        worst = max(worst, int(np.abs(ours.astype(int) - np.asarray(stock).astype(int)).max()))
    return [
        Row(
            f"the stock pipeline's picture, largest difference over {len(prompts)} prompts",
            f"{worst} of 255",
            f"<= {LEVELS}",
            worst <= LEVELS,
        )
    ]
