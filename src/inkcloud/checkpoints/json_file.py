"""A JSON file of a model's folder, read with care."""

import json
from pathlib import Path
from typing import Any

from inkcloud.domain.errors import CheckpointError

MAXIMUM_BYTES = 32 * 1024 * 1024


def read_json_object(path: Path, shown: str, maximum_bytes: int = MAXIMUM_BYTES) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Args:
        path: the file.
        shown: its name as the model's owner knows it, for example "unet/config.json".
        maximum_bytes: how long it may be.

    Raises:
        CheckpointError: if it is missing, too long, not JSON, or not an object.
    """
    text = read_text(path, shown, maximum_bytes)
    try:
        data = json.loads(text, object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{shown} is not valid JSON: {error}.", field=shown, allowed="a JSON object"
        ) from error
    if not isinstance(data, dict):
        raise CheckpointError(
            f"{shown} does not hold a JSON object.",
            field=shown,
            value=type(data).__name__,
            allowed="a JSON object",
        )
    return data


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object's pairs as a table; for `json.loads`.

    Raises:
        ValueError: if a name occurs twice: readers differ in which one they take.
    """
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a name occurs twice")
    return data


def read_text(path: Path, shown: str, maximum_bytes: int = MAXIMUM_BYTES) -> str:
    """Return a text file's content.

    Raises:
        CheckpointError: if it is missing, too long, unreadable or not UTF-8.
    """
    if not path.is_file():
        raise CheckpointError(
            f"{shown} is not a file."
            if path.exists()
            else f"{shown} is missing from the model's folder.",
            field=shown,
            allowed="a folder in diffusers' format, with all its files",
        )
    try:
        size = path.stat().st_size
        if size > maximum_bytes:
            raise CheckpointError(
                f"{shown} is too long: {size} bytes.",
                field=shown,
                value=size,
                allowed=f"at most {maximum_bytes} bytes",
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CheckpointError(f"{shown} is not UTF-8 text.", field=shown) from error
    except OSError as error:
        raise CheckpointError(f"{shown} cannot be read: {error}.", field=shown) from error
