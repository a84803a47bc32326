import json
import shutil

from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.models.add import add_model
from inkcloud.models.builtin import BUILTIN
from inkcloud.models.store import ModelStore
from inkcloud.models.verify import verify_model
from models.conftest import told_facts

UNET = "unet/diffusion_pytorch_model.safetensors"


def kept(store, folder):
    return add_model(store, folder, name="mine", inspection=told_facts)


def faults(store, model):
    return {fault.file: fault.text for fault in verify_model(store, model, inspection=told_facts)}


def test_a_whole_model_has_no_faults(store, folder):
    model = kept(store, folder)
    seen = []

    found = verify_model(store, model, watch=seen.append, inspection=told_facts)

    assert found == ()
    assert max(each.done for each in seen) == model.size


def test_each_file_that_differs_is_named_with_how(store, folder):
    model = kept(store, folder)
    flipped = store.place(model, UNET)
    data = bytearray(flipped.read_bytes())
    data[1000] ^= 1
    flipped.write_bytes(data)
    store.place(model, "vae/config.json").unlink()
    store.place(model, "tokenizer/vocab.json").write_text("{}")

    found = faults(store, model)

    assert found.keys() == {UNET, "vae/config.json", "tokenizer/vocab.json"}
    assert "Its bytes have changed: SHA-256" in found[UNET]
    assert "It is missing" in found["vae/config.json"]
    assert "It is 2 bytes long, not" in found["tokenizer/vocab.json"]


def test_shapes_are_checked_by_the_real_inspection(tmp_path, folder):
    """A model whose shapes are wrong but whose hashes were recorded so."""
    config = folder / "unet" / "config.json"
    data = json.loads(config.read_text())
    data["block_out_channels"] = [32, 96]
    config.write_text(json.dumps(data))
    store = ModelStore(tmp_path / "models")
    model = kept(store, folder)

    [fault] = verify_model(store, model, inspection=inspect_model)

    assert "do not fit" in fault.text or "wrong shape" in fault.text


def test_the_built_in_model_is_inspected(store):
    assert verify_model(store, store.get(BUILTIN)) == ()


def test_a_linked_model_whose_folder_is_gone_is_told(store, folder):
    model = add_model(store, folder, link=True, inspection=told_facts)
    shutil.rmtree(folder)

    assert len(faults(store, model)) == len(model.files)
