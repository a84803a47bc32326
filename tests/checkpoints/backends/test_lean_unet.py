"""The leaner UNet computes what the one before computed."""

import pytest
import torch
from diffusers.models.activations import GEGLU
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from diffusers.models.upsampling import Upsample2D

from inkcloud.checkpoints.backends.lean_unet import DoublingUpsample, SplitGate, make_lean
from inkcloud.checkpoints.opened_model import open_model
from support.tiny_checkpoints import make_tiny_sd


def test_a_unet_made_lean_gives_the_same_and_has_no_part_of_the_old_kind(tmp_path):
    opened = open_model(make_tiny_sd(tmp_path / "tiny")).unet
    unet, lean = (opened.build(torch.float32) for _ in range(2))
    make_lean(lean, {})
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(2, 4, 8, 12, generator=generator)
    text = torch.randn(2, 77, unet.config.cross_attention_dim, generator=generator)

    with torch.no_grad():
        expected, found = (
            each(latents, torch.tensor(500), encoder_hidden_states=text).sample
            for each in (unet, lean)
        )

    assert torch.allclose(found, expected, atol=1e-5, rtol=1e-4)
    assert not torch.equal(found, expected)
    kinds = {type(part) for part in lean.modules()}
    assert {SplitGate, DoublingUpsample} <= kinds
    assert GEGLU not in kinds
    projections = [part.proj_in for part in lean.modules() if isinstance(part, Transformer2DModel)]
    assert projections
    assert {type(part) for part in projections} == {torch.nn.Conv2d}


@pytest.mark.parametrize("size", [(5, 7), (1, 1), (8, 4)])
def test_upsampling_to_the_double_is_repeating_pixels_and_convolving(size):
    torch.manual_seed(1)
    plain = Upsample2D(6, use_conv=True, out_channels=5)
    hidden = torch.randn(2, 6, *size)

    with torch.no_grad():
        found, expected = DoublingUpsample(plain)(hidden), plain(hidden)

    assert found.shape == (2, 5, 2 * size[0], 2 * size[1])
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("wanted", [(9, 14), (10, 13), (10, 14)])
def test_upsampling_to_a_size_that_is_asked_for_has_that_size(wanted):
    torch.manual_seed(1)
    plain = Upsample2D(6, use_conv=True)
    hidden = torch.randn(1, 6, 5, 7)

    with torch.no_grad():
        found, expected = DoublingUpsample(plain)(hidden, wanted), plain(hidden, wanted)

    assert found.shape[2:] == wanted
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_a_split_gate_gives_what_the_whole_one_gives(bias):
    torch.manual_seed(1)
    whole = GEGLU(6, 10, bias=bias)
    hidden = torch.randn(2, 9, 6)

    with torch.no_grad():
        assert torch.allclose(SplitGate(whole)(hidden), whole(hidden), atol=1e-6)


def test_upsampling_of_another_kind_is_left_as_it_is():
    kinds = [
        Upsample2D(4, use_conv=False),
        Upsample2D(4, use_conv_transpose=True),
        Upsample2D(4, use_conv=True, kernel_size=1, padding=0),
        Upsample2D(4, use_conv=True, interpolate=False),
    ]
    module = torch.nn.Sequential(*kinds)

    make_lean(module, {})

    assert list(module) == kinds
