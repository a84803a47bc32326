"""What the text encoder should answer to a sentence: what it answers to the plainest one.

A frozen sentence encoder gives every wording states of its own, and the UNet would have to
learn each of them from noise: of sentences that it was trained on, but that describe a thing, it
drew one in five rightly; of bare names nearly nine in ten. So the encoder itself is taught, in
minutes instead of hours, to answer any sentence about an octopus with its own states of
"an octopus", and a sentence about two things with those of the left one, then of the right one.
"""

import torch
from text_encoder import TOKENS, WIDTH, frozen, states_of

HALF = TOKENS // 2
ROWS = 64
# Added to the states of the left and of the right thing, so that attention can tell the two
# apart: as large as the states themselves, whose standard deviation is 0.43.
MARK_SCALE = 0.4
_MARK_SEED = 20


class PlainStates:
    """The frozen encoder's answers to plain sentences."""

    def __init__(self) -> None:
        self._tokenizer, self._model = frozen()
        self._kept: dict[str, torch.Tensor] = {}
        generator = torch.Generator().manual_seed(_MARK_SEED)
        self._marks = torch.randn(2, 1, WIDTH, generator=generator) * MARK_SCALE

    @torch.no_grad()
    def __call__(self, plain: list[tuple[str, ...]]) -> torch.Tensor:
        """Return (N, TOKENS, WIDTH).

        Args:
            plain: for each sentence the plain one, or two: the left thing's and the right's.
        """
        missing = [s for s in dict.fromkeys(sum(plain, ())) if s not in self._kept]
        for start in range(0, len(missing), ROWS):
            some = missing[start : start + ROWS]
            self._kept.update(zip(some, states_of(self._tokenizer, self._model, some).half()))
        return torch.stack([self._joined([self._kept[s].float() for s in each]) for each in plain])

    def _joined(self, parts: list[torch.Tensor]) -> torch.Tensor:
        if len(parts) == 1:
            return parts[0]
        return torch.cat([part[:HALF] + mark for part, mark in zip(parts, self._marks)])
