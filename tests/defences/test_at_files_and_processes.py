"""Attacks by files, sizes and environments: each fails, and succeeds with its defence off.

A test's `on` says whether the defence is on. docs/security.md is the table of all defences.
"""

import asyncio
import json
import os
import pickle
import re
import shutil
import struct
import zlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inkcloud.checkpoints import folder as model_folder
from inkcloud.checkpoints import safetensors_header
from inkcloud.checkpoints.classes import MODELS
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.safetensors_header import read_header
from inkcloud.control.tokens import Tokens
from inkcloud.domain.errors import CheckpointError, InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.token import token_hash
from inkcloud.engine.init_picture import picture_size
from inkcloud.runtimes import local
from inkcloud.storage import images
from inkcloud.storage.database import Database
from inkcloud.storage.images import ImageStore
from inkcloud.storage.tokens import TokenTable
from support.running_runtime import running
from support.tiny_checkpoints import make_tiny_sd

DEFENCE = pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def folder(original, tmp_path):
    return shutil.copytree(original, tmp_path / "model")


@contextmanager
def refused(on, error):
    """Expect the error if the defence is on, and none if it is off."""
    if on:
        with pytest.raises(error):
            yield
    else:
        yield


class Payload:
    """Unpickling it writes a file."""

    def __init__(self, marker):
        self._marker = marker

    def __reduce__(self):
        return Path.write_text, (self._marker, "the pickle ran")


@DEFENCE
def test_weights_are_a_pickle_that_runs_code(on, folder, tmp_path):
    marker = tmp_path / "marker"
    (folder / UNET).unlink()
    weights = folder / "unet/diffusion_pytorch_model.bin"
    weights.write_bytes(pickle.dumps(Payload(marker)))

    if on:
        with pytest.raises(CheckpointError, match="can run"):
            load_checkpoint(folder, dtype="float32")
    else:
        pickle.loads(weights.read_bytes())

    assert marker.exists() is not on


@DEFENCE
@pytest.mark.parametrize("name", ["evil.py", "unet/modeling.py", "vae/fast.so"])
def test_a_models_folder_brings_code(on, name, folder, monkeypatch):
    (folder / name).write_text("raise SystemExit")
    if not on:
        monkeypatch.setattr(model_folder, "_check_entries", lambda _: None)

    with refused(on, CheckpointError):
        load_checkpoint(folder, dtype="float32")


@DEFENCE
def test_a_model_names_a_class_of_its_own(on, folder, monkeypatch):
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["diffusers", "UNetEvil"]
    (folder / "model_index.json").write_text(json.dumps(index))
    if not on:
        monkeypatch.setitem(MODELS["unet"], ("diffusers", "UNetEvil"), object)

    if on:
        with pytest.raises(CheckpointError, match="not supported"):
            model_folder.open_folder(folder)
    else:
        assert model_folder.open_folder(folder)["unet"].class_name == "UNetEvil"


@DEFENCE
def test_a_link_leads_out_of_a_models_folder(on, folder, tmp_path, monkeypatch):
    (folder / UNET).rename(tmp_path / "elsewhere")
    (folder / UNET).symlink_to(tmp_path / "elsewhere")
    if not on:
        monkeypatch.setattr(model_folder, "_check_entries", lambda _: None)

    with refused(on, CheckpointError):
        load_checkpoint(folder, dtype="float32")


@DEFENCE
def test_a_header_of_weights_is_a_bomb(on, tmp_path, monkeypatch):
    text = json.dumps({"__metadata__": {"x": "y" * 9 * 1024 * 1024}}).encode()
    path = tmp_path / "weights"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    if not on:
        monkeypatch.setattr(safetensors_header, "MAXIMUM_HEADER_BYTES", 2**40)

    with refused(on, CheckpointError):
        assert "x" in read_header(path, "weights").metadata


@DEFENCE
def test_a_small_file_is_a_picture_of_hundreds_of_megabytes(on):
    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    size = 9000
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    limits = Limits() if on else Limits(image_pixels=size * size)

    with refused(on, InvalidRequest):
        assert picture_size(data, limits) == (size, size)


OFF = Limits(steps=(1, 10**6), images=10**6, side=(64, 10**6), pixels=10**12, work=10**18)


@DEFENCE
@pytest.mark.parametrize(
    ("asked", "off"),
    [
        ({"num_images": 1000}, OFF),
        ({"num_inference_steps": 100_000}, OFF),
        ({"width": 50_000, "height": 50_000}, OFF),
        ({"width": 1024, "height": 1024, "num_images": 16, "num_inference_steps": 500}, OFF),
        ({"prompt": "x" * 100_000}, replace(OFF, prompt_bytes=10**6)),
        ({"image": b"\x89PNG\r\n\x1a\n" + bytes(11 * 2**20)}, replace(OFF, image_bytes=2**30)),
    ],
    ids=["pictures", "steps", "size", "all together", "prompt", "file"],
)
def test_a_request_is_a_bomb(on, asked, off):
    request = GenerationRequest(**({"prompt": "x"} | asked))

    with refused(on, InvalidRequest):
        request.validated(Limits() if on else off)


@DEFENCE
@pytest.mark.parametrize("name", ["..secret", "../../secret", "ab/../../secret", "/etc/passwd"])
def test_a_pictures_name_leads_out_of_the_store(on, name, tmp_path, monkeypatch):
    store = ImageStore(tmp_path)
    if not on:
        monkeypatch.setattr(images, "SHA256", re.compile(".+"))

    with refused(on, ValueError):
        assert not store.path(name).resolve().is_relative_to(tmp_path / "images")


@DEFENCE
def test_whoever_reads_the_database_has_the_tokens(on, tmp_path):
    database = Database.in_folder(tmp_path)
    table = TokenTable(database)
    token, access = Tokens(table).create("mine")
    if not on:
        table.add(token, replace(access, id="tok_plain"))
    database.close()

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("inkcloud.sqlite3*"))
    assert token_hash(token).encode() in stored
    assert (token.encode() not in stored) is on


@DEFENCE
def test_a_services_code_sees_the_gateways_secrets(on, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://user:swordfish@host/db")
    clean = local.clean_environment
    if not on:
        everything = dict(os.environ)
        monkeypatch.setattr(
            local, "clean_environment", lambda *given: {**everything, **clean(*given)}
        )

    async def seen():
        async with running(tmp_path) as box:
            return await box.ask(action="environment")

    assert ("swordfish" not in repr(asyncio.run(seen()))) is on
