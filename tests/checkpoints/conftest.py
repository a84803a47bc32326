import shutil
from pathlib import Path

import pytest

from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(scope="session")
def tiny_original(tmp_path_factory) -> Path:
    """A whole model that no test may change."""
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def folder(tiny_original, tmp_path) -> Path:
    """A copy of the whole model, free to be damaged."""
    return shutil.copytree(tiny_original, tmp_path / "model")
