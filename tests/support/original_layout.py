"""Write a folder in diffusers' format as one file in the original layout of 1.x or 2.x.

The way back of what the package reads, put together by counting layers up as the original
modules do, not by turning the package's patterns round; diffusers' own reader of single files
is the oracle for both.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

BLOCKS = 4
LAYERS = 2
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_VAE_ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}


def write_single_file(
    folder: Path,
    file: Path,
    *,
    dtype: torch.dtype = torch.float32,
    plain: bool = True,
    averaged: bool = False,
    extras: bool = True,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a narrow model as one file.

    Args:
        folder: the model, from `make_narrow_sd`.
        file: where to write.
        dtype: in which the weights are stored.
        plain: whether to write the UNet's plain weights.
        averaged: whether to write them under the names of averaged ones; if both are asked
            for, the averaged ones differ.
        extras: whether to add what original files carry along.
        metadata: what the file states of itself.
    """
    unet = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    vae = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    text = load_file(folder / "text_encoder" / "model.safetensors")
    originals = original_unet(unet)
    written: dict[str, Tensor] = {}
    if plain:
        written |= {f"model.diffusion_model.{name}": weight for name, weight in originals.items()}
    if averaged:
        for name, weight in originals.items():
            other = weight + 0.5 if plain else weight
            written["model_ema.diffusion_model" + name.replace(".", "")] = other
    written |= {f"first_stage_model.{name}": weight for name, weight in original_vae(vae).items()}
    linear = unet["mid_block.attentions.0.proj_in.weight"].ndim == 2
    written |= open_clip_text(text) if linear else plain_text(text)
    written = {name: weight.to(dtype).contiguous() for name, weight in written.items()}
    if extras:
        written |= _extras(linear)
    save_file(written, file, metadata=metadata)
    return file


