"""From the tensor names of the original single files to the names of the modules.

The original code (CompVis' latent-diffusion, Stability's stablediffusion, open_clip) counts a
UNet's layers through; diffusers groups them into blocks. Each function returns None for a name
that it does not know.
"""

import re

_UNET = {
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
}
_RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_MIDDLE = ("resnets.0", "attentions.0", "resnets.1")
_MIDDLE_NAME = re.compile(r"middle_block\.([012])\.(.+)", re.ASCII)
_BLOCK_NAME = re.compile(r"(input|output)_blocks\.(\d{1,3})\.([012])\.(.+)", re.ASCII)
_ATTENTION_NAME = re.compile(r"norm|proj_in|proj_out|transformer_blocks\.\d{1,2}\..+", re.ASCII)

_VAE_RESNET = {
    "norm1": "norm1",
    "conv1": "conv1",
    "norm2": "norm2",
    "conv2": "conv2",
    "nin_shortcut": "conv_shortcut",
}
_VAE_ATTENTION = {
    "norm": "group_norm",
    "q": "to_q",
    "k": "to_k",
    "v": "to_v",
    "proj_out": "to_out.0",
}
_VAE_SAME = frozenset({"quant_conv", "post_quant_conv"})
_VAE_ENDS = {"conv_in": "conv_in", "norm_out": "conv_norm_out", "conv_out": "conv_out"}
_VAE_NAME = re.compile(r"(encoder|decoder)\.(.+)", re.ASCII)
_VAE_MIDDLE = re.compile(r"mid\.(block_1|block_2|attn_1)\.(\w+)", re.ASCII)
_VAE_BLOCK = re.compile(r"(down|up)\.(\d{1,2})\.block\.(\d{1,2})\.(\w+)", re.ASCII)
_VAE_SAMPLER = re.compile(r"(down|up)\.(\d{1,2})\.(downsample|upsample)\.conv", re.ASCII)

_OPEN_CLIP = {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "ln_final.weight": "final_layer_norm.weight",
    "ln_final.bias": "final_layer_norm.bias",
}
_OPEN_CLIP_LAYER = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}
_OPEN_CLIP_NAME = re.compile(
    r"transformer\.resblocks\.(\d{1,3})\.([\w.]+)[._](weight|bias)", re.ASCII
)

_EMA_WORD = re.compile(
    r"input_blocks|output_blocks|middle_block|time_embed|transformer_blocks|in_layers|out_layers"
    r"|emb_layers|skip_connection|attn[12]|to_[qkv]|to_out|ff|net|proj_in|proj_out|proj|norm[123]?"
    r"|conv|out|op|\d+|weight|bias"
)


def unet_name(name: str, layers: int) -> str | None:
    """Return a UNet tensor's name.

    Args:
        name: the original one, without its prefix.
        layers: ResNets in each block on the way down.
    """
    stem, _, kind = name.rpartition(".")
    if stem in _UNET:
        return f"{_UNET[stem]}.{kind}"
    if match := _MIDDLE_NAME.fullmatch(stem):
        inner = _unet_layer("resnet" if match[1] != "1" else "attention", match[2])
        return inner and f"mid_block.{_MIDDLE[int(match[1])]}.{inner}.{kind}"
    if match := _BLOCK_NAME.fullmatch(stem):
        return _block_name(match, layers, kind)
    return None


def _block_name(match: re.Match[str], layers: int, kind: str) -> str | None:
    side, number, part, inside = match[1], int(match[2]), match[3], match[4]
    if side == "input":
        block, layer = divmod(number - 1, layers + 1)
        place, sampler, resampler = f"down_blocks.{block}", "op", "downsamplers.0.conv"
    else:
        block, layer = divmod(number, layers + 1)
        place, sampler, resampler = f"up_blocks.{block}", "conv", "upsamplers.0.conv"
    if inside == sampler:
        return f"{place}.{resampler}.{kind}"
    group = "resnet" if part == "0" else "attention"
    inner = _unet_layer(group, inside)
    return inner and f"{place}.{group}s.{layer}.{inner}.{kind}"


def _unet_layer(group: str, inside: str) -> str | None:
    if group == "resnet":
        return _RESNET.get(inside)
    return inside if _ATTENTION_NAME.fullmatch(inside) else None


def layers_of(names: frozenset[str]) -> int:
    """Return the ResNets in each block on the way down, from a UNet's original names.

    The first layer that halves the latent ends the first block; a UNet of one block has none.
    """
    numbers = [
        int(match[2])
        for match in map(_BLOCK_NAME.fullmatch, (name.rpartition(".")[0] for name in names))
        if match and match[1] == "input"
    ]
    halving = [
        number for number in numbers if number and f"input_blocks.{number}.0.op.weight" in names
    ]
    return max((min(halving) - 1) if halving else max(numbers, default=1), 1)


def vae_name(name: str, stages: int) -> str | None:
    """Return an autoencoder tensor's name.

    Args:
        name: the original one, without its prefix.
        stages: blocks on the way up, which the original counts from the finest.
    """
    stem, _, kind = name.rpartition(".")
    if stem in _VAE_SAME:
        return name
    match = _VAE_NAME.fullmatch(stem)
    inner = match and _vae_layer(match[2], stages)
    return f"{match[1]}.{inner}.{kind}" if match and inner else None


def _vae_layer(name: str, stages: int) -> str | None:
    if name in _VAE_ENDS:
        return _VAE_ENDS[name]
    if match := _VAE_MIDDLE.fullmatch(name):
        if match[1] == "attn_1":
            inner = _VAE_ATTENTION.get(match[2])
            return inner and f"mid_block.attentions.0.{inner}"
        inner = _VAE_RESNET.get(match[2])
        return inner and f"mid_block.resnets.{int(match[1][-1]) - 1}.{inner}"
    if match := _VAE_BLOCK.fullmatch(name):
        inner = _VAE_RESNET.get(match[4])
        return inner and f"{_vae_block(match, stages)}.resnets.{int(match[3])}.{inner}"
    if match := _VAE_SAMPLER.fullmatch(name):
        return f"{_vae_block(match, stages)}.{match[3]}rs.0.conv"
    return None


def _vae_block(match: re.Match[str], stages: int) -> str:
    number = int(match[2])
    return f"{match[1]}_blocks.{number if match[1] == 'down' else stages - 1 - number}"


def open_clip_names(name: str) -> tuple[str, ...]:
    """Return the names of an open_clip text tensor's parts, first rows first.

    Query, key and value are one tensor there and three in the module.
    """
    if name in _OPEN_CLIP:
        return (_OPEN_CLIP[name],)
    match = _OPEN_CLIP_NAME.fullmatch(name)
    if match is None:
        return ()
    place, kind = f"encoder.layers.{int(match[1])}", match[3]
    if match[2] == "attn.in_proj":
        return tuple(f"{place}.self_attn.{part}_proj.{kind}" for part in "qkv")
    inner = _OPEN_CLIP_LAYER.get(match[2])
    return (f"{place}.{inner}.{kind}",) if inner else ()


def ema_name(name: str) -> str | None:
    """Return the UNet's original name of an averaged weight, whose dots were left out.

    Args:
        name: without the prefix, for example "input_blocks110in_layers0weight".
    """
    words = _EMA_WORD.findall(name)
    if "".join(words) != name:
        return None
    if words[:1] in (["input_blocks"], ["output_blocks"]) and len(words) > 1:
        # The layer's place in its group is one digit: 0, 1 or 2.
        words[1:2] = [words[1][:-1], words[1][-1]]
    return ".".join(words)
