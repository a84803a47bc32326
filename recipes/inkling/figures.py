"""The model card's figures: one for each thing that a parameter or a prompt does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from colours import main_colour
from contact_sheets import by_schedulers
from evaluation import SEED, Evaluation, spoken
from fidelity import both_found, colour_prompt, pair_prompt
from held_out import HELD_OUT_COLOURS, OWN_COLOURS, PAIRS
from measures import nearest, thumbnails
from PIL import Image
from sentences import article
from sheet import sheet

from inkcloud.domain.generation_request import GenerationRequest

SHOWN = ("octopus", "red apple", "snowman", "sailboat", "guitar", "butterfly")


def draw_all(evaluation: Evaluation, folder: Path) -> None:
    """Write every figure as `folder`/inkling-NAME.png."""
    for name, figure in FIGURES.items():
        path = folder / f"inkling-{name}.png"
        picture = figure(evaluation)
        picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size // 1024} KB", flush=True)


def steps(evaluation: Evaluation) -> Image.Image:
    """Six samplers by 1, 2, 5 and 20 steps of one prompt."""
    return by_schedulers(evaluation.drawer, "a snowman", (1, 2, 5, 20))


def guidance(evaluation: Evaluation) -> Image.Image:
    """Prompts by guidance 1, 4 and 7.5."""
    return _by_guidance(evaluation, (1.0, 4.0, 7.5))


def saturation(evaluation: Evaluation) -> Image.Image:
    """Prompts by guidance 7.5 and 20."""
    return _by_guidance(evaluation, (7.5, 20.0))


def negative(evaluation: Evaluation) -> Image.Image:
    """Things without and with their own colour as the negative prompt."""
    names = list(OWN_COLOURS)[:6]
    requests, captions = [], []
    for without in (False, True):
        for name in names:
            unwanted = OWN_COLOURS[name] if without else ""
            requests.append(
                GenerationRequest(prompt=article(spoken(name)), negative_prompt=unwanted, seed=SEED)
            )
            captions.append(f"not {unwanted}" if without else article(spoken(name)))
    return _drawn(evaluation, requests, captions, len(names))


def seeds(evaluation: Evaluation) -> Image.Image:
    """Eight seeds of three prompts."""
    prompts = [article(spoken(name)) for name in SHOWN[:3]]
    requests = [
        GenerationRequest(prompt=prompt, seed=SEED + n) for prompt in prompts for n in range(8)
    ]
    captions = [f"seed {SEED + n}" for _ in prompts for n in range(8)]
    return _drawn(evaluation, requests, captions, 8, prompts)


def colours(evaluation: Evaluation) -> Image.Image:
    """Six things by six colours that the data do not show them in."""
    names = ("octopus", "automobile", "star", "teapot", "umbrella", "fish")
    cases = [(name, colour) for name in names for colour in HELD_OUT_COLOURS[name]]
    requests = [GenerationRequest(prompt=colour_prompt(*case), seed=SEED) for case in cases]
    pictures = evaluation.drawer.draw("figure", requests)
    captions = [
        colour if main_colour(p) == colour else f"{colour} (is {main_colour(p)})"
        for p, (_, colour) in zip(pictures, cases)
    ]
    return sheet(pictures, captions, 6, [spoken(name) for name in names])


def pairs(evaluation: Evaluation) -> Image.Image:
    """Twelve pairs that the data do not show together; in brackets those that were not found."""
    asked = list(PAIRS)[:12]
    requests = [GenerationRequest(prompt=pair_prompt(*pair), seed=SEED) for pair in asked]
    pictures = evaluation.drawer.draw("figure", requests)
    found = both_found(evaluation, list(pictures), asked)
    captions = [
        text if both else f"({text})"
        for text, both in zip((" + ".join(map(spoken, pair)) for pair in asked), found)
    ]
    return sheet(pictures, captions, 6)


def copies(evaluation: Evaluation) -> Image.Image:
    """Drawn pictures, each above the nearest training picture."""
    names = evaluation.random_names(8)
    requests = [GenerationRequest(prompt=name, seed=SEED) for name in names]
    pictures = evaluation.drawer.draw("figure", requests)
    distances, rows = nearest(thumbnails(pictures), evaluation.real.thumbnails)
    captions = [*names, *(f"distance {distance:.3f}" for distance in distances)]
    shown = np.concatenate([pictures, evaluation.real.pictures[rows]])
    return sheet(shown, captions, len(names), ["drawn", "nearest training picture"])


FIGURES = {
    "steps": steps,
    "guidance": guidance,
    "saturation": saturation,
    "negative": negative,
    "seeds": seeds,
    "colours": colours,
    "pairs": pairs,
    "copies": copies,
}


def _by_guidance(evaluation: Evaluation, values: Sequence[float]) -> Image.Image:
    prompts = [article(spoken(name)) for name in SHOWN]
    requests = [
        GenerationRequest(prompt=prompt, seed=SEED, guidance_scale=value)
        for value in values
        for prompt in prompts
    ]
    titles = [f"guidance {value:g}" for value in values]
    return _drawn(evaluation, requests, prompts * len(values), len(prompts), titles)


def _drawn(
    evaluation: Evaluation,
    requests: Sequence[GenerationRequest],
    captions: Sequence[str],
    columns: int,
    titles: Sequence[str] = (),
) -> Image.Image:
    return sheet(evaluation.drawer.draw("figure", requests), captions, columns, titles)
