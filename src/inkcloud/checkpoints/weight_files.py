"""Which files hold a component's weights."""

from collections.abc import Iterator
from pathlib import Path

from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.json_file import read_json_object
from inkcloud.checkpoints.listed import quoted
from inkcloud.domain.errors import CheckpointError

PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5"})


def weight_files(component: Component) -> list[Path]:
    """Return the safetensors files of a component, and before them their index if it has one.

    A full-precision file goes before the `fp16` variant, one file before shards.

    Raises:
        CheckpointError: if there is none, or the index is wrong.
    """
    stem = "model" if component.name == "text_encoder" else "diffusion_pytorch_model"
    for variant in ("", ".fp16"):
        file = component.folder / f"{stem}{variant}.safetensors"
        if file.is_file():
            return [file]
        for name in (
            f"{stem}{variant}.safetensors.index.json",
            f"{stem}.safetensors.index{variant}.json",
        ):
            if (component.folder / name).is_file():
                return [component.folder / name, *_shards(component, name)]
    raise _no_weights(component, f"{stem}.safetensors")


def _shards(component: Component, name: str) -> Iterator[Path]:
    shown = component.shown(name)
    placed = read_json_object(component.folder / name, shown).get("weight_map")
    if not isinstance(placed, dict) or not placed:
        raise CheckpointError(f"{shown} has no weight_map.", field=shown)
    for file in sorted({str(value) for value in placed.values()}):
        if Path(file).name != file or not file.endswith(".safetensors"):
            raise CheckpointError(
                f"{shown} names a file that is not a safetensors file beside it.",
                field=shown,
                value=file,
                allowed="plain names that end in .safetensors",
            )
        if not (component.folder / file).is_file():
            raise CheckpointError(
                f"{quoted(component.shown(file))} is missing from the model's folder.",
                field=quoted(component.shown(file)),
                allowed=f"all the files that {shown} names",
            )
        yield component.folder / file


def _no_weights(component: Component, wanted: str) -> CheckpointError:
    pickles = sorted(
        path.name for path in component.folder.iterdir() if path.suffix.lower() in PICKLES
    )
    shown = component.shown(wanted)
    if (component.folder / wanted).exists():
        return CheckpointError(f"{shown} is not a file.", field=shown, allowed="a plain file")
    if pickles:
        return CheckpointError(
            f"{component.name} has its weights only in {quoted(pickles[0])}, a format that can run "
            "code when it is opened. Inkcloud reads safetensors only: look for the model's "
            "safetensors, or, if you trust where the model came from, convert it where "
            "diffusers is installed by loading the pipeline and calling "
            "save_pretrained(folder, safe_serialization=True).",
            field=shown,
            value=pickles[0],
            allowed=wanted,
        )
    return CheckpointError(
        f"{shown} is missing from the model's folder.", field=shown, allowed=wanted
    )
