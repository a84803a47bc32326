"""Settings from files: ours, other tools', and files that are none."""

import io
import json
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.restoring.restored import restore
from inkcloud.playground.restoring.uploader import model_notes

WEB_UI = """a castle on a hill
Negative prompt: lowres, bad hands
Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 3155243022, Size: 512x768, \
Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Version: v1.9.4"""
RECORD = {
    "format": 1,
    "prompt": "an otter",
    "negative_prompt": "blurry",
    "num_inference_steps": 12,
    "scheduler": "KLMS",
    "guidance_scale": 3.25,
    "seed": 2**64 - 1,
    "width": 96,
    "height": 64,
    "checkpoint": "inkling",
    "checkpoint_hash": "ab" * 32,
    "dtype": "float32",
    "backend": "torch-cpu",
    "versions": {"inkcloud": "1"},
}


def png(**texts: str) -> bytes:
    chunks = PngInfo()
    for name, text in texts.items():
        chunks.add_itxt(name, text)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=chunks)
    return file.getvalue()


def with_comment(kind: str, comment: bytes) -> bytes:
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    file = io.BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


def test_a_picture_of_the_web_ui_gives_its_settings():
    found = restore(png(parameters=WEB_UI))

    own = found.parameters
    assert (found.prompt, own.negative_prompt) == ("a castle on a hill", "lowres, bad hands")
    assert (own.steps, own.scheduler, own.guidance_scale) == (
        28,
        SamplerName.K_EULER_ANCESTRAL,
        6.5,
    )
    assert (own.seed, own.width, own.height) == ("3155243022", 512, 768)
    assert found.model == "v1-5-pruned-emaonly"
    assert found.notes == ()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + WEB_UI.encode("utf-16-be"),
        b"UNICODE\0" + WEB_UI.encode("utf-16-le"),
        b"ASCII\0\0\0" + WEB_UI.encode(),
    ],
)
def test_the_comment_of_a_jpeg_or_webp_is_read(kind, comment):
    assert restore(with_comment(kind, comment)) == restore(png(parameters=WEB_UI))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Euler a", "DPM++ 3M SDE", "There is no sampler DPM++ 3M SDE here"),
        ("Euler a", "Euler a Karras", "noise levels “Karras”"),
        ("Euler a", "Euler a, Schedule type: Karras", "noise levels “Karras”"),
        ("Version", "Clip skip: 2, ENSD: 31337, Version", "Not taken over: Clip skip 2, ENSD"),
        ("Version", "Denoising strength: 0.7, Version", "began as another picture"),
        ("Steps: 28", "Steps: 900", "Steps 900 is not possible here"),
        ("CFG scale: 6.5", "CFG scale: nan", "CFG scale nan is not possible"),
        ("Seed: 3155243022", "Seed: -1", "Seed -1 is not possible"),
        ("512x768", "9000x9000", "The size 9000x9000 is not possible"),
        ("a castle", "a (castle:1.3) <lora:x:1>", "are plain text here"),
    ],
)
def test_what_cannot_be_taken_over_is_said(old, new, said):
    found = restore(png(parameters=WEB_UI.replace(old, new)))

    assert any(said in note for note in found.notes)


def test_a_variation_is_taken_over():
    varied = WEB_UI + ", Variation seed: 7, Variation seed strength: 0.25"

    own = restore(png(parameters=varied)).parameters

    assert (own.variation_seed, own.variation_strength) == ("7", 0.25)


def test_our_own_record_gives_every_setting_exactly():
    record = {**RECORD, "variation_seed": 9, "variation_strength": 0.5}

    found = restore(png(parameters="something else", inkcloud=json.dumps(record)))

    own = found.parameters
    assert found.written_by == "Inkcloud"
    assert (own.seed, own.guidance_scale, own.scheduler) == (
        str(2**64 - 1),
        3.25,
        SamplerName.KLMS,
    )
    assert (own.variation_seed, own.variation_strength) == ("9", 0.5)
    assert found.notes == ()


def test_a_picture_that_began_as_another_says_so():
    record = {**RECORD, "strength": 0.5, "image_sha256": "cd" * 32}

    assert "began as another picture" in restore(png(inkcloud=json.dumps(record))).notes[0]


