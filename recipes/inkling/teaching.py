"""How the text encoder is taught from sentences: its batches, its loss and the run of steps."""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from arithmetic import fast
from moving_average import follow
from progress import Run
from sentences import descriptions, plain
from text_encoder import TOKENS, states_of
from torch import nn
from transformers import BertModel, BertTokenizerFast
from wordings import UNLEARNT, Wording, Wordings, plain_sentence

ROWS = 64
BATCHES_SORTED = 16
CHECK_EVERY = 500
# From plain sentences, one or two for each row, to states (N, TOKENS, WIDTH).
States = Callable[[list[tuple[str, ...]]], torch.Tensor]


@dataclass(frozen=True)
class Aims:
    """What a run of teaching weighs.

    Attributes:
        rate: the highest learning rate.
        names_share: how much telling the names apart counts beside the squared error.
        sharpness: what the cosines are multiplied by before the names' softmax.
        variance: of the wanted states about their mean over all names; the squared error's unit.
        padding_seen: how many positions of padding a step computes. Padding is never attended
            to, so that any part of it can be left out.
    """

    rate: float
    names_share: float
    sharpness: float
    variance: float
    padding_seen: int


class Names:
    """Which of all names an answer is nearest to: squared errors alone leave that blurred."""

    def __init__(self, states: States, names: list[str]) -> None:
        self.names = names
        self._rows = {plain_sentence(plain(name)): row for row, name in enumerate(names)}
        answers = states([(sentence,) for sentence in self._rows]).mean(1)
        self._centre = answers.mean(0)
        self._answers = nn.functional.normalize(answers - self._centre, dim=-1)

    def scores(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return cosines (N, names) of mean states (N, WIDTH)."""
        return nn.functional.normalize(pooled - self._centre, dim=-1) @ self._answers.T

    def ranks(self, pooled: torch.Tensor, names: list[str]) -> torch.Tensor:
        """Return how many names are nearer than the right one."""
        rows = torch.tensor([self._rows[plain_sentence(plain(name))] for name in names])
        scores = self.scores(pooled)
        return (scores > scores.gather(1, rows[:, None])).sum(1)

    def loss(self, pooled: torch.Tensor, wordings: list[Wording], sharpness: float) -> torch.Tensor:
        """Cross entropy of the bare names among the wordings."""
        rows = [self._rows.get(wording.plain[0], -1) for wording in wordings]
        rows = [row if len(w.plain) == 1 else -1 for row, w in zip(rows, wordings)]
        targets = torch.tensor(rows)
        scores = sharpness * self.scores(pooled)
        total = nn.functional.cross_entropy(scores, targets, ignore_index=-1, reduction="sum")
        return total / max(1, int((targets >= 0).sum()))


@dataclass(frozen=True)
class Guess:
    """Which name a description is taken for.

    Attributes:
        name: the one that it was written for.
        text: the description.
        rank: how many names seem nearer than that one.
        nearest: the name that seems nearest.
    """

    name: str
    text: str
    rank: int
    nearest: str


class Teaching:
    """One encoder, what its answers shall be, and how far they are from that."""

    def __init__(
        self, tokenizer: BertTokenizerFast, model: BertModel, states: States, aims: Aims
    ) -> None:
        self._tokenizer, self._model = tokenizer, model
        self._states, self._aims = states, aims
        self.names = Names(states, sorted(descriptions()))

    def run(self, checkpoint: Path, wordings: Wordings, minutes: float) -> None:
        """Teach until the minutes are used up or Ctrl-C, going on from the checkpoint."""
        average = copy.deepcopy(self._model)
        optimizer = torch.optim.AdamW(
            self._model.parameters(), lr=self._aims.rate, weight_decay=0.01
        )
        run = Run(checkpoint, minutes)
        parts = {"model": self._model, "average": average, "optimizer": optimizer}
        run.resume(**parts)
        batches = self._batches(wordings)
        try:
            for step in run.steps(**parts):
                for group in optimizer.param_groups:
                    group["lr"] = self._aims.rate * rate_at(run.fraction, step)
                error, named = self._loss(next(batches))
                optimizer.zero_grad(set_to_none=True)
                (error + self._aims.names_share * named).backward()
                nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
                optimizer.step()
                follow(average, self._model, keep=min(0.998, (step + 1) / (step + 10)))
                run.report(error=error.item(), names=named.item())
                if step % CHECK_EVERY == CHECK_EVERY - 1:
                    self._say_unlearnt(average)
        except KeyboardInterrupt:
            run.save(**parts)
            print(f"\nstopped; {checkpoint.name} is saved and the next run goes on from it")
            return
        self._say_unlearnt(average)

    def _batches(self, wordings: Wordings) -> Iterator[list[Wording]]:
        """Yield batches without end; sentences of like length spare each other the padding."""
        while True:
            some = wordings.draw(ROWS * BATCHES_SORTED)
            lengths = self._tokenizer([w.sentence for w in some], return_length=True)["length"]
            ordered = [some[row] for row in np.argsort(lengths, kind="stable")]
            for start in np.random.permutation(BATCHES_SORTED) * ROWS:
                yield ordered[start : start + ROWS]

    def _loss(self, wordings: list[Wording]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the squared error of all states, as shares of their variance; the names' loss."""
        wanted = self._states([wording.plain for wording in wordings])
        inputs = self._tokenizer(
            [wording.sentence for wording in wordings],
            padding="max_length",
            max_length=TOKENS,
            truncation=True,
            return_tensors="pt",
        )
        longest = int(inputs.attention_mask.sum(1).max())
        rest = torch.randperm(TOKENS - longest)[: self._aims.padding_seen] + longest
        seen = torch.cat([torch.arange(longest), rest])
        with fast():
            states = self._model(
                inputs.input_ids[:, seen],
                attention_mask=inputs.attention_mask[:, seen],
                position_ids=seen[None],
            )[0]
        # What was left out counts as much as the padding that was seen.
        weights = torch.ones(len(seen))
        weights[longest:] = (TOKENS - longest) / max(1, len(rest))
        weights = weights[:, None] / TOKENS
        error = ((states - wanted[:, seen]).square().mean(-1, keepdim=True) * weights).sum(1)
        pooled = (states.float() * weights).sum(1)
        named = self.names.loss(pooled, wordings, self._aims.sharpness)
        return error.mean() / self._aims.variance, named

    def _say_unlearnt(self, model: BertModel) -> None:
        """Print how often the answer to a sentence kept back is nearest to its own name's."""
        said = [(texts[UNLEARNT], name) for name, texts in sorted(descriptions().items())]
        pooled = pooled_states(self._tokenizer, model, [sentence for sentence, _ in said])
        rank = self.names.ranks(pooled, [name for _, name in said])
        print(
            f"{len(said)} sentences never learnt: first {100 * (rank < 1).float().mean():.0f} %,"
            f" among five {100 * (rank < 5).float().mean():.0f} %",
            flush=True,
        )


def guesses(names: Names, tokenizer: BertTokenizerFast, model: BertModel) -> list[Guess]:
    """Say which name an encoder takes each description for."""
    said = [(name, text) for name, texts in descriptions().items() for text in texts]
    print(f"guessing what {len(said)} descriptions mean (two minutes)", flush=True)
    pooled = pooled_states(tokenizer, model, [text for _, text in said])
    ranks = names.ranks(pooled, [name for name, _ in said]).tolist()
    nearest = names.scores(pooled).argmax(1).tolist()
    return [
        Guess(name, text, rank, names.names[row])
        for (name, text), rank, row in zip(said, ranks, nearest, strict=True)
    ]


@torch.no_grad()
def pooled_states(
    tokenizer: BertTokenizerFast, model: BertModel, sentences: list[str]
) -> torch.Tensor:
    """Return the mean of each sentence's states (N, WIDTH)."""
    starts = range(0, len(sentences), ROWS)
    with fast():
        answers = [states_of(tokenizer, model, sentences[start : start + ROWS]) for start in starts]
    return torch.cat([answer.float().mean(1) for answer in answers])


def rate_at(fraction: float, step: int) -> float:
    """Return the share of the learning rate: a short warm-up, then half a cosine down to 2 %."""
    return min(1, (step + 1) / 100) * (0.02 + 0.98 * (1 + math.cos(math.pi * fraction)) / 2)
