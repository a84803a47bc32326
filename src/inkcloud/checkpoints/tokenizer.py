"""A checkpoint's tokenizer, built from checked vocabulary files."""

from typing import TYPE_CHECKING

from inkcloud.checkpoints.classes import model_class
from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.listed import LONGEST_ERROR, quoted
from inkcloud.checkpoints.tokenizer_files import CONFIG, check_vocabulary, vocabulary_files
from inkcloud.checkpoints.tokenizer_settings import read_settings
from inkcloud.domain.errors import CheckpointError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MAXIMUM_TOKENS = 100_000
"""transformers treats larger vocabularies in ways of its own."""


def load_tokenizer(
    component: Component, vocabulary: int, positions: int
) -> "PreTrainedTokenizerBase":
    """Build a tokenizer as transformers would, from named settings and local files only.

    Args:
        component: the tokenizer's folder.
        vocabulary: how many tokens the text encoder knows.
        positions: the longest text that the text encoder takes, in tokens.

    Raises:
        CheckpointError: if a file is missing or damaged, or does not fit the text encoder.
    """
    settings = read_settings(component, check_vocabulary(component), positions)
    files = vocabulary_files(component)
    places = {argument: str(component.folder / name) for name, argument in files.items()}
    kind = model_class("tokenizer", "transformers", component.class_name)
    try:
        tokenizer = kind(**kind.convert_to_native_format(**places, **settings))
    # The library raises many kinds of error, a bare Exception from Rust among them.
    except Exception as error:
        shown = " and ".join(component.shown(name) for name in files)
        raise CheckpointError(
            f"{shown} cannot be used: {quoted(error, LONGEST_ERROR)}.", field=shown
        ) from error
    _check_tokens(component, tokenizer, vocabulary)
    return tokenizer


def _check_tokens(
    component: Component, tokenizer: "PreTrainedTokenizerBase", vocabulary: int
) -> None:
    most = min(vocabulary, MAXIMUM_TOKENS)
    highest = max(dict(tokenizer.get_vocab()).values(), default=-1)
    if highest >= most:
        raise CheckpointError(
            "The tokenizer has more tokens than the text encoder knows.",
            field=component.name,
            value=highest + 1,
            allowed=f"at most {most} tokens",
        )
    if tokenizer.pad_token_id is None:
        raise CheckpointError(
            "The tokenizer has no padding token.",
            field=component.shown(CONFIG) + ": pad_token",
            allowed="a token of its vocabulary",
        )
