"""Write a folder of Stable Diffusion 2.1's shape and size, with random weights.

    python benchmarks/make_sd21.py FOLDER [--dtype float16] [--prediction v_prediction]

The folder takes 2.6 GB in half precision and loads like the real model; its pictures are
noise. Modules are built without memory and written one tensor at a time, so the script
needs little more memory than one component in half precision.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
VOCABULARY = 49408

UNET = {
    "sample_size": 96,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": [320, 640, 1280, 1280],
    "layers_per_block": 2,
    "down_block_types": [*["CrossAttnDownBlock2D"] * 3, "DownBlock2D"],
    "up_block_types": ["UpBlock2D", *["CrossAttnUpBlock2D"] * 3],
    "attention_head_dim": [5, 10, 20, 20],
    "cross_attention_dim": 1024,
    "use_linear_projection": True,
    "upcast_attention": True,
}
VAE = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "sample_size": 768,
    "scaling_factor": 0.18215,
}
TEXT = {
    "vocab_size": VOCABULARY,
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 23,
    "num_attention_heads": 16,
    "max_position_embeddings": 77,
    "projection_dim": 512,
    "hidden_act": "gelu",
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
}
SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def make_sd21(
    folder: Path,
    *,
    dtype: torch.dtype = torch.float16,
    prediction: str = "v_prediction",
    seed: int = 0,
) -> None:
    """Write the folder.

    Args:
        folder: made when missing.
        dtype: of the stored weights.
        prediction: "v_prediction" (2.1, native 768x768) or "epsilon" (2.1-base, 512x512).
        seed: of the weights.
    """
    generator = torch.Generator().manual_seed(seed)
    unet = UNET | {"sample_size": 96 if prediction == "v_prediction" else 64}
    with torch.device("meta"):
        parts: list[tuple[str, str, dict[str, Any], nn.Module]] = [
            ("unet", "diffusion_pytorch_model", unet, UNet2DConditionModel(**unet)),
            ("vae", "diffusion_pytorch_model", VAE, AutoencoderKL(**VAE)),
            ("text_encoder", "model", TEXT, CLIPTextModel(CLIPTextConfig(**TEXT))),
        ]
    for name, stem, config, module in parts:
        named = {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model"}
        if name != "text_encoder":
            named = {"_class_name": type(module).__name__, "_diffusers_version": "0.42.1"}
        _write_json(folder / name / "config.json", named | config)
        prefix = "text_model." if name == "text_encoder" else ""
        _write_weights(folder / name / f"{stem}.safetensors", module, prefix, dtype, generator)
    _write_tokenizer(folder / "tokenizer")
    scheduler = SCHEDULER | {"prediction_type": prediction}
    _write_json(folder / "scheduler" / "scheduler_config.json", scheduler)
    _write_json(folder / "model_index.json", INDEX)


def _write_weights(
    file: Path, module: nn.Module, prefix: str, dtype: torch.dtype, generator: torch.Generator
) -> None:
    tensors: dict[str, torch.Tensor] = {}
    wanted = module.state_dict()
    begun = time.monotonic()
    for count, (name, weight) in enumerate(wanted.items(), start=1):
        tensors[prefix + name] = _random_weight(name, weight.shape, dtype, generator)
        if count % 50 == 0 or count == len(wanted):
            show = f"\r{file.parent.name}: {count} of {len(wanted)} tensors"
            print(show, end="", file=sys.stderr, flush=True)
    save_file(tensors, file, metadata={"format": "pt"})
    size, seconds = file.stat().st_size / 1e9, time.monotonic() - begun
    print(f", {size:.2f} GB in {seconds:.0f} s", file=sys.stderr)


def _random_weight(
    name: str, shape: torch.Size, dtype: torch.dtype, generator: torch.Generator
) -> torch.Tensor:
    """Return weights that keep signals near 1 through every layer, in any dtype."""
    if len(shape) == 1:
        return (torch.ones if name.endswith("weight") else torch.zeros)(shape, dtype=dtype)
    fan_in = math.prod(shape[1:])
    noise = torch.empty(shape, dtype=torch.float32).normal_(0, 1, generator=generator)
    scale = 0.02 if "embedding" in name and "time" not in name else fan_in**-0.5
    return noise.mul_(scale).to(dtype)


def _write_tokenizer(folder: Path) -> None:
    """Write a byte-level BPE vocabulary of CLIP's size; beyond the bytes it is made up."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = [*map(chr, plain), *(chr(256 + index) for index in range(256 - len(plain)))]
    tokens = symbols + [f"{symbol}</w>" for symbol in symbols]
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    merges: list[tuple[str, str]] = []
    known = set(tokens)
    starts = list(letters)
    for start in starts:
        for letter in letters:
            for right in (letter, f"{letter}</w>"):
                if start + right not in known and len(tokens) < VOCABULARY - 2:
                    merges.append((start, right))
                    tokens.append(start + right)
                    known.add(start + right)
                    starts += [start + right] if right == letter else []
        if len(tokens) == VOCABULARY - 2:
            break
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    _write_json(folder / "vocab.json", {token: index for index, token in enumerate(tokens)})
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "!",
        "model_max_length": 77,
        "tokenizer_class": "CLIPTokenizer",
    }
    _write_json(folder / "tokenizer_config.json", settings)


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dtype", choices=DTYPES, default="float16")
    parser.add_argument("--prediction", choices=["v_prediction", "epsilon"], default="v_prediction")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    make_sd21(
        chosen.folder,
        dtype=DTYPES[chosen.dtype],
        prediction=chosen.prediction,
        seed=chosen.seed,
    )


if __name__ == "__main__":
    main()
