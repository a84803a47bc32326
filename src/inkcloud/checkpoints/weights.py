"""Weights from safetensors files into a module that was built without memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import torch
from torch import Tensor, nn

from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.listed import listed, quoted
from inkcloud.checkpoints.safetensors_header import TensorEntry, read_header
from inkcloud.domain.errors import CheckpointError

FLOATS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
BYTE = torch.uint8


@dataclass(frozen=True)
class Weights:
    """What a component's files hold, by the names that its module uses.

    Attributes:
        component: whose they are.
        entries: for each tensor its file, its name there and what the header says.
    """

    component: Component
    entries: Mapping[str, tuple[Path, str, TensorEntry]]

    def check(self, module: nn.Module) -> None:
        """Compare what the headers say with what a module on the meta device has.

        Raises:
            CheckpointError: if names, shapes or dtypes are not the module's.
        """
        wanted = module.state_dict()
        self._check_names(wanted)
        for name, tensor in wanted.items():
            self._check_tensor(name, tensor)

    def load_into(self, module: nn.Module, dtype: torch.dtype) -> None:
        """Give a module that `check` accepted its weights, one tensor at a time.

        Each tensor is read and converted alone, so that no second copy of the model ever
        exists. Nothing is mapped: the file may change afterwards.

        Raises:
            CheckpointError: if a file cannot be read.
        """
        module.load_state_dict(self._read(dtype), assign=True)
        _fill_buffers(module)
        module.requires_grad_(False)
        module.eval()

    def _read(self, dtype: torch.dtype) -> dict[str, Tensor]:
        tensors: dict[str, Tensor] = {}
        held = self.entries.values()
        # One scratch buffer for all: freed buffers of many sizes would stay with the process.
        scratch = torch.empty(max(entry.end - entry.start for _, _, entry in held), dtype=BYTE)
        for path in sorted({path for path, _, _ in held}):
            shown = self.component.shown(path.name)
            try:
                with path.open("rb", buffering=0) as file:
                    for name, (place, _, entry) in self.entries.items():
                        if place == path:
                            tensors[name] = _converted(_read_tensor(file, entry, scratch), dtype)
            except OSError as error:
                raise CheckpointError(f"{shown} cannot be read: {error}.", field=shown) from error
        return tensors

    def _check_names(self, wanted: Iterable[str]) -> None:
        missing = sorted(set(wanted) - set(self.entries))
        unexpected = sorted(set(self.entries) - set(wanted))
        for names, what in ((missing, "lacks"), (unexpected, "also holds")):
            if names:
                raise CheckpointError(
                    f"The weights of {self.component.name} do not fit "
                    f"{self.component.described_by}: the file {what} {len(names)} tensors, "
                    f"for example {listed(names)}.",
                    field=self.component.shown("config.json"),
                    allowed="exactly the tensors that the configuration describes",
                )

    def _check_tensor(self, name: str, wanted: Tensor) -> None:
        file, stored, entry = self.entries[name]
        shown = self.component.shown(file.name)
        if entry.shape != tuple(wanted.shape):
            raise CheckpointError(
                f"The weights of {self.component.name} do not fit "
                f"{self.component.described_by}: {quoted(stored)} has the wrong shape.",
                field=shown,
                value=str(entry.shape),
                allowed=str(tuple(wanted.shape)),
            )
        if entry.dtype not in FLOATS:
            raise CheckpointError(
                f"{shown} stores {quoted(stored)} as numbers that are not supported.",
                field=shown,
                value=entry.dtype,
                allowed="one of " + ", ".join(FLOATS),
            )


def read_weights(
    component: Component, files: Iterable[Path], rename: Callable[[str], str | None]
) -> Weights:
    """Read the headers of a component's files.

    Args:
        component: whose files they are.
        files: its safetensors files; an index among them is passed over.
        rename: from a stored name to the module's, or None for a tensor to leave out.

    Raises:
        CheckpointError: if a header is damaged or two tensors claim one name.
    """
    entries: dict[str, tuple[Path, str, TensorEntry]] = {}
    for file in files:
        if file.suffix != ".safetensors":
            continue
        shown = component.shown(file.name)
        for stored, entry in read_header(file, shown).tensors.items():
            name = rename(stored)
            if name is None:
                continue
            if name in entries:
                raise CheckpointError(f"{shown} holds {quoted(stored)} a second time.", field=shown)
            entries[name] = (file, stored, entry)
    return Weights(component, entries)


def _read_tensor(file: FileIO, entry: TensorEntry, scratch: Tensor) -> Tensor:
    read = scratch[: entry.end - entry.start]
    buffer = read.numpy().data
    file.seek(entry.start)
    filled = 0
    while filled < len(buffer):
        count = file.readinto(buffer[filled:])
        if not count:
            raise OSError("it ended while it was read")
        filled += count
    return read.view(FLOATS[entry.dtype]).view(entry.shape)


def _converted(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    # Half-precision convolutions on a CPU run channels-last.
    last = tensor.ndim == 4 and dtype != torch.float32
    layout = torch.channels_last if last else torch.contiguous_format
    return tensor.to(dtype, copy=True, memory_format=layout)


def _fill_buffers(module: nn.Module) -> None:
    """Give the buffers that no file holds their values."""
    for owner in module.modules():
        for name, buffer in list(owner._buffers.items()):
            if buffer is None or not buffer.is_meta:
                continue
            owner._buffers[name] = _buffer(name, buffer)


def _buffer(name: str, buffer: Tensor) -> Tensor:
    if name == "position_ids":
        return torch.arange(buffer.shape[-1]).expand(buffer.shape).clone()
    if name == "token_type_ids":
        return torch.zeros(buffer.shape, dtype=torch.long)
    raise CheckpointError(f"The model has a buffer that is not supported: {name}.", field=name)
