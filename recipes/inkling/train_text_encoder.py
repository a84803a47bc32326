"""Teach the text encoder to answer every wording of a thing as it answers the plainest one.

Sentences only, no pictures: see `plain_states.py`. Stop it with Ctrl-C and start it again: it
goes on from its last checkpoint.
"""

import argparse
import copy
import math
from collections.abc import Iterator

import numpy as np
import torch
from give_way import give_way
from moving_average import follow
from plain_states import PlainStates
from progress import Run
from sentences import descriptions, plain
from text_encoder import CHECKPOINT, TOKENS, frozen, states_of
from torch import nn
from training_examples import load_records
from transformers import BertModel, BertTokenizerFast
from wordings import UNLEARNT, Wording, Wordings, plain_sentence

ROWS = 64
LEARNING_RATE = 3e-4
# Padding is never attended to, so that any part of it can be left out of a step.
PADDING_SEEN = 8
NAMES_SHARE = 0.1
SHARPNESS = 15.0
STATE_VARIANCE = 0.0586  # of the states about their mean over all names
BATCHES_SORTED = 16
CHECK_EVERY = 500


class Names:
    """Which of all names an answer is nearest to: squared errors alone leave that blurred."""

    def __init__(self, states: PlainStates, names: list[str]) -> None:
        sentences = [plain_sentence(plain(name)) for name in names]
        self._rows = {sentence: row for row, sentence in enumerate(sentences)}
        answers = states([(sentence,) for sentence in sentences]).mean(1)
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

    def loss(self, pooled: torch.Tensor, wordings: list[Wording]) -> torch.Tensor:
        """Cross entropy of the bare names among the wordings."""
        rows = [self._rows.get(wording.plain[0], -1) for wording in wordings]
        rows = [row if len(w.plain) == 1 else -1 for row, w in zip(rows, wordings)]
        targets = torch.tensor(rows)
        scores = SHARPNESS * self.scores(pooled)
        total = nn.functional.cross_entropy(scores, targets, ignore_index=-1, reduction="sum")
        return total / max(1, int((targets >= 0).sum()))


class Teaching:
    """Wordings in batches of like length, and each batch's loss."""

    def __init__(self, tokenizer: BertTokenizerFast, model: BertModel, names: list[str]) -> None:
        self._tokenizer, self._model = tokenizer, model
        self._states = PlainStates()
        self.names = Names(self._states, names)

    def batches(self, wordings: Wordings) -> Iterator[list[Wording]]:
        """Yield batches without end; sentences of like length spare each other the padding."""
        while True:
            some = wordings.draw(ROWS * BATCHES_SORTED)
            lengths = self._tokenizer([w.sentence for w in some], return_length=True)["length"]
            ordered = [some[row] for row in np.argsort(lengths, kind="stable")]
            for start in np.random.permutation(BATCHES_SORTED) * ROWS:
                yield ordered[start : start + ROWS]

    def loss(self, wordings: list[Wording]) -> tuple[torch.Tensor, torch.Tensor]:
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
        rest = torch.randperm(TOKENS - longest)[:PADDING_SEEN] + longest
        seen = torch.cat([torch.arange(longest), rest])
        with torch.autocast("cpu", torch.bfloat16):
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
        return error.mean() / STATE_VARIANCE, self.names.loss(pooled, wordings)


def train(minutes: float) -> None:
    tokenizer, model = frozen()
    average = copy.deepcopy(model)
    records = load_records()
    teaching = Teaching(tokenizer, model, sorted(descriptions()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    run = Run(CHECKPOINT, minutes)
    parts = {"model": model, "average": average, "optimizer": optimizer}
    run.resume(**parts)
    batches = teaching.batches(Wordings(records))
    try:
        for step in run.steps(**parts):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(run.fraction, step)
            error, named = teaching.loss(next(batches))
            optimizer.zero_grad(set_to_none=True)
            (error + NAMES_SHARE * named).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            follow(average, model, keep=min(0.998, (step + 1) / (step + 10)))
            run.report(error=error.item(), names=named.item())
            if step % CHECK_EVERY == CHECK_EVERY - 1:
                say_unlearnt(teaching.names, tokenizer, average)
    except KeyboardInterrupt:
        run.save(**parts)
        print(f"\nstopped; {CHECKPOINT.name} is saved and the next run goes on from it")
        return
    say_unlearnt(teaching.names, tokenizer, average)


def rate_at(fraction: float, step: int) -> float:
    """Return the learning rate: a short warm-up, then half a cosine down to 2 %."""
    peak = LEARNING_RATE * min(1, (step + 1) / 100)
    return peak * (0.02 + 0.98 * (1 + math.cos(math.pi * fraction)) / 2)


@torch.no_grad()
def say_unlearnt(names: Names, tokenizer: BertTokenizerFast, model: BertModel) -> None:
    """Print how often the answer to a sentence kept back is nearest to its own name's."""
    said = [(texts[UNLEARNT], name) for name, texts in sorted(descriptions().items())]
    ranks = []
    for start in range(0, len(said), ROWS):
        some = said[start : start + ROWS]
        pooled = states_of(tokenizer, model, [sentence for sentence, _ in some]).mean(1)
        ranks.append(names.ranks(pooled, [name for _, name in some]))
    rank = torch.cat(ranks)
    print(
        f"{len(said)} sentences never learnt: first {100 * (rank < 1).float().mean():.0f} %,"
        f" among five {100 * (rank < 5).float().mean():.0f} %",
        flush=True,
    )


if __name__ == "__main__":
    give_way()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    train(parser.parse_args().minutes)
