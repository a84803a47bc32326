"""Which files a tokenizer is read from, and whether its vocabulary is one."""

from collections.abc import Mapping
from typing import Any

from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.json_file import read_json_object, read_text
from inkcloud.checkpoints.listed import quoted
from inkcloud.domain.errors import CheckpointError

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
WHOLE = "tokenizer.json"
ADDED = "added_tokens.json"

_VOCABULARY = {
    "CLIPTokenizer": {"vocab.json": "vocab_file", "merges.txt": "merges_file"},
    "BertTokenizer": {"vocab.txt": "vocab_file"},
}
_ALGORITHM = {"CLIPTokenizer": "BPE", "BertTokenizer": "WordPiece"}


def tokenizer_files(component: Component) -> list[str]:
    """Return the names of the files that the tokenizer is read from.

    Raises:
        CheckpointError: if its vocabulary is missing.
    """
    present = [name for name in (CONFIG, SPECIAL) if (component.folder / name).is_file()]
    return present + list(vocabulary_files(component))


def vocabulary_files(component: Component) -> dict[str, str]:
    """Return the files that hold the vocabulary, and the constructor's argument for each.

    Raises:
        CheckpointError: if one is missing.
    """
    if (component.folder / WHOLE).is_file():
        return {WHOLE: "tokenizer_file"}
    files = _VOCABULARY[_plain(component)]
    for name in files:
        if not (component.folder / name).is_file():
            raise CheckpointError(
                f"{component.shown(name)} is missing from the model's folder.",
                field=component.shown(name),
                allowed=f"{WHOLE} or the vocabulary files of a {component.class_name}",
            )
    return files


def check_vocabulary(component: Component) -> Mapping[str, Any]:
    """Check that the vocabulary files can be read as what they should be.

    Returns:
        What tokenizer.json holds; empty when there is none.

    Raises:
        CheckpointError: if a file is damaged or of another kind.
    """
    whole: Mapping[str, Any] = {}
    for name in vocabulary_files(component):
        path, shown = component.folder / name, component.shown(name)
        if name == WHOLE:
            whole = read_json_object(path, shown)
            _check_model(component, whole.get("model"))
        elif name.endswith(".json"):
            _check_tokens(shown, read_json_object(path, shown))
        elif not read_text(path, shown).strip():
            raise CheckpointError(f"{shown} is empty.", field=shown, allowed="a vocabulary")
    return whole


def known_tokens(component: Component, whole: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of the tokens of a vocabulary that `check_vocabulary` accepted.

    Args:
        component: the tokenizer's folder.
        whole: what its tokenizer.json holds; empty when there is none.
    """
    if whole:
        return dict(whole["model"]["vocab"])
    (name, *_) = vocabulary_files(component)
    path, shown = component.folder / name, component.shown(name)
    if name.endswith(".json"):
        return read_json_object(path, shown)
    return {line: number for number, line in enumerate(read_text(path, shown).splitlines())}


def _check_model(component: Component, model: object) -> None:
    wanted = _ALGORITHM[_plain(component)]
    kind = model.get("type") if isinstance(model, dict) else None
    if not isinstance(model, dict) or kind != wanted:
        raise CheckpointError(
            f"{component.shown(WHOLE)} is not the vocabulary of a {component.class_name}.",
            field=f"{component.shown(WHOLE)}: model.type",
            value=kind,
            allowed=wanted,
        )
    _check_tokens(component.shown(WHOLE), model.get("vocab"))


def _check_tokens(shown: str, tokens: object) -> None:
    if not isinstance(tokens, dict) or not tokens:
        raise CheckpointError(f"{shown} holds no vocabulary.", field=shown, allowed="token: number")
    for token, index in tokens.items():
        if type(index) is not int or not 0 <= index < 2**31:
            raise CheckpointError(
                f"{shown} gives the token {quoted(token)} no proper number.",
                field=shown,
                value=index,
                allowed="whole numbers from 0",
            )


def _plain(component: Component) -> str:
    return component.class_name.removesuffix("Fast")
