"""A single file in the original layout gives what diffusers' own reader makes of it."""

import logging

import pytest
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from inkcloud.checkpoints.fingerprint import digest
from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.original_names import ema_name
from inkcloud.checkpoints.single_file import open_single_file
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from support.narrow_checkpoints import KINDS, make_narrow_sd
from support.original_layout import (
    open_clip_text,
    original_unet,
    original_vae,
    plain_text,
    write_single_file,
)
from support.sparse_safetensors import write_sparse

MODULES = ("text_encoder", "unet", "vae")
V = {"modelspec.prediction_type": "v"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A narrow model of each version, which no test may change."""
    root = tmp_path_factory.mktemp("narrow")
    return {version: make_narrow_sd(root / str(version), version=version) for version in (1, 2)}


def weights(checkpoint):
    return {
        f"{module}.{name}": weight
        for module in MODULES
        for name, weight in getattr(checkpoint, module).state_dict().items()
        if "position_ids" not in name
    }


def same(ours, theirs):
    return ours.keys() == theirs.keys() and all(
        torch.equal(ours[name], theirs[name]) for name in ours
    )


@pytest.mark.parametrize("kind", KINDS)
def test_weights_and_settings_are_those_of_diffusers_reader(folders, tmp_path, kind):
    version, prediction = KINDS[kind]
    folder = folders[version]
    file = write_single_file(folder, tmp_path / "model.safetensors")

    ours = load_checkpoint(file, dtype="float32", prediction=Prediction(prediction))

    logging.disable(logging.WARNING)
    stock = StableDiffusionPipeline.from_single_file(
        str(file), config=str(folder), local_files_only=True, safety_checker=None
    )
    logging.disable(logging.NOTSET)
    assert same(weights(ours), weights(stock))
    assert ours.unet.config.attention_head_dim == stock.unet.config.attention_head_dim
    assert ours.text_encoder.config.hidden_act == stock.text_encoder.config.hidden_act
    assert ours.vae.config.scaling_factor == stock.vae.config.scaling_factor
    assert ours.schedule == NoiseSchedule(prediction=Prediction(prediction))
    assert ours.sha256 == digest(file, "")
    for prompt in ("a photo of an octopus", "", "word " * 100):
        padded = stock.tokenizer(prompt, padding="max_length", max_length=77, truncation=True)
        mine = ours.tokenizer(prompt, padding="max_length", max_length=77, truncation=True)
        assert mine["input_ids"] == padded["input_ids"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_is_the_folder_that_it_was_made_from(folders, tmp_path, version):
    file = write_single_file(folders[version], tmp_path / "model.safetensors")

    ours = load_checkpoint(file, dtype="float32", prediction=Prediction.EPSILON)
    facts = inspect_model(file, Prediction.EPSILON)

    whole = load_checkpoint(folders[version], dtype="float32")
    of_folder = inspect_model(folders[version])
    assert same(weights(ours), weights(whole))
    assert (facts.layout, of_folder.layout) == ("file", "folder")
    assert facts.family == of_folder.family == f"Stable Diffusion {version}"
    assert facts.unet_parameters == of_folder.unet_parameters == ours.parameters
    assert facts.weight_bytes == of_folder.weight_bytes
    assert facts.native_size == of_folder.native_size == (512, 512)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("version", [1, 2])
def test_half_precision_is_read_as_it_is_stored(folders, tmp_path, version, dtype):
    file = write_single_file(folders[version], tmp_path / "half.safetensors", dtype=dtype)

    ours = load_checkpoint(file, dtype="float32", prediction=Prediction.EPSILON)

    whole = weights(load_checkpoint(folders[version], dtype="float32"))
    rounded = {name: weight.to(dtype).float() for name, weight in whole.items()}
    assert same(weights(ours), rounded)
    facts = inspect_model(file, Prediction.EPSILON)
    assert facts.stored_dtype == str(dtype).removeprefix("torch.")


@pytest.mark.parametrize("version", [1, 2])
def test_averaged_weights_are_left_out_beside_the_plain_ones(folders, tmp_path, version):
    file = write_single_file(folders[version], tmp_path / "both.safetensors", averaged=True)

    ours = load_checkpoint(file, dtype="float32", prediction=Prediction.EPSILON)

    assert same(weights(ours), weights(load_checkpoint(folders[version], dtype="float32")))


@pytest.mark.parametrize("version", [1, 2])
def test_averaged_weights_are_used_where_there_are_no_others(folders, tmp_path, version):
    file = write_single_file(
        folders[version], tmp_path / "averaged.safetensors", plain=False, averaged=True
    )

    ours = load_checkpoint(file, dtype="float32", prediction=Prediction.EPSILON)

    assert same(weights(ours), weights(load_checkpoint(folders[version], dtype="float32")))


@pytest.mark.parametrize("version", [1, 2])
def test_every_name_without_dots_gets_its_dots_back(folders, version):
    unet = load_file(folders[version] / "unet" / "diffusion_pytorch_model.safetensors")
    names = list(original_unet(unet))

    assert [ema_name(name.replace(".", "")) for name in names] == names
    assert ema_name("something_else") is None


def test_older_and_shorter_forms_of_names_are_read(folders, tmp_path):
    held = load_file(write_single_file(folders[1], tmp_path / "model.safetensors"))
    short = {}
    for name, weight in held.items():
        # Newer transformers leave "text_model" out; some converters write matrices.
        name = name.replace("transformer.text_model.", "transformer.")
        flat = "attn_1" in name and weight.ndim == 4
        short[name] = weight[:, :, 0, 0].contiguous() if flat else weight
    save_file(short, tmp_path / "short.safetensors")

    ours = load_checkpoint(tmp_path / "short.safetensors", dtype="float32")

    assert same(weights(ours), weights(load_checkpoint(folders[1], dtype="float32")))


def test_a_prediction_that_cannot_be_known_is_asked_for(folders, tmp_path):
    file = write_single_file(folders[2], tmp_path / "model.safetensors")

    with pytest.raises(CheckpointError) as caught:
        inspect_model(file)

    assert caught.value.field == "prediction"
    assert caught.value.allowed == "epsilon, v_prediction"
    assert "--prediction" in caught.value.message
    assert "INKCLOUD_PREDICTION" in caught.value.message


@pytest.mark.parametrize(
    ("version", "metadata", "told", "prediction", "native"),
    [
        (1, {}, None, "epsilon", 512),
        (1, V, None, "v_prediction", 512),
        (1, {}, "v_prediction", "v_prediction", 512),
        (2, {}, "epsilon", "epsilon", 512),
        (2, {}, "v_prediction", "v_prediction", 768),
        (2, V, None, "v_prediction", 768),
        (2, {"modelspec.prediction_type": "epsilon"}, None, "epsilon", 512),
        (2, V, "epsilon", "epsilon", 512),
        (2, V | {"modelspec.resolution": "640x640"}, None, "v_prediction", 640),
        (2, V | {"modelspec.resolution": "99999x9"}, None, "v_prediction", 768),
        (2, V | {"modelspec.resolution": "100x100"}, None, "v_prediction", 768),
    ],
)
def test_prediction_and_native_size_are_told_or_stated_or_the_familys(
    folders, tmp_path, version, metadata, told, prediction, native
):
    file = write_single_file(folders[version], tmp_path / "m.safetensors", metadata=metadata)

    facts = inspect_model(file, Prediction.parse(told))

    assert facts.prediction == prediction
    assert facts.native_size == (native, native)


def test_an_oblong_native_size_is_width_before_height(folders, tmp_path):
    stated = {"modelspec.resolution": "768x512"}
    file = write_single_file(folders[1], tmp_path / "model.safetensors", metadata=stated)

    assert inspect_model(file).native_size == (768, 512)
    assert load_checkpoint(file, dtype="float32").native_size == (768, 512)


def test_a_file_of_2_with_23_layers_lacks_the_last_already(folders, tmp_path):
    held = load_file(write_single_file(folders[2], tmp_path / "model.safetensors"))
    layer = "cond_stage_model.model.transformer.resblocks.0."
    first = {name.removeprefix(layer): w for name, w in held.items() if name.startswith(layer)}
    for number in range(23):
        place = layer.replace(".0.", f".{number}.")
        held |= {place + name: weight.clone() for name, weight in first.items()}
    save_file(held, tmp_path / "long.safetensors", metadata=V)

    ours = load_checkpoint(tmp_path / "long.safetensors", dtype="float32")

    assert ours.text_encoder.config.num_hidden_layers == 23


def test_the_name_is_the_files_unless_it_is_given(folders, tmp_path):
    file = write_single_file(folders[1], tmp_path / "mine.safetensors")

    assert load_checkpoint(file, dtype="float32").name == "mine.safetensors"
    assert load_checkpoint(file, dtype="float32", name="other").name == "other"


def test_another_fingerprint_than_the_recorded_one_is_refused(folders, tmp_path):
    file = write_single_file(folders[1], tmp_path / "mine.safetensors")
    recorded = digest(file, "")
    whole = bytearray(file.read_bytes())
    whole[-100] ^= 1
    file.write_bytes(whole)

    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(file, dtype="float32", expected_sha256=recorded)

    assert caught.value.field == "sha256"


FULL_SIZE = {
    1: {
        "unet": {"cross_attention_dim": 768, "attention_head_dim": 8},
        "text": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12},
        "parameters": 859_520_964,  # as published for 1.x
    },
    2: {
        "unet": {
            "cross_attention_dim": 1024,
            "attention_head_dim": [5, 10, 20, 20],
            "use_linear_projection": True,
        },
        "text": {"hidden_size": 1024, "num_hidden_layers": 23, "num_attention_heads": 16},
        "parameters": 865_910_724,  # as published for 2.x
    },
}


@pytest.mark.parametrize("version", FULL_SIZE)
def test_a_file_of_full_size_is_known_by_its_header_alone(version, tmp_path):
    """The real sizes, in a file whose tensors are a hole that takes no room."""
    unet, text = FULL_SIZE[version]["unet"], FULL_SIZE[version]["text"]
    with torch.device("meta"):
        modules = (
            UNet2DConditionModel(**unet),
            AutoencoderKL(
                block_out_channels=(128, 256, 512, 512),
                down_block_types=("DownEncoderBlock2D",) * 4,
                up_block_types=("UpDecoderBlock2D",) * 4,
                layers_per_block=2,
            ),
            CLIPTextModel(CLIPTextConfig(**text, intermediate_size=4 * text["hidden_size"])),
        )
    whole_text = plain_text if version == 1 else open_clip_text
    originals = {
        **{
            f"model.diffusion_model.{n}": w
            for n, w in original_unet(modules[0].state_dict()).items()
        },
        **{f"first_stage_model.{n}": w for n, w in original_vae(modules[1].state_dict()).items()},
        **whole_text(modules[2].state_dict()),
    }
    shapes = {name: ("F16", list(weight.shape)) for name, weight in originals.items()}
    file = write_sparse(tmp_path / "model.safetensors", shapes)

    facts = inspect_model(file, Prediction.EPSILON)

    model = open_single_file(file, Prediction.EPSILON)
    assert facts.family == f"Stable Diffusion {version}"
    assert facts.unet_parameters == FULL_SIZE[version]["parameters"]
    assert facts.stored_dtype == "float16"
    assert unet.items() <= model.unet.config.items()
    assert text.items() <= model.text_encoder.config.items()
    assert model.unet.config["block_out_channels"] == [320, 640, 1280, 1280]
    assert model.vae.config["block_out_channels"] == [128, 256, 512, 512]
    assert model.unet.config["layers_per_block"] == model.vae.config["layers_per_block"] == 2
