"""A tokenizer's settings: named ones only, its special tokens put together as stored."""

from collections.abc import Mapping
from typing import Any

from tokenizers import AddedToken

from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.json_file import read_json_object
from inkcloud.checkpoints.listed import quoted
from inkcloud.checkpoints.rule import FLAG, NONE, Rule, check_config, choice, whole
from inkcloud.checkpoints.tokenizer_files import ADDED, CONFIG, SPECIAL, known_tokens
from inkcloud.domain.errors import CheckpointError

_TOKEN_NAMES = tuple(f"{name}_token" for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask"))
_TOKEN = Rule(
    "a text or an added token",
    lambda value: (
        isinstance(value, str)
        or (isinstance(value, dict) and isinstance(value.get("content"), str))
    ),
)
_TOKEN_LIST = Rule(
    "a list of tokens",
    lambda value: isinstance(value, list) and all(map(_TOKEN.accepts, value)),
)
_TOKEN_TABLE = Rule(
    "added tokens by their number",
    lambda value: (
        isinstance(value, dict)
        and all(index.isdecimal() and len(index) < 10 for index in value)
        and all(isinstance(token, dict) and _TOKEN.accepts(token) for token in value.values())
    ),
)

_TOKEN_RULES: dict[str, Rule] = {
    **dict.fromkeys(_TOKEN_NAMES, _TOKEN | NONE),
    "additional_special_tokens": _TOKEN_LIST | NONE,
    "extra_special_tokens": _TOKEN_LIST | NONE,
}


def read_settings(
    component: Component, whole_file: Mapping[str, Any], positions: int
) -> dict[str, Any]:
    """Return the constructor's arguments, as transformers puts them together.

    Args:
        component: the tokenizer's folder.
        whole_file: what its tokenizer.json holds; empty when there is none.
        positions: the longest text that the text encoder takes, in tokens.

    Raises:
        CheckpointError: if a file is missing or damaged, or a setting is not supported.
    """
    shown = component.shown(CONFIG)
    found = read_json_object(component.folder / CONFIG, shown)
    rules = {
        **_TOKEN_RULES,
        "model_max_length": whole(3, positions),
        "added_tokens_decoder": _TOKEN_TABLE | NONE,
        "padding_side": choice("right", "left"),
        "truncation_side": choice("right", "left"),
        "do_lower_case": FLAG,
        "strip_accents": FLAG | NONE,
        "tokenize_chinese_chars": FLAG,
        "split_special_tokens": FLAG,
    }
    settings = check_config(found, rules, ("model_max_length",), shown)
    _check_added(component, whole_file, settings)
    if settings.get("added_tokens_decoder") is None:
        settings |= _special_tokens(component)
        settings["added_tokens_decoder"] = _whole_file_tokens(component, whole_file)
    return _with_tokens(settings)


def _check_added(
    component: Component, whole_file: Mapping[str, Any], settings: Mapping[str, Any]
) -> None:
    """Accept an old list of added tokens if it only repeats what is known without it."""
    shown = component.shown(ADDED)
    if not (component.folder / ADDED).is_file():
        return
    known = known_tokens(component, whole_file)
    table = settings.get("added_tokens_decoder") or {}
    known |= {token["content"]: int(index) for index, token in table.items()}
    for token, index in read_json_object(component.folder / ADDED, shown).items():
        if known.get(token) != index or type(index) is not int:
            raise CheckpointError(
                f"{shown} adds the token {quoted(token)}, which is not supported there.",
                field=shown,
                value=quoted(token),
                allowed=f"added tokens in {CONFIG}, as newer versions of transformers save them",
            )


def _special_tokens(component: Component) -> dict[str, Any]:
    path, shown = component.folder / SPECIAL, component.shown(SPECIAL)
    if not path.is_file():
        return {}
    tokens = check_config(read_json_object(path, shown), _TOKEN_RULES, (), shown)
    return {
        name: {**value, "special": True} if isinstance(value, dict) else value
        for name, value in tokens.items()
    }


def _whole_file_tokens(component: Component, whole_file: Mapping[str, Any]) -> dict[str, Any]:
    tokens = whole_file.get("added_tokens") or []
    try:
        table = {str(token["id"]): token for token in tokens}
    except (TypeError, KeyError):
        table = {"": None}
    if not _TOKEN_TABLE.accepts(table):
        shown = component.shown("tokenizer.json")
        raise CheckpointError(
            f"{shown} describes an added token in a way that cannot be understood.",
            field=f"{shown}: added_tokens",
            allowed=_TOKEN_TABLE.allowed,
        )
    return table


def _with_tokens(settings: dict[str, Any]) -> dict[str, Any]:
    added = {int(index): _token(token) for index, token in settings["added_tokens_decoder"].items()}
    by_content = {str(token): token for token in added.values()}
    result = {**settings, "added_tokens_decoder": added}
    for name in _TOKEN_NAMES:
        if result.get(name) is not None:
            token = _token(result[name])
            result[name] = by_content.get(str(token), token)
    for name in ("additional_special_tokens", "extra_special_tokens"):
        if result.get(name) is not None:
            result[name] = [_token(token) for token in result[name]]
    return result


def _token(value: str | dict[str, Any]) -> str | AddedToken:
    if isinstance(value, str):
        return value
    options = {
        name: bool(value[name])
        for name in ("lstrip", "rstrip", "normalized", "single_word", "special")
        if name in value
    }
    return AddedToken(value["content"], **options)
