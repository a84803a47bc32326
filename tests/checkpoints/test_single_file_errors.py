"""Each way in which a single file can be wrong, and what its owner is told."""

import json
import os
import resource
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction
from support.narrow_checkpoints import make_narrow_sd
from support.original_layout import write_single_file
from support.sparse_safetensors import Shapes, read_shapes, write_sparse

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT = "cond_stage_model.transformer.text_model."
OPEN_CLIP = "cond_stage_model.model."
FIRST = UNET + "input_blocks.0.0.weight"
FILE = "model.safetensors"
MOST_SECONDS = 5.0
MOST_BYTES = 300 * 2**20

Edit = Callable[[Shapes], object]


@dataclass(frozen=True)
class Case:
    """What a file holds, and what the error must say.

    Attributes:
        edit: changes the tensors of a whole model.
        says: words that the message or what is allowed must hold.
        field: how the error's field begins.
        version: of the whole model.
        metadata: what the file states.
    """

    edit: Edit
    says: tuple[str, ...]
    field: str = FILE
    version: int = 1
    metadata: Any = None


def add(**tensors: tuple[str, list[int]]) -> Edit:
    return lambda held: held.update(tensors)


def added(name: str, *shape: int, dtype: str = "F32") -> Edit:
    return lambda held: held.update({name: (dtype, list(shape))})


def reshaped(name: str, *shape: int) -> Edit:
    return lambda held: held.update({name: (held[name][0], list(shape))})


def without(prefix: str) -> Edit:
    def edit(held: Shapes) -> None:
        for name in [name for name in held if name.startswith(prefix)]:
            del held[name]

    return edit


def only(prefix: str, remove: bool = False) -> Edit:
    def edit(held: Shapes) -> None:
        kept = {name: entry for name, entry in held.items() if name.startswith(prefix)}
        held.clear()
        held.update({name.removeprefix(prefix if remove else ""): e for name, e in kept.items()})

    return edit


def instead(*names: str) -> Edit:
    def edit(held: Shapes) -> None:
        held.clear()
        held.update({name: ("F16", [4, 4]) for name in names})

    return edit


def as_type(dtype: str) -> Edit:
    return lambda held: held.update({name: (dtype, shape) for name, (_, shape) in held.items()})


def wider(prefix: str, axis: int, side: int) -> Edit:
    """Give every tensor with a name that begins so another side."""

    def edit(held: Shapes) -> None:
        for name, (dtype, shape) in list(held.items()):
            if name.startswith(prefix) and len(shape) > axis:
                held[name] = (dtype, [*shape[:axis], side, *shape[axis + 1 :]])

    return edit


def both(*edits: Edit) -> Edit:
    def edit(held: Shapes) -> None:
        for each in edits:
            each(held)

    return edit


def doubled_text(held: Shapes) -> None:
    name = TEXT + "final_layer_norm.weight"
    held["cond_stage_model.transformer.final_layer_norm.weight"] = held[name]