def test_a_picture_of_comfyui_gives_its_settings():
    graph = {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 156680208700286,
                "steps": 25,
                "cfg": 8.0,
                "sampler_name": "dpmpp_2m",
                "scheduler": "karras",
                "denoise": 1.0,
                "model": ["10", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 512}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a bottle", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "text", "clip": ["4", 1]}},
        "10": {"class_type": "LoraLoader", "inputs": {"model": ["4", 0]}},
    }

    found = restore(png(prompt=json.dumps(graph)))

    own = found.parameters
    assert (found.prompt, own.negative_prompt, found.model) == (
        "a bottle",
        "text",
        "sd15.safetensors",
    )
    assert (own.steps, own.scheduler, own.seed) == (
        25,
        SamplerName.DPM_SOLVER_MULTISTEP,
        "156680208700286",
    )
    assert (own.width, own.height) == (640, 512)
    assert any("karras" in note for note in found.notes)


def test_a_graph_that_goes_in_circles_comes_to_an_end():
    graph = {"1": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "steps": 9}}}

    found = restore(png(prompt=json.dumps(graph)))

    assert (found.prompt, found.parameters.steps) == ("", 9)


def test_a_picture_of_invokeai_gives_its_settings():
    metadata = {
        "positive_prompt": "a fox",
        "negative_prompt": "",
        "seed": 5,
        "steps": 30,
        "cfg_scale": 7.5,
        "scheduler": "euler_k",
        "width": 512,
        "height": 512,
        "model": {"name": "Dreamshaper 8"},
    }

    found = restore(png(invokeai_metadata=json.dumps(metadata)))

    assert (found.prompt, found.model) == ("a fox", "Dreamshaper 8")
    assert found.parameters.scheduler is SamplerName.K_EULER
    assert any("Karras" in note for note in found.notes)


def test_another_model_is_told():
    found = restore(png(parameters=WEB_UI))

    assert "inkling draws another picture" in model_notes(found, {"model": "inkling"})[0]
    assert model_notes(found, {"model": "V1-5-pruned-emaonly"}) == []
    assert model_notes(found, {}) == []


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(side: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    end = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + end


HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "many pixels": bomb(60_000),
    "more pixels": bomb(12_000),
    "text that unpacks to much": bomb(
        8, chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"x" * 50_000_000))
    ),
    "long text": png(parameters="x" * 1_100_000),
    "nothing told": png(),
    "large": b"\x89PNG\r\n\x1a\n" + bytes(21 * 1024 * 1024),
    "record that is no JSON": png(inkcloud="{"),
    "record that is nested": png(inkcloud="[" * 100_000),
    "record that is a list": png(inkcloud="[]"),
    "newer record": png(inkcloud=json.dumps({**RECORD, "format": 99})),
    "record of other types": png(inkcloud=json.dumps({**RECORD, "seed": [], "width": "x"})),
    "record out of bounds": png(inkcloud=json.dumps({**RECORD, "num_inference_steps": 10**9})),
    "graph without a sampler": png(prompt="{}"),
    "metadata of nothing": png(invokeai_metadata="{}"),
    "damaged Exif": with_comment("JPEG", b"UNICODE\0x")[:60],
    "prompt that is too long": png(parameters="x" * 5000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_quickly(name):
    began = time.perf_counter()

    with pytest.raises(InvalidRequest) as caught:
        restore(HOSTILE[name])

    assert caught.value.message
    assert time.perf_counter() - began < 5


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data):
    good = data.draw(
        st.sampled_from(
            [
                png(parameters=WEB_UI),
                png(inkcloud=json.dumps(RECORD)),
                with_comment("JPEG", b"UNICODE\0" + WEB_UI.encode("utf-16-be")),
                with_comment("WEBP", b"ASCII\0\0\0" + WEB_UI.encode()),
            ]
        )
    )
    at = data.draw(st.integers(0, len(good)))
    noise = data.draw(st.binary(max_size=20))
    damaged = good[:at] + noise + good[at + data.draw(st.integers(0, 20)) :]

    try:
        found = restore(damaged)
    except InvalidRequest:
        return
    assert found.parameters.request(found.prompt or "-")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "1",
                        "class_type",
                        "inputs",
                        "positive",
                        "model",
                        "text",
                        "seed",
                        "steps",
                        "width",
                    ]
                )
                | st.sampled_from(list(RECORD)),
                inner | st.just("KSampler"),
                max_size=6,
            )
        ),
    ),
    st.sampled_from(["prompt", "invokeai_metadata", "inkcloud"]),
)
def test_any_json_is_read_or_refused(value, name):
    text = json.dumps(
        {**RECORD, **value} if name == "inkcloud" and isinstance(value, dict) else value
    )
    try:
        found = restore(png(**{name: text}))
    except InvalidRequest:
        return
    assert found.parameters.request(found.prompt or "-")
