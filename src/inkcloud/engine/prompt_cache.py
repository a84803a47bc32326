"""Encodings of the prompts that were used last."""

from collections import OrderedDict

from torch import Tensor

from inkcloud.checkpoints.checkpoint import Checkpoint


class PromptCache:
    """Encodes a prompt, alone, and remembers the last few.

    A prompt is never encoded together with another: a batch would change its last bits.
    """

    def __init__(self, checkpoint: Checkpoint, size: int) -> None:
        self._checkpoint = checkpoint
        self._size = size
        self._encodings: OrderedDict[str, Tensor] = OrderedDict()

    def encode(self, prompt: str) -> Tensor:
        """Return the prompt's token states (L, D)."""
        if prompt not in self._encodings:
            self._encodings[prompt] = self._checkpoint.encode(prompt)
            if len(self._encodings) > self._size:
                self._encodings.popitem(last=False)
        self._encodings.move_to_end(prompt)
        return self._encodings[prompt]
