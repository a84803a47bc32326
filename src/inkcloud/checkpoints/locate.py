"""Where a model's folder is."""

from pathlib import Path

from inkcloud.domain.errors import CheckpointError

BUILTIN = "inkling"


def locate(model: str) -> Path:
    """Return the folder of a model.

    Args:
        model: "inkling" for the built-in model, otherwise a path to a diffusers folder.

    Raises:
        CheckpointError: if there is no such model and no such folder.
    """
    try:
        folder = _path(model)
        found = folder.exists()
    # An unknown user's home, a NUL, or a name that is longer than names can be.
    except (RuntimeError, ValueError, OSError):
        found = False
    if not model.strip() or not found:
        raise CheckpointError(
            "There is no model or folder of that name.",
            field="model",
            value=model,
            allowed=f'"{BUILTIN}" (the built-in model) or the path of a diffusers folder',
        )
    return folder


def _path(model: str) -> Path:
    if model == BUILTIN:
        return Path(__file__).resolve().parents[1] / "builtin" / BUILTIN
    return Path(model).expanduser().absolute()
