"""What the UNet learns from: pictures made from the dataset's, each with its sentences."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from compose import pair, several, shifted
from held_out import colour_is_held_out, pair_is_held_out
from often_asked import often_asked
from paths import DATASET
from recolour import COLOURS, WORDS, dominant_hue, recoloured
from sentences import COUNTS, POOL, coloured, counted, paired, plain_name, pool

# Which share of the training rows each kind of example gets.
SHARES = {"single": 0.58, "colour": 0.15, "pair": 0.21, "count": 0.06}
# Each somewhere else: what always stands in one place, two seeds come to agree on.
PLACES_OF_EACH = 5
PLACES_OF_OTHERS = 2
COLOURS_OF_EACH = 4
PAIRS_OF_EACH = 3
COUNTED_SHARE = 0.6


@dataclass(frozen=True)
class Example:
    """One picture's kind, what it shows (records' indices) and its sentences."""

    kind: str
    records: tuple[int, ...]
    sentences: tuple[str, ...]

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def load_records() -> list[dict]:
    return [json.loads(line) for line in (DATASET / "records.jsonl").open()]


def examples(
    records: list[dict], pictures: np.ndarray, every: int = 1
) -> Iterator[tuple[Example, np.ndarray]]:
    """Yield examples with their pictures, uint8 (H, W, 3); the same ones each time.

    Args:
        records: what the pictures show.
        pictures: (N, H, W, 3).
        every: make all examples of every so many pictures only, and of all that is often asked
            for; of the others, the picture in fewer places with a few of its sentences.
    """
    trained = [index for index, record in enumerate(records) if record["train"]]
    by_style: dict[str, list[int]] = {}
    for index in trained:
        by_style.setdefault(records[index]["style"], []).append(index)
    for place, index in enumerate(trained):
        record, picture = records[index], np.asarray(pictures[index])
        generator = np.random.default_rng(index)
        if place % every and record["name"] not in often_asked():
            single = Example("single", (index,), few(record))
            for _ in range(PLACES_OF_OTHERS):
                yield single, shifted(picture, generator)
            continue
        choice = random.Random(f"{index}/{record['name']}/{record['style']}")
        single = Example("single", (index,), tuple(pool(record)))
        for _ in range(PLACES_OF_EACH):
            yield single, shifted(picture, generator)
        for coloured_one, variant in colour_variants(index, record, picture, choice):
            yield coloured_one, shifted(variant, generator)
        if choice.random() < COUNTED_SHARE:
            count = choice.choice(list(COUNTS))
            texts = tuple(counted(record, count, choice))
            yield Example("count", (index,), texts), several(picture, count, generator)
        for _ in range(PAIRS_OF_EACH):
            other = choice.choice(by_style[record["style"]])
            names = {plain_name(record), plain_name(records[other])}
            if len(names) < 2 or pair_is_held_out(names):
                continue
            texts = tuple(paired(record, records[other], choice))
            both = pair(picture, np.asarray(pictures[other]), generator)
            yield Example("pair", (index, other), texts), both


def few(record: dict) -> tuple[str, ...]:
    """Return some of a record's sentences: captions, and what was written for its name."""
    sentences = pool(record)
    return tuple(dict.fromkeys([*sentences[:3], *sentences[POOL : POOL + 2]]))


def colour_variants(
    index: int, record: dict, picture: np.ndarray, choice: random.Random
) -> Iterator[tuple[Example, np.ndarray]]:
    """Yield a picture in some colours, if one hue dominates it."""
    # "red apple" is an apple in red; the natural colours of other things stay as they are.
    name = " ".join(WORDS.sub("", plain_name(record)).split())
    peak = dominant_hue(picture)
    if peak is None or not name:
        return
    allowed = [colour for colour in COLOURS if not colour_is_held_out(name, colour)]
    for colour in choice.sample(allowed, min(COLOURS_OF_EACH, len(allowed))):
        texts = tuple(coloured(record, name, colour, choice))
        yield Example("colour", (index,), texts), recoloured(picture, peak, COLOURS[colour])
