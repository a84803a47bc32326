"""A model's folder, checked: which components it names and where they are."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from inkcloud.checkpoints.classes import IGNORED, MODELS, PIPELINES, SCHEDULERS
from inkcloud.checkpoints.json_file import read_json_object
from inkcloud.checkpoints.listed import quoted
from inkcloud.domain.errors import CheckpointError

INDEX = "model_index.json"
MAXIMUM_ENTRIES = 10_000
_PLAIN = frozenset({stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK})


@dataclass(frozen=True)
class Component:
    """One part of a model.

    Attributes:
        name: "unet", "vae", "text_encoder", "tokenizer" or "scheduler".
        class_name: the allow-listed class that it names.
        folder: where its files are.
    """

    name: str
    class_name: str
    folder: Path

    described_by: ClassVar[str] = "its config.json"

    def shown(self, file: str) -> str:
        """Return the name of one of its files as the model's owner knows it."""
        return f"{self.name}/{file}"


@dataclass(frozen=True)
class ModelFolder:
    """A folder in diffusers' format that names nothing but supported classes."""

    root: Path
    components: dict[str, Component]

    def __getitem__(self, name: str) -> Component:
        return self.components[name]


def exists(path: Path) -> bool:
    """Say whether there is something at a path; a name that cannot be has nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def open_folder(root: Path) -> ModelFolder:
    """Check a model's folder and return its components; no weights are read.

    Raises:
        CheckpointError: if it is not a diffusers folder, if it holds code or a link that
            leads out of it, or if it names a class that is not supported.
    """
    if not exists(root):
        raise CheckpointError(
            "The model's folder does not exist.",
            field="model",
            value=str(root),
            allowed="a folder in diffusers' format, or one .safetensors file",
        )
    if not root.is_dir():
        raise CheckpointError(
            "The model is neither a folder nor a plain file.",
            field="model",
            value=str(root),
            allowed="a folder in diffusers' format, or one .safetensors file",
        )
    _check_entries(root)
    index = read_json_object(root / INDEX, INDEX)
    _check_pipeline(index)
    _check_extras(index)
    return ModelFolder(
        root, {name: _component(root, index, name) for name in (*MODELS, "scheduler")}
    )


def _check_entries(root: Path) -> None:
    home = root.resolve()
    for path in _walk(root):
        shown = quoted(path.relative_to(root).as_posix())
        if path.suffix.lower() in {".py", ".pyc", ".so"}:
            raise CheckpointError(
                f"The model's folder holds code, {shown}, which is never run. "
                "Remove it if the model works without it.",
                field=shown,
                allowed="configuration, tokenizer files and safetensors",
            )
        if stat.S_IFMT(path.lstat().st_mode) not in _PLAIN:
            raise CheckpointError(
                f"{shown} is neither a file nor a folder.",
                field=shown,
                allowed="plain files and folders",
            )
        if path.is_symlink() and not _leads_inside(path, home):
            raise CheckpointError(
                f"{shown} is a link that leads out of the model's folder. "
                "Copy the folder with its links followed (cp -rL) and use the copy.",
                field=shown,
                allowed="files inside the model's folder",
            )


def _leads_inside(link: Path, home: Path) -> bool:
    try:
        return link.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # links in a circle
        return False


def _walk(root: Path) -> Iterator[Path]:
    entries = 0
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            entries += 1
            if entries > MAXIMUM_ENTRIES:
                raise CheckpointError(
                    "The folder holds too many files to be one model.",
                    field="model",
                    value=str(root),
                    allowed=f"at most {MAXIMUM_ENTRIES} files",
                )
            yield Path(folder, name)


def _check_pipeline(index: dict[str, Any]) -> None:
    pipeline = index.get("_class_name")
    if pipeline not in PIPELINES:
        raise CheckpointError(
            f"{INDEX} names a pipeline that is not supported.",
            field=f"{INDEX}: _class_name",
            value=pipeline,
            allowed="one of " + ", ".join(PIPELINES),
        )


def _check_extras(index: dict[str, Any]) -> None:
    known = {*MODELS, "scheduler", *IGNORED}
    for name, value in index.items():
        if name not in known and isinstance(value, list) and any(value):
            raise CheckpointError(
                f"{INDEX} names a component that is not supported: {name}.",
                field=f"{INDEX}: {name}",
                value=value,
                allowed="only " + ", ".join(sorted(known)),
            )


def _component(root: Path, index: dict[str, Any], name: str) -> Component:
    allowed = SCHEDULERS if name == "scheduler" else MODELS[name].keys()
    value = index.get(name)
    entry = tuple(value) if isinstance(value, list) else value
    if not isinstance(entry, tuple) or not all(isinstance(part, str) for part in entry):
        raise CheckpointError(
            f"{INDEX} does not name the component {name}.",
            field=f"{INDEX}: {name}",
            value=value,
            allowed='a pair of texts: ["library", "Class"]',
        )
    if entry not in allowed:
        raise CheckpointError(
            f"{INDEX} names a class for {name} that is not supported.",
            field=f"{INDEX}: {name}",
            value=" ".join(entry),
            allowed="one of " + ", ".join(sorted(" ".join(pair) for pair in allowed)),
        )
    if not (root / name).is_dir():
        raise CheckpointError(
            f"The component {name} is missing from the model's folder.",
            field=name,
            allowed=f"a folder named {name}, as {INDEX} says",
        )
    return Component(name, entry[1], root / name)
