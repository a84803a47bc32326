"""Convolutions in fewer multiplications compute what plain ones compute."""

import warnings
from dataclasses import replace

import pytest
import torch
from torch import nn

from inkcloud.checkpoints.backends import machine
from inkcloud.checkpoints.backends.lean_unet import convolution_sizes, make_lean
from inkcloud.checkpoints.backends.openvino_backend import compile_settings
from inkcloud.checkpoints.backends.openvino_library import openvino
from inkcloud.checkpoints.backends.winograd import (
    DOUBLED,
    PLAIN,
    WinogradConvolution,
    suits_winograd,
)
from inkcloud.checkpoints.opened_model import open_model
from support.prepared_models import load_prepared, without_files
from support.small_winograd import winograd_in_small_models
from support.tiny_checkpoints import make_tiny_sd

LARGE = torch.Size([2, 320, 64, 64])


@pytest.fixture
def for_small_ones():
    with winograd_in_small_models():
        yield


def convolution(**changes):
    return nn.Conv2d(
        **{"in_channels": 320, "out_channels": 320, "kernel_size": 3, "padding": 1} | changes
    )


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [(1, 1), (5, 7), (8, 4)])
def test_doubled_it_gives_what_the_convolution_gives_of_repeated_values(size, bias):
    torch.manual_seed(1)
    plain = nn.Conv2d(5, 7, 3, padding=1, bias=bias)
    hidden = torch.randn(3, 5, *size)

    with torch.no_grad():
        found = WinogradConvolution(plain, DOUBLED)(hidden)
        expected = plain(nn.functional.interpolate(hidden, scale_factor=2.0, mode="nearest"))

    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [(2, 2), (4, 4), (6, 10), (16, 2)])
def test_it_gives_what_the_convolution_gives(size, bias):
    torch.manual_seed(1)
    plain = nn.Conv2d(5, 7, 3, padding=1, bias=bias)
    hidden = torch.randn(3, 5, *size)

    with torch.no_grad():
        found, expected = WinogradConvolution(plain)(hidden), plain(hidden)

    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-5)


def test_in_bfloat16_it_is_as_near_as_rounding_allows():
    torch.manual_seed(1)
    plain = nn.Conv2d(64, 64, 3, padding=1)
    hidden = torch.randn(1, 64, 16, 16)
    with torch.no_grad():
        exact = plain(hidden)
        found = WinogradConvolution(plain.bfloat16())(hidden.bfloat16()).float()

    # Measured: 5e-3, where the plain one is off by 2.4e-3.
    assert (found - exact).norm() / exact.norm() < 1e-2


@pytest.mark.parametrize(
    ("changes", "size", "suits"),
    [
        ({}, LARGE, True),
        ({}, (1, 320, 64, 64), True),
        ({"in_channels": 1280, "out_channels": 1280}, (2, 1280, 16, 16), True),
        ({"in_channels": 1280, "out_channels": 1280}, (2, 1280, 8, 8), False),
        ({"in_channels": 256, "out_channels": 256}, (4, 256, 16, 16), False),
        ({"in_channels": 128}, (2, 128, 128, 128), False),
        ({"out_channels": 4}, LARGE, False),
        ({}, (2, 320, 65, 64), False),
        ({}, (2, 320, 64, 65), False),
        ({"stride": 2}, LARGE, False),
        ({"kernel_size": 1, "padding": 0}, LARGE, False),
        ({"padding": 0}, LARGE, False),
        ({"padding": 2, "dilation": 2}, LARGE, False),
        ({"groups": 2}, LARGE, False),
        ({"padding_mode": "circular"}, LARGE, False),
        ({"padding": "same"}, LARGE, False),
    ],
)
def test_only_large_plain_3x3_convolutions_of_even_sides_are_suited(changes, size, suits):
    assert suits_winograd(convolution(**changes), torch.Size(size)) == suits


def test_a_transposed_convolution_is_another_thing():
    part = nn.ConvTranspose2d(320, 320, 3, padding=1)

    assert not suits_winograd(part, LARGE)


