"""Each way in which a model's folder can be wrong, and what the owner is told."""

import contextlib
import json
import os
import resource
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError

UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"

MOST_SECONDS = 5.0
MOST_BYTES = 300 * 2**20

Damage = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """What is done to a whole folder, and what the error must say.

    Attributes:
        damage: does it.
        field: how the error's field begins.
        says: words that the message or what is allowed must hold.
    """

    damage: Damage
    field: str
    says: tuple[str, ...]


def change(file: str, **values: Any) -> Damage:
    def damage(root: Path) -> None:
        path = root / file
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return damage


def drop(file: str, key: str) -> Damage:
    def damage(root: Path) -> None:
        path = root / file
        data = json.loads(path.read_text())
        del data[key]
        path.write_text(json.dumps(data))

    return damage


def write(file: str, content: str | bytes) -> Damage:
    def damage(root: Path) -> None:
        path = root / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return damage


def remove(*files: str) -> Damage:
    def damage(root: Path) -> None:
        for file in files:
            path = root / file
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def both(*damages: Damage) -> Damage:
    def damage(root: Path) -> None:
        for each in damages:
            each(root)

    return damage


def tensors(file: str, edit: Callable[[dict[str, torch.Tensor]], object]) -> Damage:
    def damage(root: Path) -> None:
        held = load_file(root / file)
        edit(held)
        save_file(held, root / file)

    return damage