def original_unet(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a UNet's weights under their original names, without a prefix."""
    places = {
        "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2",
        "conv_in": "input_blocks.0.0",
        "conv_norm_out": "out.0",
        "conv_out": "out.2",
        "mid_block.resnets.0": "middle_block.0",
        "mid_block.attentions.0": "middle_block.1",
        "mid_block.resnets.1": "middle_block.2",
    }
    number = 0
    for block in range(BLOCKS):
        for layer in range(LAYERS):
            number += 1
            places[f"down_blocks.{block}.resnets.{layer}"] = f"input_blocks.{number}.0"
            places[f"down_blocks.{block}.attentions.{layer}"] = f"input_blocks.{number}.1"
        if block < BLOCKS - 1:
            number += 1
            places[f"down_blocks.{block}.downsamplers.0.conv"] = f"input_blocks.{number}.0.op"
    number = -1
    for block in range(BLOCKS):
        for layer in range(LAYERS + 1):
            number += 1
            places[f"up_blocks.{block}.resnets.{layer}"] = f"output_blocks.{number}.0"
            places[f"up_blocks.{block}.attentions.{layer}"] = f"output_blocks.{number}.1"
        after = 1 if block == 0 else 2  # the first block has no attention before it
        places[f"up_blocks.{block}.upsamplers.0.conv"] = f"output_blocks.{number}.{after}.conv"
    return {_moved(name, places, _RESNET): weight for name, weight in weights.items()}


def original_vae(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return an autoencoder's weights under their original names, without a prefix."""
    places = {"quant_conv": "quant_conv", "post_quant_conv": "post_quant_conv"}
    for side in ("encoder", "decoder"):
        places |= {
            f"{side}.conv_in": f"{side}.conv_in",
            f"{side}.conv_norm_out": f"{side}.norm_out",
            f"{side}.conv_out": f"{side}.conv_out",
            f"{side}.mid_block.resnets.0": f"{side}.mid.block_1",
            f"{side}.mid_block.resnets.1": f"{side}.mid.block_2",
            f"{side}.mid_block.attentions.0": f"{side}.mid.attn_1",
        }
    for block in range(BLOCKS):
        up = f"decoder.up.{BLOCKS - 1 - block}"
        down = f"encoder.down.{block}"
        for layer in range(LAYERS + 1):
            places[f"encoder.down_blocks.{block}.resnets.{layer}"] = f"{down}.block.{layer}"
            places[f"decoder.up_blocks.{block}.resnets.{layer}"] = f"{up}.block.{layer}"
        places[f"encoder.down_blocks.{block}.downsamplers.0"] = f"{down}.downsample"
        places[f"decoder.up_blocks.{block}.upsamplers.0"] = f"{up}.upsample"
    result = {}
    for name, weight in weights.items():
        new = _moved(name, places, {"conv_shortcut": "nin_shortcut", **_VAE_ATTENTION})
        matrix = "attn_1" in new and weight.ndim == 2
        result[new] = weight[:, :, None, None] if matrix else weight
    return result


def plain_text(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a text encoder's weights under the names of 1.x."""
    return {
        "cond_stage_model.transformer.text_model." + name.removeprefix("text_model."): weight
        for name, weight in weights.items()
    }


def open_clip_text(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a text encoder's weights under the names of 2.x, and one layer more."""
    weights = {name.removeprefix("text_model."): weight for name, weight in weights.items()}
    result = {
        "token_embedding.weight": weights["embeddings.token_embedding.weight"],
        "positional_embedding": weights["embeddings.position_embedding.weight"],
        "ln_final.weight": weights["final_layer_norm.weight"],
        "ln_final.bias": weights["final_layer_norm.bias"],
    }
    count = 1 + max(int(name.split(".")[2]) for name in weights if "encoder.layers" in name)
    for number in range(count + 1):
        # The layer that the conditioning leaves out holds what must not be used.
        source, loud = f"encoder.layers.{min(number, count - 1)}", 1.0 + 9 * (number == count)
        place = f"transformer.resblocks.{number}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{source}.self_attn.{part}_proj.{kind}"] for part in "qkv"]
            result[f"{place}.attn.in_proj_{kind}"] = loud * torch.cat(parts)
            for ours, theirs in (
                ("layer_norm1", "ln_1"),
                ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"),
                ("mlp.fc2", "mlp.c_proj"),
                ("self_attn.out_proj", "attn.out_proj"),
            ):
                result[f"{place}.{theirs}.{kind}"] = loud * weights[f"{source}.{ours}.{kind}"]
    return {f"cond_stage_model.model.{name}": weight for name, weight in result.items()}


def _moved(name: str, places: dict[str, str], inside: dict[str, str]) -> str:
    for place in sorted(places, key=len, reverse=True):
        if name.startswith(place + "."):
            stem, _, kind = name.removeprefix(place + ".").rpartition(".")
            return ".".join(part for part in (places[place], inside.get(stem, stem), kind) if part)
    raise KeyError(name)


def _extras(linear: bool) -> dict[str, Tensor]:
    ramp = torch.linspace(0.9, 0.1, 1000)
    extras = {
        "betas": ramp,
        "alphas_cumprod": ramp.clone(),
        "alphas_cumprod_prev": ramp.clone(),
        "sqrt_alphas_cumprod": ramp.clone(),
        "sqrt_one_minus_alphas_cumprod": ramp.clone(),
        "log_one_minus_alphas_cumprod": ramp.clone(),
        "sqrt_recip_alphas_cumprod": ramp.clone(),
        "sqrt_recipm1_alphas_cumprod": ramp.clone(),
        "posterior_variance": ramp.clone(),
        "posterior_log_variance_clipped": ramp.clone(),
        "posterior_mean_coef1": ramp.clone(),
        "posterior_mean_coef2": ramp.clone(),
        "model_ema.decay": torch.tensor(0.9999),
        "model_ema.num_updates": torch.tensor(7, dtype=torch.int32),
        "first_stage_model.loss.logvar": torch.tensor(0.0),
        "first_stage_model.loss.discriminator.main.0.weight": torch.zeros(2, 3, 4, 4),
    }
    if linear:
        return extras | {
            "cond_stage_model.model.logit_scale": torch.tensor(4.6),
            "cond_stage_model.model.text_projection": torch.eye(128),
        }
    positions = torch.arange(77)[None]
    name = "cond_stage_model.transformer.text_model.embeddings.position_ids"
    return extras | {name: positions}