def test_the_sizes_that_convolutions_are_given_are_found_without_computing(tmp_path):
    unet = open_model(make_tiny_sd(tmp_path / "tiny")).unet.build(torch.float32)
    text = torch.zeros(3, 77, unet.config.cross_attention_dim)
    inputs = (torch.zeros(3, 4, 8, 12), torch.tensor([1, 2, 3]), text)

    sizes = convolution_sizes(unet, inputs)

    expected = {}
    for part in unet.modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_hook(
                lambda part, given, _: expected.__setitem__(part, given[0].shape)
            )
    with torch.no_grad():
        unet(*inputs)
    assert sizes == expected
    assert sizes[unet.conv_in] == (3, 4, 8, 12)
    assert all(not values.is_meta for values in unet.parameters())


def test_a_unet_with_them_gives_the_same(tmp_path, for_small_ones):
    opened = open_model(make_tiny_sd(tmp_path / "tiny")).unet
    unet, lean = (opened.build(torch.float32) for _ in range(2))
    generator = torch.Generator().manual_seed(3)
    inputs = (
        torch.randn(2, 4, 8, 12, generator=generator),
        torch.tensor(500),
        torch.randn(2, 77, unet.config.cross_attention_dim, generator=generator),
    )

    make_lean(lean, convolution_sizes(lean, inputs))

    with torch.no_grad():
        expected, found = (each(*inputs).sample for each in (unet, lean))
    assert torch.allclose(found, expected, atol=1e-5, rtol=1e-4)
    assert sum(isinstance(part, WinogradConvolution) for part in lean.modules()) > 4
    assert isinstance(lean.conv_in, WinogradConvolution)


@pytest.mark.parametrize(("dtype", "most"), [("float32", 1e-4), ("bfloat16", 3e-2)])
def test_openvino_computes_them_too(tmp_path, for_small_ones, dtype, most):
    path = make_tiny_sd(tmp_path / "tiny")
    checkpoint = load_prepared(path, tmp_path / "prepared", dtype)
    generator = torch.Generator().manual_seed(3)
    inputs = (
        torch.randn(4, 4, 8, 8, generator=generator),
        torch.full((4,), 500.0),
        torch.randn(
            4,
            checkpoint.encode("a").shape[0],
            checkpoint.unet_facts.text_width,
            generator=generator,
        ),
    )

    found = checkpoint.predict(*inputs)
    expected = without_files(checkpoint).predict(*inputs)

    assert (found - expected).norm() / expected.norm() < most
    assert not torch.equal(found, expected)


@pytest.mark.parametrize(("scheme", "convolutions"), [(PLAIN, 2 * 16), (DOUBLED, 2 * 9 - 1)])
def test_openvino_merges_every_padding_and_knows_the_interleaving(scheme, convolutions):
    kinds = _kinds(scheme)

    assert kinds.count("Convolution") == 1 + convolutions
    assert kinds.count("DepthToSpace") == 1
    assert not {"Pad", "Transpose"} & set(kinds)


def test_openvino_merges_no_padding_that_two_convolutions_share():
    first, second, third, fourth = PLAIN.values
    alike = replace(third, before=second.before, after=second.after, taps=(-1, 1))

    assert "Pad" in _kinds(replace(PLAIN, values=(first, second, alike, fourth)))


def _kinds(scheme):
    """Return what nodes OpenVINO makes of a small convolution, and one before it."""
    part = WinogradConvolution(nn.Conv2d(64, 64, 3, padding=1), scheme)
    example = torch.zeros(2, 4, 16, 16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of what OpenVINO calls
        model = openvino().convert_model(
            nn.Sequential(nn.Conv2d(4, 64, 1), part).eval(), example_input=example
        )
    model.reshape({0: openvino().PartialShape(list(example.shape))})
    compiled = openvino().Core().compile_model(model, "CPU", compile_settings(torch.float32, 1))
    nodes = compiled.get_runtime_model().get_ordered_ops()
    return [node.get_rt_info()["layerType"].astype(str) for node in nodes]


@pytest.mark.parametrize(
    ("flags", "expected"), [("fpu amx_bf16 amx_tile", True), ("fpu avx512_bf16", False)]
)
def test_a_matrix_unit_is_known_by_its_flag(monkeypatch, flags, expected):
    monkeypatch.setattr(machine, "_facts", lambda: {"flags": flags})

    assert machine.has_matrix_unit() == expected
