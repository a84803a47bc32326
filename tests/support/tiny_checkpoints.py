"""Small random models in diffusers' folder format, quick enough for every test."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from torch import nn
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
)

WORDS = ("a", "photo", "of", "an", "octopus", "playing", "chess", "red", "cat", "blurry")
TEXT_WIDTH = 32
TEXT_LENGTH = 16


def make_tiny_sd(
    folder: Path,
    *,
    prediction: str = "epsilon",
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    text: str = "clip",
    vae: str = "kl",
    latent_channels: int = 4,
    sample_size: int = 8,
    unet_settings: dict[str, Any] | None = None,
    vae_settings: dict[str, Any] | None = None,
) -> Path:
    """Write a model of Stable Diffusion's shape with random weights; about 3 MB.

    The stock `StableDiffusionPipeline.from_pretrained(folder)` loads it too. The weights
    are scaled so that the UNet's output has a size near 1 and depends on its text, its
    timestep and its latent.

    Args:
        folder: where to write; made when missing.
        prediction: "epsilon" or "v_prediction".
        seed: of the weights.
        dtype: in which the weights are stored.
        text: "clip" (CLIPTextModel, no attention mask) or "bert" (BertModel with one).
        vae: "kl" (AutoencoderKL, factor 8) or "tiny" (AutoencoderTiny, factor 8).
        latent_channels: of UNet and autoencoder.
        sample_size: native size, in latent cells.
        unet_settings: other settings of the UNet.
        vae_settings: other settings of an AutoencoderKL.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    text_class, tokenizer_class = _write_text(folder, text, generator, dtype)
    unet = UNet2DConditionModel(
        **{**_unet_config(latent_channels, sample_size), **(unet_settings or {})}
    )
    autoencoder = _autoencoder(vae, latent_channels, vae_settings or {})
    for name, module in (("unet", unet), ("vae", autoencoder)):
        randomise(module, generator)
        module.to(dtype).save_pretrained(folder / name, safe_serialization=True)
    _write_json(folder / "scheduler" / "scheduler_config.json", _scheduler(prediction))
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.42.1",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", text_class],
        "tokenizer": ["transformers", tokenizer_class],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", type(autoencoder).__name__],
    }
    _write_json(folder / "model_index.json", index)
    return folder


def _unet_config(latent_channels: int, sample_size: int) -> dict[str, Any]:
    return {
        "sample_size": sample_size,
        "in_channels": latent_channels,
        "out_channels": latent_channels,
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "norm_num_groups": 8,
        "attention_head_dim": (2, 4),
        "cross_attention_dim": TEXT_WIDTH,
        "use_linear_projection": True,
    }


def _autoencoder(
    kind: str, latent_channels: int, settings: dict[str, Any]
) -> AutoencoderKL | AutoencoderTiny:
    if kind == "tiny":
        return AutoencoderTiny(
            encoder_block_out_channels=(16, 16, 16, 16),
            decoder_block_out_channels=(16, 16, 16, 16),
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(1, 1, 1, 1),
            latent_channels=latent_channels,
            scaling_factor=0.7,
        )
    values = {
        "block_out_channels": (8, 8, 16, 16),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "latent_channels": latent_channels,
        "sample_size": 64,
        "scaling_factor": 0.18215,
    }
    return AutoencoderKL(**(values | settings))


def _scheduler(prediction: str) -> dict[str, Any]:
    return {
        "_class_name": "PNDMScheduler",
        "_diffusers_version": "0.42.1",
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "num_train_timesteps": 1000,
        "prediction_type": prediction,
        "set_alpha_to_one": False,
        "skip_prk_steps": True,
        "steps_offset": 1,
        "trained_betas": None,
    }


def _write_text(
    folder: Path, kind: str, generator: torch.Generator, dtype: torch.dtype
) -> tuple[str, str]:
    """Write the text encoder and the tokenizer; return their class names."""
    if kind == "bert":
        tokenizer, encoder = _bert()
    else:
        tokenizer, encoder = _clip()
    randomise(encoder, generator)
    encoder.to(dtype).save_pretrained(folder / "text_encoder", safe_serialization=True)
    tokenizer.save_pretrained(folder / "tokenizer")
    if kind != "bert":
        _write_vocabulary(folder / "tokenizer", tokenizer)
    return type(encoder).__name__, type(tokenizer).__name__


def _clip() -> tuple[CLIPTokenizer, CLIPTextModel]:
    vocabulary, merges = clip_vocabulary()
    tokenizer = CLIPTokenizer(
        vocab=vocabulary, merges=merges, model_max_length=TEXT_LENGTH, pad_token="!"
    )
    config = CLIPTextConfig(
        vocab_size=len(vocabulary),
        hidden_size=TEXT_WIDTH,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=TEXT_LENGTH,
        projection_dim=TEXT_WIDTH,
        hidden_act="gelu",
        pad_token_id=vocabulary["!"],
        bos_token_id=vocabulary["<|startoftext|>"],
        eos_token_id=vocabulary["<|endoftext|>"],
    )
    return tokenizer, CLIPTextModel(config)


def _bert() -> tuple[BertTokenizer, BertModel]:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,!?'-0123456789", *letters]
    tokens += [f"##{letter}" for letter in letters] + [word for word in WORDS if len(word) > 1]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=TEXT_LENGTH)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=TEXT_WIDTH,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=TEXT_LENGTH,
        use_attention_mask=True,
    )
    return tokenizer, BertModel(config)


def clip_vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return a small byte-level BPE vocabulary of CLIP's kind, and its merges."""
    symbols = byte_symbols()
    tokens = symbols + [f"{symbol}</w>" for symbol in symbols]
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        left = word[0]
        for place, letter in enumerate(word[1:], start=2):
            right = f"{letter}</w>" if place == len(word) else letter
            if left + right not in tokens:
                merges.append((left, right))
                tokens.append(left + right)
            left += right
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return {token: index for index, token in enumerate(tokens)}, merges


def byte_symbols() -> list[str]:
    """Return one printable character for each of the 256 bytes, "!" first, as CLIP does."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = 256 - len(plain)
    return [chr(code) for code in plain] + [chr(256 + index) for index in range(others)]


def _write_vocabulary(folder: Path, tokenizer: CLIPTokenizer) -> None:
    """Replace tokenizer.json by the two files that Stable Diffusion's folders have."""
    vocabulary, merges = clip_vocabulary()
    (folder / "tokenizer.json").unlink()
    _write_json(folder / "vocab.json", vocabulary)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def randomise(module: nn.Module, generator: torch.Generator) -> None:
    """Give every weight a size that keeps signals near 1, the zero-initialised ones too."""
    with torch.no_grad():
        for name, weight in module.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.ndim == 1:
                is_scale = name.endswith("weight")
                weight.copy_(0.1 * noise + (1.0 if is_scale else 0.0))
            else:
                fan_in = weight[0].numel() if "embedding" not in name else 1
                # The prompt's part is made large, so that guidance has something to guide.
                loud = 4.0 if "attn2.to_out" in name else 1.0
                weight.copy_(noise * loud * fan_in**-0.5)


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
