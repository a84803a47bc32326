"""What the shapes of a single file's tensors say of its modules.

What they do not decide is as the family has it: heads, activations, groups of channels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inkcloud.checkpoints.safetensors_header import TensorEntry
from inkcloud.domain.errors import CheckpointError

SCALING_FACTOR = 0.18215
HEAD_SIZE = 64
HEADS_OF_1 = 8
GROUPS = 32
_MIDDLE = "mid_block.attentions.0"


@dataclass(frozen=True)
class Shapes:
    """The shapes of one module's tensors.

    Attributes:
        shown: the file's name.
        owner: whose tensors they are, for people, for example "UNet".
        entries: by the module's names.
    """

    shown: str
    owner: str
    entries: Mapping[str, TensorEntry]

    def side(self, name: str, axis: int) -> int:
        """Return one side of a tensor.

        Raises:
            CheckpointError: if there is no such tensor, or it has no such side.
        """
        entry = self.entries.get(name)
        if entry is None or axis >= len(entry.shape):
            what = "has no" if entry is None else "has too few sides in"
            raise CheckpointError(
                f"The {self.owner} in {self.shown} {what} {name} (as diffusers names it), "
                "which decides its size.",
                field=self.shown,
                value=None if entry is None else str(entry.shape),
                allowed="a whole Stable Diffusion 1 or 2 checkpoint",
            )
        return entry.shape[axis]

    def has(self, name: str) -> bool:
        """Say whether there is such a tensor."""
        return name in self.entries

    def count(self, prefix: str) -> int:
        """Return how many numbered children a name has, from 0 without a gap."""
        found = {
            name[len(prefix) + 1 :].partition(".")[0]
            for name in self.entries
            if name.startswith(prefix + ".")
        }
        number = 0
        while str(number) in found:
            number += 1
        return number

    def sides(self, prefix: str, name: str) -> list[int]:
        """Return the first side of one tensor in each numbered child."""
        return [self.side(f"{prefix}.{n}.{name}", 0) for n in range(self.count(prefix))]


def unet_config(shapes: Shapes, layers: int) -> dict[str, Any]:
    """Return a UNet's settings; `sample_size` is for the caller to add."""
    channels = shapes.sides("down_blocks", "resnets.0.conv1.weight")
    ups = range(shapes.count("up_blocks"))
    linear = is_linear(shapes)
    return {
        "in_channels": shapes.side("conv_in.weight", 1),
        "out_channels": shapes.side("conv_out.weight", 0),
        "block_out_channels": channels,
        "layers_per_block": layers,
        "down_block_types": [
            f"{_cross(shapes, f'down_blocks.{n}')}DownBlock2D" for n in range(len(channels))
        ],
        "up_block_types": [f"{_cross(shapes, f'up_blocks.{n}')}UpBlock2D" for n in ups],
        "cross_attention_dim": shapes.side(f"{_MIDDLE}.transformer_blocks.0.attn2.to_k.weight", 1),
        "use_linear_projection": linear,
        "attention_head_dim": (
            [_heads(shapes, width) for width in channels] if linear else HEADS_OF_1
        ),
        "norm_num_groups": GROUPS,
    }


def is_linear(shapes: Shapes) -> bool:
    """Say whether a UNet has version 2's projections: matrices, not convolutions."""
    name = f"{_MIDDLE}.proj_in.weight"
    shapes.side(name, 1)
    return len(shapes.entries[name].shape) == 2


def vae_config(shapes: Shapes) -> dict[str, Any]:
    """Return an AutoencoderKL's settings."""
    channels = shapes.sides("encoder.down_blocks", "resnets.0.conv1.weight")
    return {
        "in_channels": shapes.side("encoder.conv_in.weight", 1),
        "out_channels": shapes.side("decoder.conv_out.weight", 0),
        "block_out_channels": channels,
        "down_block_types": ["DownEncoderBlock2D"] * len(channels),
        "up_block_types": ["UpDecoderBlock2D"] * shapes.count("decoder.up_blocks"),
        "layers_per_block": shapes.count("encoder.down_blocks.0.resnets"),
        "latent_channels": shapes.side("decoder.conv_in.weight", 1),
        "norm_num_groups": GROUPS,
        "scaling_factor": SCALING_FACTOR,
        "use_quant_conv": shapes.has("quant_conv.weight"),
        "use_post_quant_conv": shapes.has("post_quant_conv.weight"),
    }


def text_config(shapes: Shapes, activation: str) -> dict[str, Any]:
    """Return a CLIP text encoder's settings."""
    width = shapes.side("embeddings.token_embedding.weight", 1)
    return {
        "vocab_size": shapes.side("embeddings.token_embedding.weight", 0),
        "hidden_size": width,
        "intermediate_size": shapes.side("encoder.layers.0.mlp.fc1.weight", 0),
        "num_hidden_layers": shapes.count("encoder.layers"),
        "num_attention_heads": _heads(shapes, width),
        "max_position_embeddings": shapes.side("embeddings.position_embedding.weight", 0),
        "hidden_act": activation,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }


def _cross(shapes: Shapes, block: str) -> str:
    return "CrossAttn" if shapes.has(f"{block}.attentions.0.norm.weight") else ""


def _heads(shapes: Shapes, width: int) -> int:
    if width < HEAD_SIZE or width % HEAD_SIZE:
        raise CheckpointError(
            f"The {shapes.owner} in {shapes.shown} has a width that no whole number of attention "
            "heads fits.",
            field=shapes.shown,
            value=width,
            allowed=f"a multiple of {HEAD_SIZE}",
        )
    return width // HEAD_SIZE
