"""A loaded checkpoint computes what diffusers' own pipeline computes."""

import json
import logging

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file, save_file

from inkcloud.checkpoints.dtype import resolve_dtype
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError, InvalidRequest
from inkcloud.domain.noise_schedule import BetaSchedule, NoiseSchedule, Prediction
from support.init_images import pattern
from support.tiny_checkpoints import make_tiny_sd

PROMPTS = (
    "A photo of an octopus playing chess",
    "",
    "  RED cat's, 42 blurry\tphotos!!  ",
    "héllo wörld 🐙 " * 20,
    "<|endoftext|> a <|startoftext|> [SEP] [MASK] cat",
)
KINDS = {
    "clip and kl": {"text": "clip", "vae": "kl"},
    "bert and tiny": {
        "text": "bert",
        "vae": "tiny",
        "latent_channels": 8,
        "prediction": "v_prediction",
    },
    "another autoencoder": {
        "latent_channels": 8,
        "vae_settings": {
            "scaling_factor": 0.5,
            "block_out_channels": (16, 8, 24, 8),
            "layers_per_block": 2,
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            "force_upcast": False,
        },
    },
}


@pytest.fixture(scope="module", params=KINDS)
def models(request, tmp_path_factory):
    """The same folder, loaded by us and by diffusers."""
    folder = make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny", **KINDS[request.param])
    logging.disable(logging.WARNING)
    stock = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    logging.disable(logging.NOTSET)
    return load_checkpoint(folder, dtype="float32"), stock


@pytest.mark.parametrize("prompt", PROMPTS)
def test_encode_equals_the_stock_pipeline(models, prompt):
    ours, stock = models

    embedding = ours.encode(prompt)

    expected, negative = stock.encode_prompt(
        "cat", "cpu", 1, do_classifier_free_guidance=True, negative_prompt=prompt
    )
    assert torch.equal(embedding, negative[0])
    assert torch.equal(ours.encode("cat"), expected[0])


def test_predict_equals_the_stock_unet_and_depends_on_every_input(models):
    ours, stock = models
    latents = torch.randn(2, ours.latent_channels, 8, 6, generator=torch.manual_seed(1))
    steps = torch.tensor([999.0, 3.0])
    text = torch.stack([ours.encode("octopus"), ours.encode("cat")])

    output = ours.predict(latents, steps, text)

    with torch.no_grad():
        expected = stock.unet(latents, steps, text.clone()).sample
    assert torch.equal(output, expected)
    assert output.dtype == torch.float32
    for changed in (
        (latents.flip(0), steps, text),
        (latents, steps.flip(0), text),
        (latents, steps, text.flip(0)),
    ):
        assert (ours.predict(*changed) - output).abs().max() > 0.05


def test_decode_equals_the_stock_image(models):
    ours, stock = models
    latent = torch.randn(ours.latent_channels, 8, 6, generator=torch.manual_seed(2))

    pixels = ours.decode(latent)

    with torch.no_grad():
        decoded = stock.vae.decode(latent[None] / stock.vae.config.scaling_factor).sample
    expected = np.asarray(stock.image_processor.postprocess(decoded)[0])
    assert np.array_equal(pixels, expected)
    assert pixels.shape == (64, 48, 3)
    assert pixels.dtype == np.uint8
    assert pixels.std() > 10


def test_facts_are_those_of_the_stock_pipeline(models):
    ours, stock = models

    assert ours.factor == stock.vae_scale_factor
    assert ours.native_size == (64, 64)
    assert ours.latent_channels == stock.unet.config.in_channels
    assert ours.parameters == stock.unet.num_parameters()
    assert ours.schedule.prediction == stock.scheduler.config.prediction_type
    assert ours.backend(rows=2, width=64, height=64) == "torch-cpu"
    assert ours.name == "tiny"
    assert not ours.unet.training


def test_preview_is_a_small_picture_of_four_channel_latents(tiny_original):
    ours = load_checkpoint(tiny_original, dtype="float32")
    # The brightest direction of the linear approximation.
    latent = torch.tensor([1.0, 1.0, 0.5, -1.0]).view(4, 1, 1).expand(4, 8, 6)

    bright, dark = ours.preview(latent), ours.preview(-latent)

    assert bright.shape == (8, 6, 3)
    assert bright.min() > 200
    assert dark.max() < 55


