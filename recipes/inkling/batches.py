"""Random rows of what the UNet learns from."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Collection
from itertools import accumulate

import numpy as np
import torch
from paths import DATASET
from training_examples import SHARES, load_records
from understood import clear_sentences

EMPTY_SHARE = 0.1
# How often a picture is drawn, by its Emojibase group: 3 animals and nature, 4 food, 5 places
# and vehicles. They are what people ask for first, and harder than faces and signs.
EMPHASIS = {3: 2.5, 4: 2.0, 5: 1.5}
# The styles that a sentence must name to get them are drawn less often.
STYLE_EMPHASIS = {"simple sticker": 0.7, "rounded": 0.6, "classic": 0.6}


class Batches:
    """Random rows of (latent, sentence encoding).

    Args:
        text: gives the encodings (N, L, D) of N sentences.
        unclear: for each name the descriptions that nobody could guess, which are left out.
        empty: how many of the sentences are empty.
        names: the first thing that a picture shows is one of these; without them, anything.
    """

    def __init__(
        self,
        text: Callable[[list[str]], torch.Tensor],
        unclear: dict[str, set[str]],
        empty: float = EMPTY_SHARE,
        names: Collection[str] = (),
    ) -> None:
        self._latents = np.load(DATASET / "latents.npy", mmap_mode="r")
        lines = [json.loads(line) for line in (DATASET / "examples.jsonl").open()]
        records = load_records()
        weights = [emphasis([records[row] for row in line["records"]], names) for line in lines]
        totals: dict[str, float] = defaultdict(float)
        for line, weight in zip(lines, weights):
            totals[line["kind"]] += weight
        shares = [SHARES[e["kind"]] * w / totals[e["kind"]] for e, w in zip(lines, weights)]
        self._cumulative = list(accumulate(shares))
        self._sentences = [clear_sentences(line, records, unclear) for line in lines]
        self._text = text
        self._empty = empty
        self._random = random.Random()

    def draw(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return latents (count, C, h, w) float32 and text (count, L, D)."""
        everything = range(len(self._sentences))
        rows = self._random.choices(everything, cum_weights=self._cumulative, k=count)
        sentences = [
            "" if self._random.random() < self._empty else self._random.choice(self._sentences[row])
            for row in rows
        ]
        latents = torch.from_numpy(self._latents[rows].astype(np.float32))
        return latents, self._text(sentences)


def emphasis(shown: list[dict], names: Collection[str] = ()) -> float:
    """Return how often a picture of these records is drawn, against others of its kind.

    Args:
        shown: one record, or two.
        names: what the first one may be named; without them, anything.
    """
    if names and shown[0]["name"] not in names:
        return 0.0
    group = EMPHASIS.get(max(record["group"] for record in shown), 1.0)
    return group * STYLE_EMPHASIS.get(shown[0]["style"], 1.0)
