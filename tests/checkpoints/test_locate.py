from pathlib import Path

import pytest

import inkcloud
from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.checkpoints.load_model import load_model
from inkcloud.checkpoints.locate import BUILTIN, find_model, locate
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.add import add_model
from inkcloud.models.places import models_dir
from inkcloud.models.store import ModelStore


def test_the_builtin_model_is_inside_the_package():
    expected = Path(inkcloud.__file__).parent / "builtin" / "inkling"

    assert locate(BUILTIN) == expected


def test_a_path_is_made_absolute(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)

    assert locate("model") == tmp_path / "model"


def test_the_home_folder_may_be_short(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))

    assert locate("~/model") == tmp_path / "model"


@pytest.mark.parametrize("name", ["no-such-model", "", "  ", "a\0b", "~nobody-here/x", "x" * 5000])
def test_an_unknown_model_says_what_is_known(name):
    with pytest.raises(CheckpointError) as caught:
        locate(name)

    assert caught.value.field == "model"
    assert BUILTIN in str(caught.value.allowed)


@pytest.mark.parametrize("variable", ["INKCLOUD_DATA_DIR", "INKCLOUD_MODELS_DIR", "XDG_DATA_HOME"])
def test_a_stored_model_is_found_by_its_name_wherever_the_store_is(
    folder, tmp_path, monkeypatch, variable
):
    monkeypatch.setenv(variable, str(tmp_path / "data"))
    inside = {"INKCLOUD_DATA_DIR": "models", "INKCLOUD_MODELS_DIR": "."}
    store = ModelStore(tmp_path / "data" / inside.get(variable, "inkcloud/models"))
    model = add_model(store, folder, name="mine", inspection=inspect_model)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()

    found = find_model("mine")

    assert (found.name, found.path) == ("mine", store.path(model))
    assert found.prediction is Prediction.EPSILON
    assert locate("./mine") == tmp_path / "mine"


def test_a_stored_model_is_loaded_under_its_name(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("INKCLOUD_MODELS_DIR", str(tmp_path / "models"))
    store = ModelStore(models_dir({"INKCLOUD_MODELS_DIR": str(tmp_path / "models")}))
    model = add_model(store, folder, name="mine", inspection=inspect_model)

    assert load_model("mine", "float32").name == "mine"
    weights = store.place(model, "unet/diffusion_pytorch_model.safetensors")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="not those that were recorded"):
        load_model("mine", "float32")
    weights.write_bytes(whole)
    store.place(model, "unet/config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="inkcloud models verify mine"):
        load_model("mine")


def test_a_linked_folder_that_got_other_weights_is_refused(folder, tmp_path, monkeypatch):
    """Loading prefers full precision, which was not there when the model was added."""
    monkeypatch.setenv("INKCLOUD_MODELS_DIR", str(tmp_path / "models"))
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    half = weights.rename(weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    store = ModelStore(tmp_path / "models")
    add_model(store, folder, name="mine", link=True, inspection=inspect_model)
    weights.write_bytes(half.read_bytes())

    with pytest.raises(CheckpointError, match="was not there when the model was added"):
        load_model("mine", "float32")