def test_preview_of_a_tiny_autoencoder_is_a_real_picture(tmp_path):
    ours = load_checkpoint(make_tiny_sd(tmp_path / "model", vae="tiny"), dtype="float32")
    latent = torch.randn(4, 8, 8, generator=torch.manual_seed(3))

    assert np.array_equal(ours.preview(latent), ours.decode(latent))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_holds_no_float32_copy(tiny_original, dtype):
    ours = load_checkpoint(tiny_original, dtype=dtype)

    wanted = resolve_dtype(dtype)
    for module in (ours.text_encoder, ours.unet, ours.vae):
        assert {weight.dtype for weight in module.parameters()} == {wanted}
        assert not any(weight.is_meta for weight in module.state_dict().values())
    assert ours.encode("cat").dtype == wanted
    assert ours.dtype == wanted


def test_bfloat16_computes_nearly_what_float32_does(tiny_original):
    exact, rough = (load_checkpoint(tiny_original, dtype=d) for d in ("float32", "bfloat16"))
    latents = torch.randn(1, 4, 8, 8, generator=torch.manual_seed(4))
    steps = torch.tensor([500.0])

    first = exact.predict(latents, steps, exact.encode("cat")[None])
    second = rough.predict(latents, steps, rough.encode("cat")[None])

    assert second.dtype == torch.float32
    assert 0 < (first - second).abs().mean() < 0.05 * first.abs().mean()
    assert rough.decode(latents[0]).shape == (64, 64, 3)


def test_a_half_precision_file_loads_into_float32(tmp_path):
    half = make_tiny_sd(tmp_path / "half", dtype=torch.float16)

    ours = load_checkpoint(half, dtype="float32")

    stored = load_file(half / "unet" / "diffusion_pytorch_model.safetensors")
    assert stored["conv_in.weight"].dtype == torch.float16
    assert torch.equal(ours.unet.conv_in.weight, stored["conv_in.weight"].float())
    assert {weight.dtype for weight in ours.unet.parameters()} == {torch.float32}


def test_the_model_survives_its_files(folder):
    ours = load_checkpoint(folder, dtype="float32")
    before = ours.unet.conv_in.weight.clone()

    for file in folder.rglob("*.safetensors"):
        file.write_bytes(b"\0" * file.stat().st_size)

    assert torch.equal(ours.unet.conv_in.weight, before)


def test_values_that_are_not_numbers_are_reported(tiny_original):
    ours = load_checkpoint(tiny_original, dtype="float32")

    with pytest.raises(CheckpointError, match="not numbers"):
        ours.decode(torch.full((4, 8, 8), torch.nan))


@pytest.mark.parametrize(
    ("width", "height", "field"),
    [(64, 60, "height"), (63, 64, "width"), (0, 64, "width"), (64, -8, "height"), (1, 1, "width")],
)
def test_a_size_that_does_not_fit_names_the_side(tiny_original, width, height, field):
    ours = load_checkpoint(tiny_original, dtype="float32")

    with pytest.raises(InvalidRequest) as caught:
        ours.check_size(width, height)

    assert caught.value.field == field
    assert caught.value.allowed == "a multiple of 8"


def test_a_size_that_fits_is_accepted(tiny_original):
    load_checkpoint(tiny_original, dtype="float32").check_size(72, 128)


def test_auto_is_one_of_the_two_dtypes_for_processors(tiny_original):
    assert load_checkpoint(tiny_original).dtype in {torch.bfloat16, torch.float32}


def test_an_unknown_dtype_is_refused(tiny_original):
    with pytest.raises(InvalidRequest) as caught:
        load_checkpoint(tiny_original, dtype="int8")

    assert caught.value.field == "dtype"
    assert "bfloat16" in str(caught.value.allowed)


def test_a_native_size_may_be_oblong(tmp_path):
    oblong = make_tiny_sd(tmp_path / "oblong", unet_settings={"sample_size": (8, 12)})

    assert load_checkpoint(oblong, dtype="float32").native_size == (96, 64)


def test_a_schedule_that_says_nothing_has_diffusers_defaults(folder):
    (folder / "scheduler" / "scheduler_config.json").write_text("{}")

    assert load_checkpoint(folder, dtype="float32").schedule == NoiseSchedule(
        prediction=Prediction.EPSILON,
        beta_start=0.0001,
        beta_end=0.02,
        beta_schedule=BetaSchedule.LINEAR,
        training_steps=1000,
    )


