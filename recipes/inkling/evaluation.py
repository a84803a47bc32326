"""What all measurements share: the sizes, the real pictures, the prompts, and a table's row."""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from drawing import Drawer
from held_out import PAIRS
from judge import HELD_OUT_STYLE, Judge
from measures import thumbnails
from paths import DATASET
from sentences import SPOKEN

PARAPHRASES = Path(__file__).with_name("paraphrases.tsv")
SEED = 42


@dataclass(frozen=True)
class Sizes:
    """How many prompts each measurement draws; the full ones are those of the model card."""

    names: int = 300
    paraphrases: int = 100
    colours: int = 120
    pairs: int = 50
    step_names: int = 120
    negatives: int = 40
    seed_prompts: int = 20
    saturated: int = 300
    reconstructed: int = 345
    parity: int = 3


QUICK = Sizes(
    names=40,
    paraphrases=30,
    colours=30,
    pairs=16,
    step_names=16,
    negatives=16,
    seed_prompts=4,
    saturated=16,
    reconstructed=96,
    parity=1,
)


@dataclass(frozen=True)
class Row:
    """One line of the table; `passed` is None where nothing is demanded."""

    what: str
    measured: str
    wanted: str
    passed: bool | None

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "**no**", None: ""}[self.passed]


class Real:
    """The real pictures of drawable things, 128 pixels, by name."""

    def __init__(self) -> None:
        records = [json.loads(line) for line in (DATASET / "records.jsonl").open()]
        self._stored = np.load(DATASET / "pictures.npy", mmap_mode="r")
        self.rows = np.array([i for i, record in enumerate(records) if record["train"]])
        self.records = [records[row] for row in self.rows]
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for index, record in enumerate(self.records):
            self._by_name[record["name"]].append(index)
        self.all_records, self.all_pictures = records, self._stored

    @property
    def names(self) -> list[str]:
        return sorted(self._by_name)

    @cached_property
    def pictures(self) -> np.ndarray:
        """All of them (N, 128, 128, 3)."""
        return self._stored[self.rows]

    @cached_property
    def thumbnails(self) -> np.ndarray:
        """All of them, cut out, centred and small: (N, 32*32*3)."""
        return thumbnails(self.pictures)

    def of(self, name: str, *, held_out: bool | None = None) -> list[int]:
        """Return a name's rows; with `held_out` only those in, or not in, the held-out style."""
        return [
            index
            for index in self._by_name[name]
            if held_out is None or (self.records[index]["style"] == HELD_OUT_STYLE) == held_out
        ]


@dataclass(frozen=True)
class Evaluation:
    """Everything that a measurement needs."""

    model: Path
    drawer: Drawer
    judge: Judge
    real: Real
    sizes: Sizes

    def random_names(self, count: int) -> list[str]:
        """Return the same random names every time; fewer are the first of more."""
        known = [name for name in self.judge.names if self.real.of(name)]
        return random.Random(SEED).sample(known, len(known))[:count]


def spoken(name: str) -> str:
    """Return what people call the thing of that name in the data."""
    return SPOKEN.get(name, name)


def paraphrases(count: int) -> list[tuple[str, list[str]]]:
    """Return hand-written sentences, each with the names that it may mean.

    They are the same ones every time, and fewer are the first of more.
    """
    lines = PARAPHRASES.read_text(encoding="utf-8").splitlines()
    written = [(line.split("\t")[0], line.split("\t")[1].split("|")) for line in lines]
    random.Random(SEED).shuffle(written)
    return written[:count]


def pairs(count: int) -> list[tuple[str, str]]:
    """Return pairs of things: first those kept out of training, then new ones of their things."""
    held_out = list(PAIRS)
    generator = random.Random(SEED)
    firsts, seconds = zip(*held_out)
    others: list[tuple[str, str]] = []
    while len(others) < len(held_out):
        pair = (generator.choice(firsts), generator.choice(seconds))
        if pair not in held_out and pair not in others:
            others.append(pair)
    both = [pair for two in zip(held_out, others) for pair in two]
    return both[:count]


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def share(values: Sequence[bool] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else 0.0
