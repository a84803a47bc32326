"""Models of Stable Diffusion's full shape, but narrow: all blocks, layers, and kinds of heads."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from inkcloud.checkpoints.clip_vocabulary import read_merges, vocabulary
from support.tiny_checkpoints import randomise

KINDS = {
    "1.x": (1, "epsilon"),
    "2.x epsilon": (2, "epsilon"),
    "2.x v": (2, "v_prediction"),
}
TEXT_WIDTH = 128
TEXT_LAYERS = 2
_HEADS = {1: 8, 2: [1, 1, 2, 2]}
_WIDTHS = {1: [32, 64, 128, 128], 2: [64, 64, 128, 128]}


def make_narrow_sd(
    folder: Path,
    *,
    version: int,
    prediction: str = "epsilon",
    dtype: torch.dtype = torch.float32,
    small: bool = False,
) -> Path:
    """Write a folder in diffusers' format with random weights; CLIP's own vocabulary.

    Args:
        folder: where to write; made when missing.
        version: 1 or 2, of Stable Diffusion.
        prediction: "epsilon" or "v_prediction".
        dtype: in which the weights are stored.
        small: whether the UNet and the text may be as narrow as the layout allows.
    """
    generator = torch.Generator().manual_seed(version)
    width = 64 if small else TEXT_WIDTH
    native = 96 if prediction == "v_prediction" and version == 2 else 64
    modules = {
        "unet": UNet2DConditionModel(
            sample_size=native,
            block_out_channels=[32] * 4 if small else _WIDTHS[version],
            attention_head_dim=_HEADS[version],
            cross_attention_dim=width,
            use_linear_projection=version == 2,
        ),
        "vae": AutoencoderKL(
            block_out_channels=[32, 32, 32, 32] if small else [32, 32, 64, 64],
            down_block_types=["DownEncoderBlock2D"] * 4,
            up_block_types=["UpDecoderBlock2D"] * 4,
            layers_per_block=2,
            sample_size=native * 8,
        ),
        "text_encoder": CLIPTextModel(_text_config(version, width)),
    }
    for name, module in modules.items():
        randomise(module, generator)
        module.to(dtype).save_pretrained(folder / name, safe_serialization=True)
    _write_tokenizer(folder / "tokenizer", "<|endoftext|>" if version == 1 else "!")
    _write(
        folder / "scheduler" / "scheduler_config.json", _SCHEDULER | {"prediction_type": prediction}
    )
    _write(folder / "model_index.json", _INDEX)
    return folder


def _text_config(version: int, width: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=TEXT_LAYERS,
        num_attention_heads=width // 64,
        max_position_embeddings=77,
        hidden_act="quick_gelu" if version == 1 else "gelu",
        projection_dim=width,
    )


def _write_tokenizer(folder: Path, pad_token: str) -> None:
    merges = read_merges()
    _write(folder / "vocab.json", vocabulary(merges))
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": pad_token,
        "model_max_length": 77,
        "tokenizer_class": "CLIPTokenizer",
    }
    _write(folder / "tokenizer_config.json", settings)


_SCHEDULER = {
    "_class_name": "PNDMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}
_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def _write(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
