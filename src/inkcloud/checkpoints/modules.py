"""A component's module: configuration checked, built without memory, then given weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from inkcloud.checkpoints import text_rules, unet_rules, vae_rules
from inkcloud.checkpoints.classes import model_class
from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.json_file import read_json_object
from inkcloud.checkpoints.listed import LONGEST_ERROR, quoted
from inkcloud.checkpoints.rule import Rule, check_config
from inkcloud.checkpoints.stored_names import RENAME
from inkcloud.checkpoints.weight_files import weight_files
from inkcloud.checkpoints.weights import Weights, read_weights
from inkcloud.domain.errors import CheckpointError

FILE = "config.json"

RULES: dict[str, tuple[dict[str, Rule], tuple[str, ...]]] = {
    "UNet2DConditionModel": (unet_rules.RULES, unet_rules.REQUIRED),
    "AutoencoderKL": (vae_rules.KL_RULES, vae_rules.KL_REQUIRED),
    "AutoencoderTiny": (vae_rules.TINY_RULES, vae_rules.TINY_REQUIRED),
    "CLIPTextModel": (text_rules.CLIP_RULES, text_rules.CLIP_REQUIRED),
    "BertModel": (text_rules.BERT_RULES, text_rules.BERT_REQUIRED),
}


@dataclass(frozen=True)
class Part:
    """One module's checked configuration and the headers of its weight files.

    Attributes:
        component: where it lies.
        config: its settings, each within its rule.
        weights: what its files hold.
    """

    component: Component
    config: Mapping[str, Any]
    weights: Weights

    def build(self, dtype: torch.dtype) -> nn.Module:
        """Return the module with its weights in a dtype, ready to run.

        Raises:
            CheckpointError: if the weights do not fit the configuration.
        """
        return self.fill(self.skeleton(), dtype)

    def skeleton(self) -> nn.Module:
        """Return the module on the meta device, which takes no memory.

        Raises:
            CheckpointError: if the weights do not fit the configuration.
        """
        _check_depth(self)
        with torch.device("meta"):
            module = self._construct()
        self.weights.check(module)
        return module

    def fill(self, module: nn.Module, dtype: torch.dtype) -> nn.Module:
        """Return the skeleton with its weights in a dtype, ready to run.

        Raises:
            CheckpointError: if the files cannot be read.
        """
        self.weights.load_into(module, dtype)
        return module

    def _construct(self) -> nn.Module:
        name = self.component.class_name
        library = "transformers" if self.component.name == "text_encoder" else "diffusers"
        kind = model_class(self.component.name, library, name)
        try:
            if name == "CLIPTextModel":
                return kind(kind.config_class(**self.config))
            if name == "BertModel":
                pooled = any(name.startswith("pooler.") for name in self.weights.entries)
                return kind(kind.config_class(**self.config), add_pooling_layer=pooled)
            return kind(**self.config)
        # The constructors raise many kinds of error for settings that do not fit together.
        except Exception as error:
            raise CheckpointError(
                f"{self.component.shown(FILE)} does not describe a {name}: "
                f"{quoted(error, LONGEST_ERROR)}",
                field=self.component.shown(FILE),
            ) from error


def read_part(component: Component) -> Part:
    """Read and check a component's configuration and the headers of its weights.

    Raises:
        CheckpointError: if a file is missing or damaged, or a setting is not supported.
    """
    shown = component.shown(FILE)
    config = read_json_object(component.folder / FILE, shown)
    _check_class(component, config)
    rules, required = RULES[component.class_name]
    rename: Callable[[str], str | None] = RENAME[component.class_name]
    return Part(
        component,
        check_config(config, rules, required, shown),
        read_weights(component, weight_files(component), rename),
    )


def _check_class(component: Component, config: Mapping[str, Any]) -> None:
    named = config.get("_class_name", component.class_name)
    if named != component.class_name:
        raise CheckpointError(
            f"{component.shown(FILE)} is for another class than model_index.json names.",
            field=f"{component.shown(FILE)}: _class_name",
            value=named,
            allowed=component.class_name,
        )


def _check_depth(part: Part) -> None:
    """Refuse more layers than there are tensors, before anything is built."""
    config = part.config
    per_block = _most(config.get("layers_per_block", 1))
    deep = _most(config.get("transformer_layers_per_block", 1))
    layers = (
        config.get("num_hidden_layers", 1)
        * len(config.get("block_out_channels", [1]))
        * per_block
        * deep
    )
    layers = max(
        layers,
        sum(config.get("num_encoder_blocks", [])) + sum(config.get("num_decoder_blocks", [])),
    )
    held = len(part.weights.entries)
    if layers > held:
        raise CheckpointError(
            f"{part.component.shown(FILE)} describes more layers than its file has tensors.",
            field=part.component.shown(FILE),
            value=f"{layers} layers",
            allowed=f"at most {held}",
        )


def _most(value: int | list[int]) -> int:
    return max(value) if isinstance(value, list) else value
