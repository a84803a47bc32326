"""Safetensors files whose tensors take no room on the disk: a header, and a hole after it."""

import json
import math
import struct
from pathlib import Path
from typing import Any

ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1}

Shapes = dict[str, tuple[str, list[int]]]


def read_shapes(file: Path) -> Shapes:
    """Return each tensor's dtype and shape as the file's header says."""
    whole = file.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"]) for name, entry in header.items()}


def write_sparse(file: Path, shapes: Shapes, metadata: Any = None) -> Path:
    """Write a file that holds tensors of zeros."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    end = 0
    for name, (dtype, shape) in shapes.items():
        start, end = end, end + math.prod(shape) * ITEM_BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with file.open("wb") as opened:
        opened.write(struct.pack("<Q", len(text)) + text)
        opened.truncate(8 + len(text) + end)
    return file
