import shutil

import pytest

from inkcloud.checkpoints.fingerprint import fingerprint
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError

FILES = (
    "model_index.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/merges.txt",
    "tokenizer/tokenizer_config.json",
    "tokenizer/vocab.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
)


def test_the_list_of_this_test_is_the_whole_folder(folder):
    files = (path for path in folder.rglob("*") if path.is_file())

    assert tuple(sorted(path.relative_to(folder).as_posix() for path in files)) == FILES


@pytest.mark.parametrize("file", FILES)
def test_one_more_byte_in_any_file_changes_it(folder, file):
    before = fingerprint(folder)

    with (folder / file).open("ab") as opened:
        opened.write(b" ")

    assert fingerprint(folder) != before


def test_files_that_loading_does_not_read_are_passed_over(folder):
    before = fingerprint(folder)

    (folder / "README.md").write_text("About this model.")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"\x80")
    (folder / "unet" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(b"other")
    (folder / "safety_checker").mkdir()

    assert fingerprint(folder) == before


def test_the_place_does_not_matter(folder, tmp_path):
    moved = shutil.copytree(folder, tmp_path / "another" / "name")

    assert fingerprint(moved) == fingerprint(folder)


def test_a_loaded_checkpoint_carries_it(folder):
    assert load_checkpoint(folder, dtype="float32").sha256 == fingerprint(folder)
    assert len(fingerprint(folder)) == 64


def test_a_missing_file_is_named(folder):
    (folder / "vae" / "config.json").unlink()

    with pytest.raises(CheckpointError) as caught:
        fingerprint(folder)

    assert caught.value.field == "vae/config.json"
