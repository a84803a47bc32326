"""Runs a service's `store_assets` once, however many replicas start and start again."""

import fcntl
import hashlib
import importlib.util
import os
import re
from collections.abc import Callable
from pathlib import Path

VOLUME = "OCTOAI_VOLUME_PATH"
_LOCK = ".store-assets.lock"
_DONE = ".store-assets.done"


def name_volume(service: str) -> None:
    """Give the process a folder that lasts between starts, unless it was given one.

    The folder's name comes from the file of the service's module, so that two services of
    one name do not share it. A service reads it from the environment, and OctoAI's
    `volume_path()` does.

    Args:
        service: "module:Class".
    """
    if os.environ.get(VOLUME):
        return
    source = str(_source(service))
    slug = re.sub(r"[^A-Za-z0-9]+", "-", service).strip("-")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    os.environ[VOLUME] = str(cache / "inkcloud" / "volumes" / f"{slug}-{digest}")


def store_assets_once(store_assets: Callable[[], object], service: str) -> None:
    """Store a service's assets, unless this version of its module has done so before.

    Replicas that start at the same time wait for the first one.

    Args:
        store_assets: the service's method.
        service: "module:Class".

    Raises:
        OSError: if the folder cannot be written.
    """
    volume = Path(os.environ[VOLUME])
    volume.mkdir(parents=True, exist_ok=True)
    done = volume / _DONE
    with (volume / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        version = _version(service)
        if not done.exists() or done.read_text() != version:
            store_assets()
            done.write_text(version)


def _version(service: str) -> str:
    source = _source(service)
    content = source.read_bytes() if source is not None and source.is_file() else b""
    return f"{service} {hashlib.sha256(content).hexdigest()}"


def _source(service: str) -> Path | None:
    try:
        found = importlib.util.find_spec(service.partition(":")[0])
    # A parent package may raise anything when it is imported; loading the service will say so.
    except Exception:
        return None
    return Path(found.origin) if found is not None and found.origin else None
