"""Stands in for `octoai.service`."""
# ruff: noqa: B027 - its hooks are there to be overridden or left alone

import os
from abc import ABC, abstractmethod
from typing import Any

from inkcloud.services.path import path

__all__ = ["DEFAULT_VOLUME_PATH", "Service", "path", "volume_path"]

DEFAULT_VOLUME_PATH = "/octoai/cache"


class Service(ABC):
    """The class that such services extend; each argument of `infer` needs an annotation."""

    def setup(self) -> None:
        """Load what the requests need."""

    def store_assets(self) -> None:
        """Put files into the folder `volume_path()`."""

    def on_server_startup(self) -> None:
        """Prepare the process; comes before `setup`."""

    def on_server_shutdown(self) -> None:
        """Let go of what the process holds; comes after the last request."""

    @abstractmethod
    def infer(self, **kwargs: Any) -> Any:  # noqa: ANN401 - the subclass decides
        """Answer one request."""


def volume_path() -> str:
    """Return the folder that keeps `store_assets`' files between starts."""
    return os.environ.get("OCTOAI_VOLUME_PATH") or DEFAULT_VOLUME_PATH