CASES: dict[str, Case] = {
    # Other families, by name.
    "SDXL": Case(
        added("conditioner.embedders.0.transformer.text_model.final_layer_norm.weight", 768),
        ("Stable Diffusion XL", "Stable Diffusion 1 or 2"),
    ),
    "SDXL's UNet": Case(added(UNET + "label_emb.0.0.weight", 8, 8), ("Stable Diffusion XL",)),
    "SD3": Case(instead(UNET + "joint_blocks.0.x_block.attn.qkv.weight"), ("Stable Diffusion 3",)),
    "Flux": Case(instead("double_blocks.0.img_attn.qkv.weight"), ("Flux",)),
    "Flux, whole": Case(instead(UNET + "double_blocks.0.img_attn.qkv.weight"), ("Flux",)),
    "inpainting": Case(
        reshaped(FIRST, 32, 9, 3, 3), ("inpainting", "4 input channels"), f"{FILE}: in_channels"
    ),
    "editing": Case(reshaped(FIRST, 32, 8, 3, 3), ("editing",), f"{FILE}: in_channels"),
    "depth": Case(added("depth_model.model.pretrained.cls_token", 1), ("depth",)),
    "depth by its channels": Case(reshaped(FIRST, 32, 5, 3, 3), ("depth",), f"{FILE}: in_channels"),
    "upscaler": Case(added("low_scale_model.betas", 1000), ("upscaler",)),
    "unCLIP": Case(added("noise_augmentor.betas", 1000), ("unCLIP",)),
    "ControlNet": Case(instead("control_model.input_blocks.0.0.weight"), ("ControlNet",)),
    "LoRA": Case(instead("lora_unet_down_blocks_0.lora_down.weight"), ("LoRA",)),
    "LoRA in diffusers' names": Case(
        instead("unet.down_blocks.0.attn1.to_q.lora_A.weight"), ("LoRA",)
    ),
    "textual inversion": Case(instead("emb_params"), ("textual inversion",)),
    "autoencoder alone": Case(only(VAE, remove=True), ("autoencoder (VAE) alone",)),
    "autoencoder alone, with its prefix": Case(only(VAE), ("no UNet and no text encoder",)),
    "UNet alone": Case(only(UNET), ("no autoencoder (VAE) and no text encoder",)),
    "a component of a folder": Case(
        instead("conv_in.weight", "down_blocks.0.resnets.0.conv1.weight"), ("whole folder",)
    ),
    "something else": Case(instead("bert.embeddings.weight"), ("no tensors under the names",)),
    "no tensors at all": Case(instead(), ("no tensors under the names",)),
    # Parts missing, twice, or mixed.
    "text encoder missing": Case(without("cond_stage_model."), ("holds no text encoder",)),
    "autoencoder missing": Case(without(VAE), ("holds no autoencoder",)),
    "UNet missing": Case(without(UNET), ("holds no UNet",)),
    "two text encoders": Case(added(OPEN_CLIP + "ln_final.weight", 128), ("two text encoders",)),
    "text encoder of 2, UNet of 1": Case(
        both(
            without(TEXT),
            lambda held: held.update({OPEN_CLIP + "token_embedding.weight": ("F32", [49408, 128])}),
        ),
        ("text encoder of Stable Diffusion 2 and the UNet of Stable Diffusion 1",),
    ),
    "one tensor under two names": Case(doubled_text, ("a second time",)),
    "an unknown tensor": Case(
        added("my_hypernetwork.layer.weight", 3), ("belong to nothing", "my_hypernetwork")
    ),
    "an unknown tensor with an odd name": Case(
        added("a\nb\x00c" + "d" * 9999, 3), ("belong to nothing", "'a\\nb\\x00c")
    ),
    "an unknown tensor in the UNet": Case(
        added(UNET + "input_blocks.1.1.gate.weight", 3), ("belong to nothing", "gate")
    ),
    "a second layer of attention": Case(
        added(UNET + "input_blocks.1.1.transformer_blocks.1.norm1.weight", 32),
        ("also holds", "transformer_blocks.1"),
    ),
    "a missing tensor": Case(
        without(UNET + "middle_block.2.in_layers.2.bias"), ("lacks", "mid_block.resnets.1.conv1")
    ),
    "a missing tensor that decides": Case(without(FIRST), ("conv_in.weight", "decides its size")),
    "a missing tensor of the autoencoder": Case(
        without(VAE + "decoder.up.0.block.2.conv2.weight"), ("lacks", "up_blocks.3.resnets.2.conv2")
    ),
    # Shapes.
    "one shape that does not fit": Case(
        reshaped(UNET + "input_blocks.1.0.in_layers.2.weight", 32, 32, 1, 1),
        ("wrong shape", "(32, 32, 3, 3)"),
    ),
    "a decisive tensor with too few sides": Case(reshaped(FIRST, 32), ("too few sides",)),
    "a thousand million channels in a hole": Case(
        reshaped(FIRST, 32, 2**20, 3, 3), ("1 to 64",), f"{FILE}: unet: in_channels"
    ),
    "no channels": Case(
        reshaped(UNET + "input_blocks.1.0.in_layers.2.weight", 0, 32, 3, 3),
        ("list of 1 to 8",),
        f"{FILE}: unet: block_out_channels",
    ),
    "text wider than the UNet reads": Case(
        both(
            wider(UNET + "middle_block.1.transformer_blocks.0.attn2.to_k", 1, 96),
            wider(UNET + "middle_block.1.transformer_blocks.0.attn2.to_v", 1, 96),
        ),
        ("different text widths", "128"),
    ),
    "a vocabulary that is not CLIP's": Case(
        reshaped(TEXT + "embeddings.token_embedding.weight", 30522, 128),
        ("too small for CLIP's tokenizer", "49408"),
        f"{FILE}: vocab_size",
    ),
    "too few positions": Case(
        reshaped(TEXT + "embeddings.position_embedding.weight", 32, 128),
        ("77",),
        f"{FILE}: max_position_embeddings",
    ),
    "a width that no heads fit": Case(
        wider(TEXT + "embeddings.token_embedding", 1, 100), ("attention heads", "64")
    ),
    "query, key and value that three does not divide": Case(
        reshaped(OPEN_CLIP + "transformer.resblocks.0.attn.in_proj_weight", 383, 128),
        ("taken apart into 3",),
        version=2,
    ),
    "one layer of text, of which none is used": Case(
        both(
            without(OPEN_CLIP + "transformer.resblocks.1."),
            without(OPEN_CLIP + "transformer.resblocks.2."),
        ),
        ("encoder.layers.0.mlp.fc1.weight", "decides its size"),
        version=2,
        metadata={"modelspec.prediction_type": "epsilon"},
    ),
    "no stages in the autoencoder": Case(without(VAE + "encoder.down."), ("list of 1 to 8",)),
    "more layers than are there": Case(
        added(UNET + "input_blocks.999.0.in_layers.0.weight", 32), ("also holds",)
    ),
    # Number formats.
    "double precision": Case(as_type("F64"), ("not supported", "F16")),
    "whole numbers": Case(as_type("I32"), ("not supported", "F16")),
    # What the file states.
    "prediction not said": Case(
        lambda held: None, ("--prediction", "epsilon, v_prediction"), "prediction", version=2
    ),
    "predicts the sample": Case(
        lambda held: None,
        ("not supported", "v_prediction"),
        f"{FILE}: modelspec.prediction_type",
        metadata={"modelspec.prediction_type": "sample"},
    ),
    "metadata that is a list": Case(lambda held: None, ("__metadata__",), metadata=["v"]),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The tensors' names and shapes of a whole model of each version."""
    root = tmp_path_factory.mktemp("narrow")
    return {
        version: read_shapes(
            write_single_file(
                make_narrow_sd(root / str(version), version=version),
                root / f"{version}.safetensors",
                extras=False,
            )
        )
        for version in (1, 2)
    }


def refused(path: Path) -> CheckpointError:
    """Return the error, and see that it took neither much time nor much memory."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path, dtype="float32")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert time.process_time() - begun < MOST_SECONDS
    assert (after - before) * 1024 < MOST_BYTES
    assert len(caught.value.message) < 600
    assert json.dumps(caught.value.as_dict())
    return caught.value


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_file_gives_an_error_that_says_what_is_wrong(name, whole, tmp_path):
    case = CASES[name]
    held = dict(whole[case.version])
    case.edit(held)
    file = write_sparse(tmp_path / FILE, held, case.metadata)

    error = refused(file)

    assert str(error.field).startswith(case.field)
    told = f"{error.message} {error.allowed}"
    assert [words for words in case.says if words not in told] == []
    with pytest.raises(CheckpointError) as caught:
        inspect_model(file)
    assert caught.value.as_dict() == error.as_dict()


@pytest.mark.parametrize("version", [1, 2])
def test_the_file_that_the_table_damages_is_whole(whole, version, tmp_path):
    file = write_sparse(tmp_path / FILE, whole[version])

    assert inspect_model(file, Prediction.EPSILON).family == f"Stable Diffusion {version}"


CONTENTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "damaged"),
    "shorter than a length": (b"\x10\0\0", "damaged"),
    "pickle": (b"\x80\x02}q\x00(X\x0a\x00\x00\x00state_dictq\x01", "pickle"),
    "zip of pickles": (b"PK\x03\x04" + bytes(64), "pickle"),
    "page": (b"<!DOCTYPE html><html>", "not a safetensors file"),
    "pointer of a large file": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "header of two gigabytes": (struct.pack("<Q", 2**31) + b"{}", "too long"),
    "header beyond the end": (struct.pack("<Q", 4096) + b"{}", "ends inside its header"),
    "header that nests": (struct.pack("<Q", 2**20) + b"[" * 2**20, "not valid JSON"),
    "a name twice": (struct.pack("<Q", 15) + b'{"a":{},"a":{}}', "twice"),
    "not UTF-8": (struct.pack("<Q", 2) + b"\xff\xff", "not valid JSON"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_safetensors_file_is_told_so(name, tmp_path):
    content, says = CONTENTS[name]
    (tmp_path / FILE).write_bytes(content)

    error = refused(tmp_path / FILE)

    assert error.field == FILE
    assert says in error.message


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "model.bin", "model.PTH"])
def test_a_pickle_by_its_name_is_not_even_opened(name, whole, tmp_path):
    file = write_sparse(tmp_path / name, whole[1])

    assert "pickle" in refused(file).message


@pytest.mark.parametrize("name", ["model", "model.gguf", "model.safetensors.part"])
def test_another_name_is_refused_with_the_allowed_one(name, whole, tmp_path):
    file = write_sparse(tmp_path / name, whole[1])

    error = refused(file)

    assert error.field == "model"
    assert ".safetensors" in error.allowed


def test_a_file_with_an_odd_name_is_shown_on_one_line(tmp_path):
    file = tmp_path / "a\nb\udcff.safetensors"
    file.write_bytes(b"")

    error = refused(file)

    assert error.field == "'a\\nb\\udcff.safetensors'"
    assert error.message.isprintable()


def test_a_folder_with_a_files_name_is_looked_at_as_a_folder(tmp_path):
    (tmp_path / FILE).mkdir()

    assert refused(tmp_path / FILE).field == "model_index.json"


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / FILE)

    assert "neither a folder nor a plain file" in refused(tmp_path / FILE).message


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_opened(path):
    assert "neither a folder nor a plain file" in refused(Path(path)).message


@pytest.mark.parametrize("name", ["nowhere.safetensors", "a\0b", "x" * 5000])
def test_a_path_that_leads_nowhere_is_told_so(name, tmp_path):
    error = refused(tmp_path / name)

    assert error.field == "model"
    assert "does not exist" in error.message
