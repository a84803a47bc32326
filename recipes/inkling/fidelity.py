"""Does a picture show what was asked for: names, sentences, colours, two things."""

import random

import numpy as np
from colours import main_colour
from compose import pair
from evaluation import SEED, Evaluation, Real, Row, pairs, paraphrases, percent, share, spoken
from held_out import HELD_OUT_COLOURS
from measures import halves
from recolour import COLOURS, dominant_hue, recoloured
from sentences import article

from inkcloud.domain.generation_request import GenerationRequest

NAMES_WANTED = 0.85
PARAPHRASES_WANTED = 0.70
COLOURS_WANTED = 0.60
PAIRS_WANTED = 0.50
FIRST = 5
# Colours that the records' names say, so that the colour measure can be checked on them.
_NAMED = ("heart", "circle", "square", "book", "apple")


def judge_rows(evaluation: Evaluation) -> list[Row]:
    """Say how far the judge, the colour measure and the pair measure can be trusted."""
    real, judge = evaluation.real, evaluation.judge
    rows = [index for name in judge.names for index in real.of(name, held_out=True)]
    ranks = judge.ranks(real.pictures[rows], [[real.records[row]["name"]] for row in rows])
    said = [
        main_colour(real.all_pictures[index]) == record["name"].split()[0]
        for index, record in enumerate(real.all_records)
        if record["source"] != "openclipart-png" and _says_colour(record["name"])
    ]
    thing, colour = _found(evaluation, *_recoloured(real, evaluation.sizes.colours))
    asked = pairs(evaluation.sizes.pairs)
    both = both_found(evaluation, [_pasted(real, *names) for names in asked], asked)
    return [
        Row(
            f"the judge on {len(rows)} real pictures of a style it never saw",
            f"first {percent(share(ranks < 1))}, first five {percent(share(ranks < FIRST))}"
            f" of {len(judge.names)} names",
            "",
            None,
        ),
        Row(
            f"the colour measure on {len(said)} real pictures whose names say a colour",
            percent(share(said)),
            "",
            None,
        ),
        Row(
            f"{len(thing)} real pictures, recoloured: thing and colour right (the most to be had)",
            f"{percent(share(thing & colour))} (thing {percent(share(thing))},"
            f" colour {percent(share(colour))})",
            "",
            None,
        ),
        Row(
            f"{len(both)} real pictures, pasted in pairs: both things found (the most to be had)",
            percent(share(both)),
            "",
            None,
        ),
    ]


def _recoloured(real: Real, count: int) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Turn real pictures into the colours that are asked for; not every picture can be."""
    pictures, cases = [], []
    for name, colour in colour_cases(count):
        rows = real.of(name)
        random.Random(f"{name}/{colour}").shuffle(rows)
        peaks = ((row, dominant_hue(real.pictures[row])) for row in rows)
        row, peak = next(((row, peak) for row, peak in peaks if peak is not None), (0, None))
        if peak is not None:
            pictures.append(recoloured(real.pictures[row], peak, COLOURS[colour]))
            cases.append((name, colour))
    return np.stack(pictures), cases


def _found(
    evaluation: Evaluation, drawn: np.ndarray, cases: list[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Say for each picture whether the thing, and whether the colour, is right."""
    thing = evaluation.judge.ranks(drawn, [[name] for name, _ in cases]) < FIRST
    colour = np.array([main_colour(p) == wanted for p, (_, wanted) in zip(drawn, cases)])
    return thing, colour


def _pasted(real: Real, first: str, second: str) -> np.ndarray:
    generator = np.random.default_rng(SEED)
    chosen = [real.pictures[generator.choice(real.of(name))] for name in (first, second)]
    return pair(*chosen, generator)


