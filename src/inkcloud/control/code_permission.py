"""Which settings of an endpoint amount to running code of the caller's own."""

import os
from pathlib import Path

from inkcloud.domain.errors import InvalidRequest

# What the built-in services read, and what no program takes for a place to load code from.
# Anything else may be such a place: PYTHONPATH, LD_PRELOAD, HOME, PATH, OPENSSL_CONF, ... A
# list of dangerous names would never be complete, so this is a list of harmless ones.
_PLAIN = frozenset(
    {
        "INKCLOUD_MODEL",
        "INKCLOUD_DTYPE",
        "INKCLOUD_BACKEND",
        "INKCLOUD_PREDICTION",
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "TZ",
    }
)
_OWN_PREFIX = "APP_"


def code_variables(before: object, after: object) -> list[str]:
    """Return the names of the variables whose change may run code, in order.

    Args:
        before: the environment as it is.
        after: as it is wanted; anything but a mapping is refused elsewhere.
    """
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    names = {str(name) for name in before.keys() | after.keys()}
    changed = [name for name in names if before.get(name) != after.get(name)]
    return sorted(name for name in changed if not _plain(name))


def check_code_folder(folder: str) -> None:
    """Check that a person's code is where it is said to be; "" is fine.

    Raises:
        InvalidRequest: if it is not a folder that this process can read.
    """
    path = Path(folder)
    if folder and not (
        path.is_absolute() and os.access(folder, os.R_OK | os.X_OK) and path.is_dir()
    ):
        raise InvalidRequest(
            "There is no such folder on the gateway's machine.",
            field="code_folder",
            value=folder,
            allowed="the absolute path of a folder that the gateway can read",
        )


def _plain(name: str) -> bool:
    return name in _PLAIN or name.startswith(_OWN_PREFIX)
