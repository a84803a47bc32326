"""A single file's tensors, sorted by module and under the modules' names."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from inkcloud.checkpoints.family import ALLOWED
from inkcloud.checkpoints.listed import listed, quoted
from inkcloud.checkpoints.original_layout import EMA, TEXT_1, TEXT_2, UNET, VAE, is_harmless
from inkcloud.checkpoints.original_names import (
    ema_name,
    layers_of,
    open_clip_names,
    unet_name,
    vae_name,
)
from inkcloud.checkpoints.safetensors_header import TensorEntry
from inkcloud.domain.errors import CheckpointError

Tensors = dict[str, tuple[str, TensorEntry]]
"""By a module's names: the name in the file, and what the header says."""

LAYERS_WITHOUT_THE_LAST = 23
_VAE_STAGE = re.compile(r"decoder\.up\.(\d{1,2})\.", re.ASCII)
_VAE_ATTENTION = re.compile(r".+\.mid_block\.attentions\.0\.to_(q|k|v|out\.0)\.weight")


@dataclass(frozen=True)
class OriginalTensors:
    """The tensors of the three modules.

    Attributes:
        version: 1 or 2, by the text encoder's layout.
        layers: ResNets in each of the UNet's blocks on the way down.
        text_encoder: as many layers as the conditioning uses.
        unet: the UNet's; its averaged weights only if there are no others.
        vae: the autoencoder's.
    """

    version: int
    layers: int
    text_encoder: Tensors
    unet: Tensors
    vae: Tensors


def sort_tensors(held: Mapping[str, TensorEntry], shown: str) -> OriginalTensors:
    """Sort a single file's tensors.

    Weights that training averaged (`model_ema.`) are used only where the plain ones are
    missing: other programs draw with the plain ones, and so pictures agree.

    Args:
        held: what the file's header says, by the stored names.
        shown: the file's name.

    Raises:
        CheckpointError: if a tensor belongs to nothing that is known, or two are the same.
    """
    sorter = _Sorter(shown)
    averaged = not any(name.startswith(UNET) for name in held)
    groups: dict[str, dict[str, str]] = {"unet": {}, "vae": {}, "text 1": {}, "text 2": {}}
    for stored in held:
        group, name = _place(stored, averaged)
        if group in groups:
            sorter.put(groups[group], name, stored)
        elif group is None:
            sorter.unknown.append(stored)
    version = 2 if groups["text 2"] else 1
    if groups["text 1"] and groups["text 2"]:
        raise CheckpointError(
            f"{shown} holds two text encoders, of Stable Diffusion 1 and of 2.",
            field=shown,
            allowed=ALLOWED,
        )
    layers = layers_of(frozenset(groups["unet"]))
    stages = _stages(groups["vae"])
    text = sorter.renamed(groups[f"text {version}"], held, _text_names(version))
    unet = sorter.renamed(groups["unet"], held, lambda name: _one(unet_name(name, layers)))
    vae = sorter.renamed(groups["vae"], held, lambda name: _one(vae_name(name, stages)))
    sorter.refuse_unknown()
    return OriginalTensors(
        version,
        layers,
        _used_layers(text) if version == 2 else text,
        unet,
        {name: (stored, _matrix(name, entry)) for name, (stored, entry) in vae.items()},
    )


class _Sorter:
    """Gathers tensors under new names, and those that nobody knows."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.unknown: list[str] = []

    def put(self, group: dict[str, str], name: str, stored: str) -> None:
        if name in group:
            raise self._twice(stored)
        group[name] = stored

    def renamed(
        self,
        group: Mapping[str, str],
        held: Mapping[str, TensorEntry],
        rename: Callable[[str], tuple[str, ...]],
    ) -> Tensors:
        result: Tensors = {}
        for name, stored in group.items():
            names = rename(name)
            if not names:
                self.unknown.append(stored)
                continue
            entries = self._rows(stored, held[stored], len(names))
            for new, entry in zip(names, entries, strict=True):
                if new in result:
                    raise self._twice(stored)
                result[new] = (stored, entry)
        return result

    def refuse_unknown(self) -> None:
        if self.unknown:
            names = sorted(self.unknown)
            raise CheckpointError(
                f"{self.shown} holds {len(names)} tensors that belong to nothing that is known: "
                f"{listed(names)}.",
                field=self.shown,
                value=quoted(names[0]),
                allowed=ALLOWED,
            )

    def _rows(self, stored: str, entry: TensorEntry, parts: int) -> Iterable[TensorEntry]:
        """Return a tensor's rows as so many tensors of one shape."""
        if parts == 1:
            return [entry]
        rows, rest = divmod(entry.shape[0] if entry.shape else 1, parts)
        if rest or not rows:
            raise CheckpointError(
                f"{quoted(stored)} in {self.shown} cannot be taken apart into {parts}.",
                field=self.shown,
                value=str(entry.shape),
                allowed=f"a number of rows that {parts} divides",
            )
        size = (entry.end - entry.start) // parts
        return [
            replace(
                entry,
                shape=(rows, *entry.shape[1:]),
                start=entry.start + part * size,
                end=entry.start + (part + 1) * size,
            )
            for part in range(parts)
        ]

    def _twice(self, stored: str) -> CheckpointError:
        return CheckpointError(
            f"{self.shown} holds {quoted(stored)} a second time under another name.",
            field=self.shown,
            value=quoted(stored),
            allowed="each tensor once",
        )


def _place(stored: str, averaged: bool) -> tuple[str | None, str]:
    """Return a tensor's group ("" if it is to be passed over) and its name there."""
    if averaged and stored.startswith(f"{EMA}diffusion_model"):
        dotted = ema_name(stored.removeprefix(f"{EMA}diffusion_model"))
        return (None, stored) if dotted is None else ("unet", dotted)
    if is_harmless(stored):
        return "", stored
    prefixes = [(UNET, "unet"), (VAE, "vae"), (TEXT_2, "text 2")]
    for prefix, group in [*prefixes, *((prefix, "text 1") for prefix in TEXT_1)]:
        if stored.startswith(prefix):
            return group, stored.removeprefix(prefix)
    return None, stored


def _text_names(version: int) -> Callable[[str], tuple[str, ...]]:
    return open_clip_names if version == 2 else _one


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _used_layers(text: Tensors) -> Tensors:
    """Return what Stable Diffusion 2 conditions on: all layers but open_clip's last.

    Files that diffusers' script wrote hold 23 layers: there the last is left out already.
    """
    prefix = "encoder.layers."
    numbers = {name: int(name.split(".")[2]) for name in text if name.startswith(prefix)}
    last = max(numbers.values(), default=-1)
    if last + 1 == LAYERS_WITHOUT_THE_LAST:
        return text
    return {name: value for name, value in text.items() if numbers.get(name) != last}


def _stages(names: Iterable[str]) -> int:
    matches = filter(None, map(_VAE_STAGE.match, names))
    return max((int(match[1]) + 1 for match in matches), default=0)


def _matrix(name: str, entry: TensorEntry) -> TensorEntry:
    """Return an attention's convolution of one cell as the matrix that it is."""
    if _VAE_ATTENTION.fullmatch(name) and math.prod(entry.shape[2:]) == 1:
        return replace(entry, shape=entry.shape[:2])
    return entry