def name_rows(evaluation: Evaluation) -> list[Row]:
    """Ask for random names; compare with real pictures of the same names."""
    real, judge = evaluation.real, evaluation.judge
    names = evaluation.random_names(evaluation.sizes.names)
    drawn = evaluation.drawer.draw("names", [_request(name) for name in names])
    ranks = judge.ranks(drawn, [[name] for name in names])
    found = share(ranks < FIRST)
    references = {}
    for held_out in (True, False):
        rows = [row for name in names for row in real.of(name, held_out=held_out)]
        wanted = [[real.records[row]["name"]] for row in rows]
        references[held_out] = share(judge.ranks(real.pictures[rows], wanted) < FIRST)
    ratio = found / max(references.values())
    lenient = found / references[True]
    return [
        Row(
            f"{len(names)} random names: first five of the judge",
            f"{percent(found)} (first: {percent(share(ranks < 1))}); real pictures"
            f" {percent(references[False])}, of the style the judge never saw"
            f" {percent(references[True])}; so {percent(ratio)} of real"
            f" ({percent(lenient)} of the unseen style)",
            f">= {percent(NAMES_WANTED)} of real",
            ratio >= NAMES_WANTED,
        )
    ]


def paraphrase_rows(evaluation: Evaluation) -> list[Row]:
    """Ask with natural sentences, some of which never say the name."""
    asked = paraphrases(evaluation.sizes.paraphrases)
    drawn = evaluation.drawer.draw("sentences", [_request(sentence) for sentence, _ in asked])
    found = share(evaluation.judge.ranks(drawn, [names for _, names in asked]) < FIRST)
    return [
        Row(
            f"{len(asked)} natural sentences: a meant thing among the first five",
            percent(found),
            f">= {percent(PARAPHRASES_WANTED)}",
            found >= PARAPHRASES_WANTED,
        )
    ]


def colour_rows(evaluation: Evaluation) -> list[Row]:
    """Ask for things in colours that the data do not show them in."""
    cases = colour_cases(evaluation.sizes.colours)
    drawn = evaluation.drawer.draw("colours", [_request(colour_prompt(*case)) for case in cases])
    thing, colour = _found(evaluation, drawn, cases)
    found = share(thing & colour)
    return [
        Row(
            f"{len(cases)} things in a colour kept out of the data: thing and colour right",
            f"{percent(found)} (thing {percent(share(thing))}, colour {percent(share(colour))})",
            f">= {percent(COLOURS_WANTED)}",
            found >= COLOURS_WANTED,
        )
    ]


def pair_rows(evaluation: Evaluation) -> list[Row]:
    """Ask for two things at once."""
    asked = pairs(evaluation.sizes.pairs)
    drawn = evaluation.drawer.draw("two things", [_request(pair_prompt(*pair)) for pair in asked])
    both = both_found(evaluation, list(drawn), asked)
    kept_out = both[::2]
    return [
        Row(
            f"{len(asked)} pairs: both things found",
            f"{percent(share(both))} (pairs kept out of the data {percent(share(kept_out))})",
            f">= {percent(PAIRS_WANTED)}",
            share(both) >= PAIRS_WANTED,
        )
    ]


def both_found(
    evaluation: Evaluation, drawn: list[np.ndarray], asked: list[tuple[str, str]]
) -> np.ndarray:
    """Say for each picture whether both things are in it.

    Each must be among the first five of another half, in either order, or both among the
    first five of the whole.
    """
    parts = [np.stack(side) for side in zip(*(halves(picture) for picture in drawn))]
    views = []
    for pictures in (*parts, np.stack(drawn)):
        views.append(
            [
                evaluation.judge.ranks(pictures, [[pair[place]] for pair in asked]) < FIRST
                for place in (0, 1)
            ]
        )
    left, right, whole = views
    apart = (left[0] & right[1]) | (left[1] & right[0])
    return apart | (whole[0] & whole[1])


def colour_cases(count: int) -> list[tuple[str, str]]:
    """Return combinations of thing and colour; fewer are the first of more."""
    cases = [(name, colour) for name, colours in HELD_OUT_COLOURS.items() for colour in colours]
    return random.Random(SEED).sample(cases, len(cases))[:count]


def colour_prompt(name: str, colour: str) -> str:
    return article(f"{colour} {spoken(name)}")


def pair_prompt(first: str, second: str) -> str:
    return f"{article(spoken(first))} and {article(spoken(second))}"


def _says_colour(name: str) -> bool:
    words = name.split()
    colours = {"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown"}
    return len(words) == 2 and words[0] in colours and words[1] in _NAMED


def _request(prompt: str) -> GenerationRequest:
    return GenerationRequest(prompt=prompt, seed=SEED)
