"""Where a person's data and models lie."""

import os
from collections.abc import Mapping
from pathlib import Path

MODELS_VARIABLE = "INKCLOUD_MODELS_DIR"
MODELS = "models"
PREPARED = "prepared"


def default_data_dir() -> Path:
    """Return the folder for this person's data, by the XDG base directory specification."""
    base = os.environ.get("XDG_DATA_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return root / "inkcloud"


def models_dir(environment: Mapping[str, str]) -> Path:
    """Return the store's folder: a replica is told it, a command finds it in the data folder."""
    told = environment.get(MODELS_VARIABLE, "")
    if told:
        return Path(told)
    named = environment.get("INKCLOUD_DATA_DIR", "")
    return (Path(named).expanduser().absolute() if named else default_data_dir()) / MODELS
