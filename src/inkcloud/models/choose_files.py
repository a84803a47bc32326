"""Which of a model's files are needed: no pickles, no code, no second set of weights."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from inkcloud.domain.errors import CheckpointError, InvalidRequest

INDEX = "model_index.json"
PIPELINE = "StableDiffusionPipeline"
WEIGHTS = ".safetensors"
_STEMS = {
    "text_encoder": "model",
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
}
_TOKENIZER = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
)
_PICKLES = (".bin", ".ckpt", ".pt", ".pth")
_SHOWN = 8


@dataclass(frozen=True)
class ChosenFiles:
    """The files of a model that are needed.

    Attributes:
        layout: "folder" or "file".
        paths: their names inside the model, in order.
        half: the components whose half-precision weights were chosen over others.
    """

    layout: str
    paths: tuple[str, ...]
    half: tuple[str, ...] = ()


def choose_files(
    offered: Iterable[str], *, file: str = "", prefer_half: bool = False, where: str
) -> ChosenFiles:
    """Choose from the names of a model's files.

    Args:
        offered: the names that there are, such as "unet/config.json".
        file: the one safetensors file to take, whatever else there is; "" chooses.
        prefer_half: whether weights in half precision go before others.
        where: what holds the files, for messages.

    Raises:
        InvalidRequest: if `file` is not there, or is needed and missing.
        CheckpointError: if it is no model that Inkcloud can load.
    """
    names = {name for name in offered if _is_plain(name)}
    if file:
        return _named_file(names, file, where)
    if INDEX in names:
        return _folder(names, prefer_half, where)
    weights = sorted(name for name in names if name.endswith(WEIGHTS))
    if not weights:
        raise _nothing(names, where)
    if len(weights) > 1:
        raise InvalidRequest(
            f"{where} holds several safetensors files and no {INDEX}, so one must be chosen.",
            field="--file",
            allowed="one of " + _some(weights),
        )
    return ChosenFiles("file", (weights[0],))


def check_pipeline(index: object) -> None:
    """Refuse a model of another kind before its weights are fetched.

    Args:
        index: what model_index.json holds.

    Raises:
        CheckpointError: if it is not Stable Diffusion's.
    """
    named = index.get("_class_name") if isinstance(index, dict) else None
    if named != PIPELINE:
        raise CheckpointError(
            "The model is of a kind that Inkcloud cannot run.",
            field=f"{INDEX}: _class_name",
            value=named,
            allowed=f"{PIPELINE}: Stable Diffusion 1.x and 2.x and their fine-tunes",
        )


def _named_file(names: set[str], file: str, where: str) -> ChosenFiles:
    if file not in names or not file.endswith(WEIGHTS):
        weights = sorted(name for name in names if name.endswith(WEIGHTS))
        raise InvalidRequest(
            f"{where} has no such safetensors file.",
            field="--file",
            value=file,
            allowed="one of " + _some(weights) if weights else "nothing: it has none at all",
        )
    return ChosenFiles("file", (file,))


def _folder(names: set[str], prefer_half: bool, where: str) -> ChosenFiles:
    paths = [INDEX]
    paths += [f"{name}/config.json" for name in _STEMS]
    paths += ["scheduler/scheduler_config.json"]
    missing = [path for path in paths if path not in names]
    if missing:
        raise CheckpointError(
            f"{where} has a {INDEX}, but {missing[0]} is missing from it.",
            field=missing[0],
            allowed="a folder in diffusers' format, with all its files",
        )
    paths += [f"tokenizer/{name}" for name in _TOKENIZER if f"tokenizer/{name}" in names]
    half = []
    for component, stem in _STEMS.items():
        variants = {variant: _weights(names, component, stem, variant) for variant in (".fp16", "")}
        if not any(variants.values()):
            raise _no_weights(names, component, stem, where)
        first = ".fp16" if prefer_half else ""
        chosen = first if variants[first] else next(v for v, found in variants.items() if found)
        paths += variants[chosen]
        if chosen == ".fp16":
            half.append(component)
    return ChosenFiles("folder", tuple(paths), tuple(half))


def _weights(names: set[str], component: str, stem: str, variant: str) -> list[str]:
    """Return a component's weight files of a variant, an index first; none if it has none."""
    whole = f"{component}/{stem}{variant}{WEIGHTS}"
    if whole in names:
        return [whole]
    count = r"-\d{5}-of-\d{5}"
    mark = re.escape(variant)
    shard = re.compile(
        rf"{re.escape(f'{component}/{stem}')}({mark}{count}|{count}{mark}){re.escape(WEIGHTS)}"
    )
    for index in (f"{stem}{variant}{WEIGHTS}.index.json", f"{stem}{WEIGHTS}.index{variant}.json"):
        if f"{component}/{index}" in names:
            shards = sorted(name for name in names if shard.fullmatch(name))
            return [f"{component}/{index}", *shards]
    return []


def _no_weights(names: set[str], component: str, stem: str, where: str) -> CheckpointError:
    pickles = sorted(
        name for name in names if name.startswith(f"{component}/") and name.endswith(_PICKLES)
    )
    wanted = f"{component}/{stem}{WEIGHTS}"
    if pickles:
        return CheckpointError(
            f"{where} has the weights of {component} only as {pickles[0]}, a format that can run "
            "code when it is opened. Inkcloud takes safetensors only: look for another "
            "repository or revision of the model that has them.",
            field=wanted,
            allowed=wanted,
        )
    return CheckpointError(f"{where} has no {wanted}.", field=wanted, allowed=wanted)


def _nothing(names: set[str], where: str) -> CheckpointError:
    pickles = sorted(name for name in names if name.endswith(_PICKLES))
    message = f"{where} holds no model that Inkcloud can load."
    if pickles:
        message += f" {pickles[0]} is of a format that can run code when it is opened."
    return CheckpointError(
        message,
        field="model",
        value=where,
        allowed=f"a folder in diffusers' format with {INDEX}, or one safetensors file",
    )


def _is_plain(name: str) -> bool:
    """Say whether a name can be a file's inside a folder, and nowhere else."""
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and name.isprintable()
        and "\\" not in name
        and not path.is_absolute()
        and path.as_posix() == name
        and not any(part.startswith(".") or len(part.encode()) > 200 for part in path.parts)
        and len(path.parts) <= 8
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