def header(file: str, edit: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(root: Path) -> None:
        whole = (root / file).read_bytes()
        (length,) = struct.unpack("<Q", whole[:8])
        data = json.loads(whole[8 : 8 + length])
        edit(data)
        text = json.dumps(data).encode()
        (root / file).write_bytes(struct.pack("<Q", len(text)) + text + whole[8 + length :])

    return damage


def cut(file: str, keep: float) -> Damage:
    def damage(root: Path) -> None:
        whole = (root / file).read_bytes()
        (root / file).write_bytes(whole[: int(len(whole) * keep)])

    return damage


def append(file: str, tail: bytes) -> Damage:
    def damage(root: Path) -> None:
        (root / file).write_bytes((root / file).read_bytes() + tail)

    return damage


def sparse(file: str, size: int) -> Damage:
    """A file that claims a size without taking room."""

    def damage(root: Path) -> None:
        with (root / file).open("wb") as opened:
            opened.truncate(size)

    return damage


def folder_instead(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).mkdir()

    return damage


def pipe(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        os.mkfifo(root / file)

    return damage


def circle(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink()
        (root / file).symlink_to((root / file).name)

    return damage


def link_to(file: str, target: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink()
        (root / file).symlink_to(target)

    return damage


def link_out(file: str) -> Damage:
    def damage(root: Path) -> None:
        target = root.parent / "elsewhere"
        (root / file).rename(target)
        (root / file).symlink_to(target)

    return damage


def overlap(data: dict[str, Any]) -> None:
    first, second = sorted(
        (value for name, value in data.items() if name != "__metadata__"),
        key=lambda value: value["data_offsets"],
    )[:2]
    length = second["data_offsets"][1] - second["data_offsets"][0]
    start = first["data_offsets"][0]
    second["data_offsets"] = [start, start + length]


def beyond(data: dict[str, Any]) -> None:
    last = max(
        (value for name, value in data.items() if name != "__metadata__"),
        key=lambda value: value["data_offsets"],
    )
    last["data_offsets"] = [offset + 10**6 for offset in last["data_offsets"]]


def edit_entry(name: str, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data[name].update(values)


def header_length(file: str, length: int) -> Damage:
    def damage(root: Path) -> None:
        with (root / file).open("r+b") as opened:
            opened.write(struct.pack("<Q", length))

    return damage


def first_length(length: int, text: bytes) -> bytes:
    return struct.pack("<Q", length) + text


CONV = "conv_in.weight"
ODD_NAME = "a\nb\x00c"

CASES: dict[str, Case] = {
    # The folder as a whole.
    "folder missing": Case(lambda root: shutil.rmtree(root), "model", ("does not exist",)),
    "file instead of a folder": Case(
        both(shutil.rmtree, lambda root: root.touch()),
        "model",
        ("not a safetensors file", "folder in diffusers' format"),
    ),
    "python file": Case(write("unet/modeling.py", "print(1)"), "unet/modeling.py", ("code",)),
    "python file at the top": Case(write("pipeline.py", "print(1)"), "pipeline.py", ("code",)),
    "compiled library": Case(write("unet/kernel.so", b"\x7fELF"), "unet/kernel.so", ("code",)),
    "link that leads out": Case(link_out(UNET), UNET, ("leads out", "cp -rL")),
    "linked configuration": Case(link_out("vae/config.json"), "vae/config.json", ("leads out",)),
    "a pipe for weights": Case(pipe(UNET), UNET, ("neither a file nor a folder",)),
    "a pipe for a configuration": Case(
        pipe("vae/config.json"), "vae/config.json", ("neither a file nor a folder",)
    ),
    "a device for weights": Case(link_to(UNET, "/dev/zero"), UNET, ("leads out",)),
    "a link in a circle": Case(circle(UNET), UNET, ("leads out",)),
    "a folder for weights": Case(folder_instead(UNET), UNET, ("is not a file",)),
    "a folder for a configuration": Case(
        folder_instead("unet/config.json"), "unet/config.json", ("is not a file",)
    ),
    "a file for a component": Case(
        both(remove("vae"), write("vae", "x")), "vae", ("missing", "a folder named vae")
    ),
    "code under an odd name": Case(write("unet/a\nb.py", "print(1)"), "'unet/a\\nb.py'", ("code",)),
    # model_index.json.
    "no index": Case(remove("model_index.json"), "model_index.json", ("missing",)),
    "index is not JSON": Case(
        write("model_index.json", "{"), "model_index.json", ("not valid JSON",)
    ),
    "index is a list": Case(write("model_index.json", "[]"), "model_index.json", ("JSON object",)),
    "index nests too deep": Case(
        write("model_index.json", "[" * 200_000), "model_index.json", ("not valid JSON",)
    ),
    "index is not UTF-8": Case(
        write("model_index.json", b"\xff\xfe"), "model_index.json", ("UTF-8",)
    ),
    "a name twice in the index": Case(
        write("model_index.json", '{"unet": 1, "unet": 2}'), "model_index.json", ("twice",)
    ),
    "index of a size that no index has": Case(
        sparse("model_index.json", 3 << 30), "model_index.json", ("too long",)
    ),
    "a number of many digits": Case(
        write("model_index.json", '{"a": ' + "9" * 9999 + "}"), "model_index.json", ("JSON",)
    ),
    "another pipeline": Case(
        change("model_index.json", _class_name="StableDiffusionXLPipeline"),
        "model_index.json: _class_name",
        ("StableDiffusionPipeline",),
    ),
    "pipeline code": Case(
        change("model_index.json", _class_name=["pipeline", "Mine"]),
        "model_index.json: _class_name",
        ("not supported",),
    ),
    "class that is not allowed": Case(
        change("model_index.json", unet=["diffusers", "FluxTransformer2DModel"]),
        "model_index.json: unet",
        ("not supported", "UNet2DConditionModel"),
    ),
    "allowed class of another library": Case(
        change("model_index.json", vae=["evil", "AutoencoderKL"]),
        "model_index.json: vae",
        ("not supported",),
    ),
    "component not named": Case(
        drop("model_index.json", "vae"), "model_index.json: vae", ("does not name",)
    ),
    "component null": Case(
        change("model_index.json", text_encoder=[None, None]),
        "model_index.json: text_encoder",
        ("does not name",),
    ),
    "component is a number": Case(
        change("model_index.json", unet=7), "model_index.json: unet", ("does not name",)
    ),
    "second text encoder": Case(
        change("model_index.json", text_encoder_2=["transformers", "T5EncoderModel"]),
        "model_index.json: text_encoder_2",
        ("not supported",),
    ),
    "scheduler of another process": Case(
        change("model_index.json", scheduler=["diffusers", "FlowMatchEulerDiscreteScheduler"]),
        "model_index.json: scheduler",
        ("not supported", "DDIMScheduler"),
    ),
    "component's folder missing": Case(remove("vae"), "vae", ("missing",)),
    # Configurations.
    "no configuration": Case(remove("unet/config.json"), "unet/config.json", ("missing",)),
    "damaged configuration": Case(
        write("text_encoder/config.json", "{'a': 1}"), "text_encoder/config.json", ("JSON",)
    ),
    "configuration of another class": Case(
        change("vae/config.json", _class_name="AutoencoderTiny"),
        "vae/config.json: _class_name",
        ("AutoencoderKL",),
    ),
    "setting missing": Case(
        drop("unet/config.json", "sample_size"), "unet/config.json: sample_size", ("sample_size",)
    ),
    "quantised": Case(
        change("unet/config.json", quantization_config={"quant_method": "bitsandbytes"}),
        "unet/config.json: quantization_config",
        ("not supported",),
    ),
    "remote code": Case(
        change("text_encoder/config.json", auto_map={"AutoModel": "modeling.Evil"}),
        "text_encoder/config.json: auto_map",
        ("not supported",),
    ),
    "negative width": Case(
        change("unet/config.json", block_out_channels=[-32, 64]),
        "unet/config.json: block_out_channels",
        ("from 1",),
    ),
    "a thousand million layers": Case(
        change("text_encoder/config.json", num_hidden_layers=10**9),
        "text_encoder/config.json: num_hidden_layers",
        ("128",),
    ),
    "a thousand million channels": Case(
        change("unet/config.json", in_channels=10**9), "unet/config.json: in_channels", ("to 64",)
    ),
    "a thousand million groups": Case(
        change("vae/config.json", norm_num_groups=10**9), "vae/config.json: norm_num_groups", ()
    ),
    "negative layers": Case(
        change("unet/config.json", layers_per_block=-1), "unet/config.json: layers_per_block", ()
    ),
    "a list of many blocks": Case(
        change("unet/config.json", block_out_channels=[32] * 10**6),
        "unet/config.json: block_out_channels",
        ("1 to 8",),
    ),
    "a width that is true": Case(
        change("unet/config.json", cross_attention_dim=True),
        "unet/config.json: cross_attention_dim",
        ("whole number",),
    ),
    "an infinite number": Case(
        write("vae/config.json", '{"scaling_factor": 1e999}'), "vae/config.json", ()
    ),
    "more layers than tensors": Case(
        change("unet/config.json", layers_per_block=64, transformer_layers_per_block=64),
        "unet/config.json",
        ("more layers",),
    ),
    "wider than the file": Case(
        change("text_encoder/config.json", intermediate_size=65536), TEXT, ("wrong shape",)
    ),
    "one layer more than the file": Case(
        change("unet/config.json", layers_per_block=2), "unet/config.json", ("lacks",)
    ),
    "heads that do not divide": Case(
        change("text_encoder/config.json", num_attention_heads=3),
        "text_encoder/config.json",
        ("does not describe a CLIPTextModel",),
    ),
    "groups that do not divide": Case(
        change("unet/config.json", norm_num_groups=7),
        "unet/config.json",
        ("does not describe a UNet2DConditionModel",),
    ),
    "blocks of another kind": Case(
        change("unet/config.json", down_block_types=["AttnDownBlock2D", "DownBlock2D"]),
        "unet/config.json: down_block_types",
        ("CrossAttnDownBlock2D",),
    ),
    "extra conditioning": Case(
        change("unet/config.json", addition_embed_type="text_time"),
        "unet/config.json: addition_embed_type",
        ("None",),
    ),
    "a number that is text": Case(
        change("vae/config.json", scaling_factor="0.18"), "vae/config.json: scaling_factor", ()
    ),
    "a factor of zero": Case(
        change("vae/config.json", scaling_factor=0), "vae/config.json: scaling_factor", ()
    ),
    "stages of different counts": Case(
        change("vae/config.json", block_out_channels=[8, 16, 16]), "vae/config.json", ("stages",)
    ),
    # Parts that do not fit one another.
    "text of another width": Case(
        change("unet/config.json", cross_attention_dim=48),
        "unet/config.json: cross_attention_dim",
        ("text width", "32"),
    ),
    "latents of other channels": Case(
        change("vae/config.json", latent_channels=16), "unet/config.json: in_channels", ("16",)
    ),
    "inpainting": Case(
        change("unet/config.json", in_channels=9),
        "unet/config.json: in_channels",
        ("inpainting",),
    ),
    "output of other channels": Case(
        change("unet/config.json", out_channels=8), "unet/config.json: out_channels", ("4",)
    ),
    # Schedules.
    "no scheduler configuration": Case(
        remove("scheduler/scheduler_config.json"), "scheduler/scheduler_config.json", ("missing",)
    ),
    "predicts the sample": Case(
        change("scheduler/scheduler_config.json", prediction_type="sample"),
        "scheduler/scheduler_config.json: prediction_type",
        ("epsilon", "v_prediction"),
    ),
    "unknown betas": Case(
        change("scheduler/scheduler_config.json", beta_schedule="squaredcos_cap_v2"),
        "scheduler/scheduler_config.json: beta_schedule",
        ("scaled_linear",),
    ),
    "betas of its own": Case(
        change("scheduler/scheduler_config.json", trained_betas=[0.1, 0.2]),
        "scheduler/scheduler_config.json: trained_betas",
        ("None",),
    ),
    "betas not a number": Case(
        write("scheduler/scheduler_config.json", '{"beta_start": NaN}'),
        "scheduler/scheduler_config.json: beta_start",
        (),
    ),
    "betas that shrink": Case(
        change("scheduler/scheduler_config.json", beta_start=0.02),
        "scheduler/scheduler_config.json: beta_start",
        ("shrink",),
    ),
    "too few noise levels": Case(
        change("scheduler/scheduler_config.json", num_train_timesteps=4),
        "scheduler/scheduler_config.json: num_train_timesteps",
        ("500",),
    ),
    "no noise at all in the end": Case(
        change("scheduler/scheduler_config.json", rescale_betas_zero_snr=True),
        "scheduler/scheduler_config.json: rescale_betas_zero_snr",
        ("False",),
    ),
    # Weight files.
    "no weights": Case(remove(UNET), UNET, ("missing",)),
    "pickles only": Case(
        both(remove(UNET), write("unet/diffusion_pytorch_model.bin", b"\x80\x04")),
        UNET,
        ("safetensors", "convert", "diffusion_pytorch_model.bin"),
    ),
    "checkpoint file only": Case(
        both(remove(TEXT), write("text_encoder/model.ckpt", b"\x80\x04")),
        TEXT,
        ("safetensors", "model.ckpt"),
    ),
    "a pickle by the right name": Case(
        write(UNET, b"\x80\x02}q\x00." + b"x" * 64), UNET, ("pickle", "run code")
    ),
    "a zip of pickles by the right name": Case(
        write(UNET, b"PK\x03\x04" + b"x" * 64), UNET, ("pickle", "run code")
    ),
    "a page in place of weights": Case(
        write(UNET, "<!DOCTYPE html><title>Sign in</title>"), UNET, ("not a safetensors file",)
    ),
    "empty weights": Case(write(UNET, b""), UNET, ("damaged",)),
    "truncated in the header": Case(cut(UNET, 0.001), UNET, ("damaged", "header")),
    "truncated in the tensors": Case(cut(UNET, 0.5), UNET, ("damaged", "beyond the end")),
    "something after the tensors": Case(append(UNET, b"more"), UNET, ("damaged", "4 bytes")),
    "header too long": Case(
        write(UNET, struct.pack("<Q", 2**23 + 1) + b" " * 64), UNET, ("too long", "8388608")
    ),
    "absurd header length": Case(write(UNET, b"\xff" * 64), UNET, ("too long",)),
    "a header of two gigabytes": Case(
        both(sparse(UNET, 2**31 + 64), header_length(UNET, 2**31)), UNET, ("too long", "8388608")
    ),
    "a header that nests deep": Case(
        write(UNET, first_length(400_000, b"[" * 400_000)), UNET, ("damaged", "not valid JSON")
    ),
    "a header of spaces": Case(
        write(UNET, first_length(4096, b" " * 4096)), UNET, ("damaged", "not valid JSON")
    ),
    "metadata that is no table of texts": Case(
        header(UNET, lambda data: data.update(__metadata__={"a": 1})), UNET, ("__metadata__",)
    ),
    "a tensor with an odd name": Case(
        tensors(UNET, lambda held: held.update({ODD_NAME: torch.zeros(1)})),
        "unet/config.json",
        ("also holds", "'a\\nb\\x00c'"),
    ),
    "a tensor with a very long name": Case(
        tensors(UNET, lambda held: held.update({"x" * 99_999: torch.zeros(1)})),
        "unet/config.json",
        ("also holds", "xxx…"),
    ),
    "header is garbage": Case(
        write(UNET, struct.pack("<Q", 32) + b"\x00" * 64), UNET, ("damaged", "not valid JSON")
    ),
    "header is a list": Case(write(UNET, struct.pack("<Q", 2) + b"[]"), UNET, ("damaged",)),
    "a tensor twice": Case(
        write(UNET, struct.pack("<Q", 15) + b'{"a":{},"a":{}}'), UNET, ("damaged", "twice")
    ),
    "pointer of a large file": Case(
        write(UNET, "version https://git-lfs.github.com/spec/v1\noid sha256:00\n"),
        UNET,
        ("git lfs pull",),
    ),
    "overlapping tensors": Case(header(UNET, overlap), UNET, ("damaged", "overlaps")),
    "tensor out of range": Case(header(UNET, beyond), UNET, ("damaged", "beyond")),
    "offsets that do not fit the shape": Case(
        header(UNET, edit_entry(CONV, shape=[1])), UNET, ("damaged", "length")
    ),
    "negative offsets": Case(
        header(UNET, edit_entry(CONV, data_offsets=[-8, 0])), UNET, ("damaged",)
    ),
    "a shape too large to multiply": Case(
        header(UNET, edit_entry(CONV, shape=[2**40] * 8)), UNET, ("damaged",)
    ),
    "unknown dtype": Case(header(UNET, edit_entry(CONV, dtype="Q4")), UNET, ("damaged", "dtype")),
    "whole numbers for weights": Case(
        tensors(UNET, lambda held: held.update({CONV: held[CONV].to(torch.int32)})),
        UNET,
        (CONV, "F16"),
    ),
    "double precision": Case(
        tensors(VAE, lambda held: held.update({k: v.double() for k, v in held.items()})),
        VAE,
        ("not supported", "F32"),
    ),
    "missing tensor": Case(
        tensors(UNET, lambda held: held.pop(CONV)), "unet/config.json", ("lacks", CONV)
    ),
    "unexpected tensor": Case(
        tensors(TEXT, lambda held: held.update(extra=torch.zeros(1))),
        "text_encoder/config.json",
        ("also holds", "extra"),
    ),
    "wrong shape": Case(
        tensors(UNET, lambda held: held.update({CONV: torch.zeros(32, 4, 1, 1)})),
        UNET,
        (CONV, "wrong shape", "(32, 4, 3, 3)"),
    ),
    "index of shards without a map": Case(
        both(remove(UNET), write(UNET + ".index.json", "{}")), UNET + ".index.json", ("weight_map",)
    ),
    "shard missing": Case(
        both(
            remove(UNET),
            write(UNET + ".index.json", '{"weight_map": {"a": "one.safetensors"}}'),
        ),
        "unet/one.safetensors",
        ("missing",),
    ),
    "shard outside the folder": Case(
        both(
            remove(UNET),
            write(UNET + ".index.json", '{"weight_map": {"a": "../../x.safetensors"}}'),
        ),
        UNET + ".index.json",
        ("beside it",),
    ),
    "shard with an odd name": Case(
        both(
            remove(UNET),
            write(UNET + ".index.json", '{"weight_map": {"a": "x\\n\\u0000.safetensors"}}'),
        ),
        "'unet/x",
        ("missing",),
    ),
    "shard that is a pickle": Case(
        both(
            remove(UNET),
            write(UNET + ".index.json", '{"weight_map": {"a": "one.bin"}}'),
        ),
        UNET + ".index.json",
        (".safetensors",),
    ),
    # Tokenizers.
    "a tokenizer of a size that none has": Case(
        sparse("tokenizer/vocab.json", 2 << 30), "tokenizer/vocab.json", ("too long",)
    ),
    "a tokenizer of very many tokens": Case(
        write("tokenizer/vocab.json", json.dumps({f"t{n}": n for n in range(200_000)})),
        "tokenizer",
        (),
    ),
    "no tokenizer settings": Case(
        remove("tokenizer/tokenizer_config.json"), "tokenizer/tokenizer_config.json", ("missing",)
    ),
    "no vocabulary": Case(remove("tokenizer/vocab.json"), "tokenizer/vocab.json", ("missing",)),
    "no merges": Case(remove("tokenizer/merges.txt"), "tokenizer/merges.txt", ("missing",)),
    "damaged vocabulary": Case(
        write("tokenizer/vocab.json", '{"a": '), "tokenizer/vocab.json", ("JSON",)
    ),
    "vocabulary without numbers": Case(
        write("tokenizer/vocab.json", '{"a": "b"}'), "tokenizer/vocab.json", ("number",)
    ),
    "empty vocabulary": Case(
        write("tokenizer/vocab.json", "{}"), "tokenizer/vocab.json", ("vocabulary",)
    ),
    "damaged merges": Case(
        write("tokenizer/merges.txt", "#version: 0.2\nnonsense\n"),
        "tokenizer/vocab.json and tokenizer/merges.txt",
        ("cannot be used",),
    ),
    "merges that are not printable": Case(
        write("tokenizer/merges.txt", "#version: 0.2\ngz\x00 <\x00\n"),
        "tokenizer/vocab.json and tokenizer/merges.txt",
        ("cannot be used", "\\x00"),
    ),
    "merges of unknown tokens": Case(
        write("tokenizer/merges.txt", "#version: 0.2\nqq zz\n"),
        "tokenizer/vocab.json and tokenizer/merges.txt",
        ("cannot be used",),
    ),
    "vocabulary of another kind": Case(
        write("tokenizer/tokenizer.json", '{"model": {"type": "WordPiece", "vocab": {"a": 0}}}'),
        "tokenizer/tokenizer.json: model.type",
        ("CLIPTokenizer", "BPE"),
    ),
    "more tokens than the text encoder knows": Case(
        change("tokenizer/vocab.json", extra=600), "tokenizer", ("more tokens",)
    ),
    "texts longer than the text encoder takes": Case(
        change("tokenizer/tokenizer_config.json", model_max_length=77),
        "tokenizer/tokenizer_config.json: model_max_length",
        ("to 16",),
    ),
    "texts without a length": Case(
        drop("tokenizer/tokenizer_config.json", "model_max_length"),
        "tokenizer/tokenizer_config.json: model_max_length",
        ("model_max_length",),
    ),
    "tokenizer with code": Case(
        change("tokenizer/tokenizer_config.json", auto_map={"AutoTokenizer": ["x.Y", None]}),
        "tokenizer/tokenizer_config.json: auto_map",
        ("not supported",),
    ),
    "token that is a number": Case(
        change("tokenizer/tokenizer_config.json", pad_token=0),
        "tokenizer/tokenizer_config.json: pad_token",
        (),
    ),
    "old list of added tokens": Case(
        write("tokenizer/added_tokens.json", '{"<mine>": 523}'),
        "tokenizer/added_tokens.json",
        ("not supported",),
    ),
}


@contextlib.contextmanager
def little_taken() -> Iterator[None]:
    """Refusing takes neither much time of the processor nor much memory."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert time.process_time() - begun < MOST_SECONDS
    assert (after - before) * 1024 < MOST_BYTES


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_folder_gives_an_error_that_says_what_is_wrong(name, folder):
    case = CASES[name]
    case.damage(folder)

    with little_taken(), pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder, dtype="float32")

    error = caught.value
    assert str(error.field).startswith(case.field)
    told = f"{error.message} {error.allowed}"
    assert [words for words in case.says if words not in told] == []
    assert len(error.message) < 600
    assert error.message.isprintable()
    assert json.dumps(error.as_dict())


def test_the_folder_that_the_table_damages_is_whole(folder):
    assert load_checkpoint(folder, dtype="float32").parameters > 0


def test_absurd_sizes_are_refused_before_memory_is_taken(folder):
    # The UNet that this describes would take about 100 GB.
    change("unet/config.json", block_out_channels=[16384, 16376])(folder)

    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(folder, dtype="float32")


@pytest.mark.parametrize("file", [UNET, "model_index.json", "tokenizer/vocab.json"])
@pytest.mark.parametrize("seed", range(25))
def test_random_damage_is_either_harmless_or_a_clear_error(file, seed, folder):
    whole = bytearray((folder / file).read_bytes())
    generator = torch.Generator().manual_seed(seed)
    reach = min(len(whole), 60_000)
    for _ in range(4):
        place = int(torch.randint(reach, (1,), generator=generator))
        whole[place] = int(torch.randint(256, (1,), generator=generator))
    (folder / file).write_bytes(whole)

    with contextlib.suppress(CheckpointError):
        load_checkpoint(folder, dtype="float32")
