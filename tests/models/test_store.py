import json
import os
from dataclasses import replace

import pytest

from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.domain.errors import CheckpointError, Conflict, InvalidRequest, NotFound
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.add import add_model
from inkcloud.models.builtin import BUILTIN, builtin_folder
from inkcloud.models.store import ModelStore
from models.conftest import FACTS, told_facts


def added(store, folder, **options):
    return add_model(store, folder, inspection=told_facts, **options)


def contents(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_an_empty_store_has_the_built_in_model_only(store):
    assert store.names() == [BUILTIN]
    assert [model.name for model in store.all()] == [BUILTIN]
    assert store.path(store.get(BUILTIN)) == builtin_folder()
    assert not store.folder.exists()


def test_the_built_in_models_facts_are_those_that_its_inspection_finds(store):
    assert store.get(BUILTIN).facts == inspect_model(builtin_folder())


def test_a_copied_model_lies_whole_in_the_store(store, folder):
    model = added(store, folder)

    assert model.name == "tiny-sd-2-1"
    assert (model.origin.kind, model.origin.id) == ("path", str(folder))
    assert model.facts == FACTS
    assert store.get(model.name) == model
    assert contents(store.path(model)) == contents(folder)
    assert contents(store.folder / model.name)[-1] == "manifest.json"
    assert not list((store.folder / ".incoming").iterdir())
    for file in model.files:
        assert store.place(model, file.path).read_bytes() == (folder / file.path).read_bytes()


def test_only_what_is_needed_is_copied_even_from_behind_links(store, folder, tmp_path):
    (folder / "code.py").write_text("raise SystemExit")
    (folder / "model.ckpt").write_bytes(b"x")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    outside = weights.rename(tmp_path / "blob")
    weights.symlink_to(outside)

    model = added(store, folder)

    assert contents(store.path(model)) == sorted(set(contents(folder)) - {"code.py", "model.ckpt"})
    assert not any(path.is_symlink() for path in store.path(model).rglob("*"))


def test_a_linked_model_stays_where_it_lies(store, folder):
    model = added(store, folder, name="mine", link=True)

    assert model.linked
    assert store.path(model) == folder
    assert contents(store.folder / "mine") == ["manifest.json"]
    assert store.remove("mine") < 20_000  # the manifest alone
    assert contents(folder)


def test_a_single_file_is_loaded_from_its_own_path(store, tmp_path):
    file = tmp_path / "dream.safetensors"
    file.write_bytes(b"weights")
    of_a_file = replace(FACTS, layout="file")

    for link in (False, True):
        model = add_model(
            store, file, name="dream", link=link, inspection=lambda path, _: of_a_file
        )
        assert store.path(model).name == "dream.safetensors"
        assert store.path(model).read_bytes() == b"weights"
        assert (store.path(model) == file) is link


def test_the_same_place_added_again_is_the_same_model_anew(store, folder):
    first = added(store, folder)
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text() + "\n")

    second = added(store, folder)

    assert second.name == first.name
    assert second.revision != first.revision
    assert contents(store.folder / first.name) == sorted(
        ["manifest.json", *(f"{second.revision}/{path}" for path in contents(folder))]
    )


def test_equal_files_and_meaning_are_the_same_revision(store, folder):
    first = added(store, folder)

    again = added(store, folder)
    other = replace(first, facts=replace(FACTS, prediction=Prediction.V))

    assert again.revision == first.revision
    assert other.revision != first.revision
    assert store.path(again).is_dir()


def test_another_place_of_the_same_name_gets_a_number(store, folder, tmp_path):
    first = added(store, folder)
    elsewhere = folder.rename(tmp_path / "data" / folder.name)

    assert added(store, elsewhere).name == f"{first.name}-2"


@pytest.mark.parametrize("name", ["../x", "A", "a/b", "-"])
def test_what_is_no_label_is_no_name(store, folder, name):
    with pytest.raises(InvalidRequest) as caught:
        added(store, folder, name=name)

    assert caught.value.field == "name"
    for look in (store.get, store.remove):
        with pytest.raises(NotFound):
            look(name)