def test_what_the_pipeline_carries_along_is_never_loaded(folder):
    index = json.loads((folder / "model_index.json").read_text())
    index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    index["feature_extractor"] = ["transformers", "CLIPImageProcessor"]
    (folder / "model_index.json").write_text(json.dumps(index))

    assert load_checkpoint(folder, dtype="float32", name="mine").name == "mine"


def test_the_fp16_variant_is_found(folder):
    for file in list(folder.rglob("*.safetensors")):
        file.rename(file.with_suffix(".fp16.safetensors"))

    assert load_checkpoint(folder, dtype="float32").parameters > 0


def test_shards_are_put_together(folder, tiny_original):
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    held = load_file(file)
    file.unlink()
    names = sorted(held)
    placed = {}
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        shard = f"diffusion_pytorch_model-{number:05}-of-00002.safetensors"
        save_file({name: held[name] for name in part}, folder / "unet" / shard)
        placed |= dict.fromkeys(part, shard)
    index = folder / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": placed}))

    ours = load_checkpoint(folder, dtype="float32")

    whole = load_checkpoint(tiny_original, dtype="float32")
    assert all(
        torch.equal(ours.unet.state_dict()[name], weight)
        for name, weight in whole.unet.state_dict().items()
    )


def test_older_files_with_other_names_load(folder, tiny_original):
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    vae = folder / "vae" / "diffusion_pytorch_model.safetensors"
    renamed = {}
    for name, weight in load_file(vae).items():
        for new, former in old.items():
            name = name.replace(f".{new}.", f".{former}.")
        renamed[name] = weight
    save_file(renamed, vae)
    text = folder / "text_encoder" / "model.safetensors"
    prefixed = {
        f"text_model.{name.removeprefix('text_model.')}": weight
        for name, weight in load_file(text).items()
    }
    positions = {"text_model.embeddings.position_ids": torch.arange(16)[None]}
    save_file(prefixed | positions, text)

    ours = load_checkpoint(folder, dtype="float32")

    assert any("proj_attn" in name for name in renamed)
    whole = load_checkpoint(tiny_original, dtype="float32")
    assert torch.equal(ours.encode("cat"), whole.encode("cat"))
    assert np.array_equal(ours.decode(torch.ones(4, 4, 4)), whole.decode(torch.ones(4, 4, 4)))


def test_encode_image_equals_the_stock_autoencoder(models):
    ours, stock = models
    image = pattern(48, 64)

    code = ours.encode_image(np.asarray(image))

    with torch.no_grad():
        encoded = stock.vae.encode(stock.image_processor.preprocess(image))
    scale = stock.vae.config.scaling_factor
    noise = torch.randn(ours.latent_channels, 8, 6, generator=torch.manual_seed(5))
    if code.draws_noise:
        sample = encoded.latent_dist.sample(torch.Generator().manual_seed(5))
        assert torch.equal(code.latent(noise), scale * sample[0])
        assert not torch.equal(code.latent(noise), code.latent(-noise))
        with pytest.raises(ValueError, match="noise is needed"):
            code.latent(None)
    else:
        assert torch.equal(code.latent(None), scale * encoded.latents[0])
    assert code.latent(noise).dtype == torch.float32
    assert code.draws_noise == hasattr(encoded, "latent_dist")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_encode_image_in_half_precision_gives_float32_latents(tiny_original, dtype):
    exact, rough = (load_checkpoint(tiny_original, dtype=d) for d in ("float32", dtype))
    pixels = np.asarray(pattern(64, 64))

    first, second = exact.encode_image(pixels).mean, rough.encode_image(pixels).mean

    assert second.dtype == torch.float32
    assert 0 < (first - second).abs().mean() < 0.05 * first.abs().mean()


def test_an_encoder_that_gives_no_numbers_is_named(tmp_path):
    ours = load_checkpoint(make_tiny_sd(tmp_path / "model"), dtype="float32")
    ours.vae.encoder.conv_in.bias.data.fill_(float("nan"))

    with pytest.raises(CheckpointError, match="not numbers"):
        ours.encode_image(np.asarray(pattern(64, 64)))
