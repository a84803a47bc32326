"""The header of a safetensors file, checked before anything else is read.

The format: eight bytes with the header's length (little endian), the header as JSON, then
the tensors' bytes without gaps. See https://github.com/huggingface/safetensors.
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkcloud.checkpoints.json_file import without_duplicates
from inkcloud.checkpoints.listed import quoted
from inkcloud.domain.errors import CheckpointError, shorten

_LENGTH = struct.Struct("<Q")
# What torch.save writes begins with one of these. The length of a header may too, but one that
# is not absurd has zeros in its upper half.
_ZIP, _PICKLE = b"PK\x03\x04", b"\x80"
MAXIMUM_HEADER_BYTES = 8 * 1024 * 1024
ITEM_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
    "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4,
    "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip


@dataclass(frozen=True)
class TensorEntry:
    """What a header says of one tensor.

    Attributes:
        dtype: as safetensors names it, for example "F16".
        shape: its sides.
        start: where its first byte is in the file.
        end: one past its last byte.
    """

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself.

    Attributes:
        tensors: by their names.
        metadata: texts by their names, about the file as a whole.
    """

    tensors: dict[str, TensorEntry]
    metadata: dict[str, str]


def read_header(path: Path, shown: str) -> Header:
    """Return what a safetensors file says it holds.

    Args:
        path: the file.
        shown: its name as the model's owner knows it.

    Raises:
        CheckpointError: if the file is truncated or damaged, or its header is too long,
            names a tensor twice, or places tensors outside the file or over one another.
    """
    try:
        text, size = _read(path, shown)
    except OSError as error:
        raise CheckpointError(f"{shown} cannot be read: {error}.", field=shown) from error
    try:
        data = json.loads(text.decode("utf-8"), object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError) as error:
        raise _damaged(shown, f"its header is not valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise _damaged(shown, "its header is not a JSON object")
    first = _LENGTH.size + len(text)
    entries = {
        name: _entry(shown, name, value, first)
        for name, value in data.items()
        if name != "__metadata__"
    }
    _check_places(shown, entries, first, size)
    return Header(entries, _metadata(shown, data.get("__metadata__", {})))


def _read(path: Path, shown: str) -> tuple[bytes, int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(_LENGTH.size)
        if first.startswith(_ZIP) or (first.startswith(_PICKLE) and any(first[4:])):
            raise pickled(shown)
        if first.startswith(b"version "):
            raise CheckpointError(
                f"{shown} is a Git LFS pointer, not the weights themselves. "
                "Fetch the files with git lfs pull.",
                field=shown,
            )
        if len(first) < _LENGTH.size:
            raise _damaged(shown, f"it is only {size} bytes long")
        (length,) = _LENGTH.unpack(first)
        if length > MAXIMUM_HEADER_BYTES:
            raise CheckpointError(
                f"{shown} has a header that is too long, or is not a safetensors file.",
                field=shown,
                value=length,
                allowed=f"a header of at most {MAXIMUM_HEADER_BYTES} bytes",
            )
        text = file.read(length)
    if len(text) < length:
        raise _damaged(shown, "it ends inside its header")
    return text, size


def _entry(shown: str, name: str, value: object, first: int) -> TensorEntry:
    if not isinstance(value, dict):
        raise _damaged(shown, f"its header does not describe {quoted(name)}")
    dtype: Any = value.get("dtype")
    shape: Any = value.get("shape")
    place: Any = value.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in ITEM_BYTES:
        raise _damaged(shown, f"{quoted(name)} has the unknown dtype {shorten(dtype)}")
    if not _whole_numbers(shape) or not _whole_numbers(place) or len(place) != 2:
        raise _damaged(shown, f"{quoted(name)} has no proper shape and place")
    start, end = place
    if end - start != math.prod(shape) * ITEM_BYTES[dtype]:
        raise _damaged(shown, f"{quoted(name)} has another length than its shape needs")
    return TensorEntry(dtype, tuple(shape), first + start, first + end)


def _metadata(shown: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise _damaged(shown, "its __metadata__ is not a table of texts")
    return value


def _check_places(shown: str, entries: dict[str, TensorEntry], first: int, size: int) -> None:
    reached = first
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].end)):
        if entry.end > size:
            raise _damaged(shown, f"{quoted(name)} lies beyond the end of the file (truncated?)")
        if entry.start < reached:
            raise _damaged(shown, f"{quoted(name)} overlaps another tensor")
        if entry.start > reached:
            raise _damaged(shown, f"there is a gap before {quoted(name)}")
        reached = entry.end
    if reached != size:
        raise _damaged(shown, f"{size - reached} bytes follow the last tensor")


def _whole_numbers(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 8
        and all(type(item) is int and 0 <= item < 2**48 for item in value)
    )


def pickled(shown: str) -> CheckpointError:
    """Return the error for a file that could run code when it is opened."""
    return CheckpointError(
        f"{shown} is a pickle, a format that can run code when it is opened. Inkcloud reads "
        "safetensors only: look for the model's .safetensors file.",
        field=shown,
        allowed="a safetensors file",
    )


def _damaged(shown: str, why: str) -> CheckpointError:
    return CheckpointError(
        f"{shown} is damaged: {why}. Fetch the file again.",
        field=shown,
        allowed="a whole safetensors file",
    )