def test_the_built_in_model_cannot_be_replaced_or_removed(store, folder):
    for change in (lambda: added(store, folder, name=BUILTIN), lambda: store.remove(BUILTIN)):
        with pytest.raises(Conflict):
            change()


def test_removing_says_how_much_was_freed(store, folder):
    model = added(store, folder)
    manifest = (store.folder / model.name / "manifest.json").stat().st_size

    freed = store.remove(model.name)

    assert freed == model.size + manifest
    assert store.names() == [BUILTIN]
    with pytest.raises(NotFound, match="no model of that name"):
        store.get(model.name)


def test_a_model_that_cannot_be_inspected_leaves_the_earlier_one(store, folder):
    first = added(store, folder)

    def refuse(path, prediction):
        raise CheckpointError("no")

    with pytest.raises(CheckpointError):
        add_model(store, folder, inspection=refuse)

    assert store.get(first.name) == first
    store.check_sizes(first)
    assert not list((store.folder / ".incoming").iterdir())


def test_two_cannot_add_the_same_name_at_once(store, folder):
    with store.incoming("mine"), pytest.raises(Conflict, match="being added"):
        added(store, folder, name="mine")
    assert added(store, folder, name="mine")


@pytest.mark.parametrize("damage", ["missing", "shorter"])
def test_a_file_of_another_size_is_found_before_loading(store, folder, damage):
    model = added(store, folder)
    place = store.place(model, "unet/config.json")
    store.check_sizes(model)

    place.unlink() if damage == "missing" else os.truncate(place, 5)

    with pytest.raises(CheckpointError, match=r"unet/config\.json of the model tiny-sd-2-1"):
        store.check_sizes(model)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 2}',
        '{"format": 1}',
        "[" * 100_000,
        json.dumps({"format": 1, "name": "other"}),
    ],
)
def test_a_damaged_manifest_is_told_and_can_be_removed(store, folder, text):
    added(store, folder, name="mine")
    (store.folder / "mine" / "manifest.json").write_text(text)

    with pytest.raises(CheckpointError, match="manifest of the model mine"):
        store.get("mine")
    assert [model.name for model in store.all()] == [BUILTIN]
    assert len(store.damaged()) == 1
    assert store.revision("mine") == ""
    store.remove("mine")
    assert not store.damaged()


def test_every_change_of_a_manifest_is_told_or_harmless(store, folder):
    """One byte less, at each place: it reads as it was, or as an error of ours."""
    model = added(store, folder, name="mine")
    manifest = store.folder / "mine" / "manifest.json"
    whole = manifest.read_bytes()
    outcomes = set()

    for end in range(0, len(whole), 7):
        manifest.write_bytes(whole[:end] + whole[end + 1 :])
        try:
            outcomes.add(store.get("mine").name)
        except CheckpointError:
            outcomes.add("told")

    assert outcomes == {"mine", "told"}
    manifest.write_bytes(whole)
    assert store.get("mine") == model


def test_a_path_in_a_manifest_that_leads_out_is_damage(store, folder):
    added(store, folder, name="mine")
    manifest = store.folder / "mine" / "manifest.json"
    data = json.loads(manifest.read_text())
    for path in ("../../x", "/etc/passwd", "", "a\0b"):
        data["files"][0]["path"] = path
        manifest.write_text(json.dumps(data))
        with pytest.raises(CheckpointError):
            store.get("mine")


def test_a_pipe_among_the_files_does_not_hang(store, folder):
    (folder / "model_index.json").unlink()
    os.mkfifo(folder / "model_index.json")

    with pytest.raises(CheckpointError, match="not a plain file"):
        added(store, folder)


def test_progress_counts_every_byte_once(store, folder):
    seen = []

    model = added(store, folder, watch=seen.append)

    moving = [each for each in seen if each.stage == "copying"]
    assert [each.done for each in moving] == sorted(each.done for each in moving)
    assert (moving[-1].done, moving[-1].total) == (model.size, model.size)
    assert {each.file for each in moving} == {file.path for file in model.files}
    assert seen[-1].stage == "inspecting"


def test_a_store_is_found_again_by_another_process(store, folder):
    model = added(store, folder)

    assert ModelStore(store.folder).get(model.name) == model
