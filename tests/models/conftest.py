import shutil
from pathlib import Path

import pytest

from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.store import ModelStore
from support.tiny_checkpoints import make_tiny_sd

FACTS = ModelFacts(
    layout="folder",
    family="Stable Diffusion 2",
    prediction=Prediction.EPSILON,
    native_size=(64, 64),
    unet_parameters=10,
    weight_bytes=20,
    stored_dtype="float32",
)


def told_facts(path: Path, prediction: Prediction | None) -> ModelFacts:
    """Stand in for the inspection, which takes seconds: the facts are as told."""
    return FACTS


@pytest.fixture(scope="session")
def tiny_original(tmp_path_factory) -> Path:
    """A whole model that no test may change."""
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny", prediction="v_prediction")


@pytest.fixture
def folder(tiny_original, tmp_path) -> Path:
    """A copy of the whole model, free to be damaged."""
    return shutil.copytree(tiny_original, tmp_path / "Tiny_SD 2.1")


@pytest.fixture
def store(tmp_path) -> ModelStore:
    return ModelStore(tmp_path / "data" / "models")
