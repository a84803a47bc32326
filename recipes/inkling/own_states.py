"""What a text encoder answers to plain sentences by itself: what its wordings shall be answered."""

import torch
from text_encoder import states_of
from transformers import BertModel, BertTokenizerFast


class OwnStates:
    """An encoder's own answers to plain sentences."""

    def __init__(self, tokenizer: BertTokenizerFast, model: BertModel) -> None:
        self._tokenizer, self._model = tokenizer, model
        self._kept: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def __call__(self, plain_sentences: list[tuple[str, ...]]) -> torch.Tensor:
        """Return (N, TOKENS, WIDTH)."""
        sentences = [joined(*parts) for parts in plain_sentences]
        missing = [s for s in dict.fromkeys(sentences) if s not in self._kept]
        if missing:
            answers = states_of(self._tokenizer, self._model, missing)
            self._kept.update(zip(missing, answers.half()))
        return torch.stack([self._kept[s] for s in sentences]).float()


def joined(left: str, right: str | None = None) -> str:
    """Return one plain sentence for one thing or for two; a style is said once, at the end."""
    if right is None:
        return left
    thing, comma, style = left.partition(", ")
    return f"{thing} and {right.partition(', ')[0]}{comma}{style}"
