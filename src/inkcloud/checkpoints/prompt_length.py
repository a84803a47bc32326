"""How much of a text a model reads: its text encoder takes so many tokens and no more."""

from dataclasses import dataclass

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class PromptLength:
    """A text as the text encoder sees it.

    Attributes:
        tokens: how many it is, with the marks of its beginning and end.
        unread: the part of the text that is cut off, as it was written; "" if there is none.
    """

    tokens: int
    unread: str


class PromptRuler:
    """Measures texts.

    It has a copy of the tokenizer: how to cut and pad is a state of the library's object, which
    the engine's thread sets whenever it encodes a prompt.

    Args:
        tokenizer: the checkpoint's; not in use by another thread while this is made.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        own = tokenizer.backend_tokenizer
        self._tokenizer = Tokenizer.from_str(own.to_str())
        self._tokenizer.encode_special_tokens = own.encode_special_tokens
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._marks = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._cuts_the_beginning = tokenizer.truncation_side == "left"
        self.most_tokens = int(tokenizer.model_max_length)

    def measure(self, text: str) -> PromptLength:
        """Return how many tokens a text is, and which part of it is not read."""
        places: list[tuple[int, int]] = self._tokenizer.encode(
            text, add_special_tokens=False
        ).offsets
        tokens, room = len(places) + self._marks, self.most_tokens - self._marks
        if tokens <= self.most_tokens:
            return PromptLength(tokens, "")
        if self._cuts_the_beginning:
            unread = text[: places[len(places) - room][0]]
        else:
            unread = text[places[room][0] :]
        return PromptLength(tokens, unread.strip())
