"""The text encoder's answers to all training sentences, computed once and mapped by everyone."""

import json

import numpy as np
import torch
from arithmetic import fast
from paths import DATASET
from text_encoder import TOKENS, WIDTH, decided, states_of

ROWS = 256
STATES = DATASET / "text_states.npy"
SENTENCES = DATASET / "sentences.json"
PRINT_EVERY = 40


@torch.no_grad()
def prepare() -> None:
    """Write `text_states.npy` (bfloat16 bits, N x TOKENS x 384) and `sentences.json`."""
    tokenizer, model = decided()
    unique = {"": None}
    for line in (DATASET / "examples.jsonl").open():
        unique.update(dict.fromkeys(json.loads(line)["sentences"]))
    sentences = list(unique)
    partial = STATES.with_suffix(".partial.npy")
    shape = (len(sentences), TOKENS, WIDTH)
    states = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint16, shape=shape)
    for start in range(0, len(sentences), ROWS):
        with fast():
            answer = states_of(tokenizer, model, sentences[start : start + ROWS])
        states[start : start + ROWS] = answer.bfloat16().view(torch.uint16).numpy()
        if start // ROWS % PRINT_EVERY == 0:
            print(f"encoded {start} of {len(sentences)} sentences", flush=True)
    states.flush()
    SENTENCES.write_text(json.dumps(sentences))
    partial.rename(STATES)
    print(f"{len(sentences)} sentences")


class TextStates:
    """Looks sentences up in the prepared file."""

    def __init__(self) -> None:
        self._states = np.load(STATES, mmap_mode="r")
        sentences = json.loads(SENTENCES.read_text())
        self._rows = {sentence: row for row, sentence in enumerate(sentences)}

    def __call__(self, sentences: list[str]) -> torch.Tensor:
        """Return (N, TOKENS, 384), bfloat16."""
        rows = [self._rows[sentence] for sentence in sentences]
        return torch.from_numpy(self._states[rows]).view(torch.bfloat16)


class FreshStates:
    """Computes the same when asked: for runs that see fewer sentences than there are."""

    def __init__(self) -> None:
        self._encoder = decided()

    @torch.no_grad()
    def __call__(self, sentences: list[str]) -> torch.Tensor:
        """Return (N, TOKENS, 384), float32."""
        return states_of(*self._encoder, sentences)


if __name__ == "__main__":
    prepare()
