"""Does a parameter matter: steps, guidance, negative prompt, seed."""

from itertools import pairwise

import numpy as np
from colours import colour_shares, mean_saturation
from evaluation import SEED, Evaluation, Row, paraphrases, percent, share, spoken
from fidelity import FIRST, pair_prompt
from held_out import OWN_COLOURS, PAIRS
from measures import frechet_distance, pairwise_distances
from sentences import article

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName

STEPS = (1, 2, 5, 20)
GUIDANCES = (1.0, 4.0, 7.5)
STRONG_GUIDANCE = 20.0
SEEDS = 8
# One picture of each name differs from seed to seed by as much as 5 steps from 20.
STEP_SEEDS = (SEED, SEED + 1)
LEAST_SEED_DISTANCE = 0.03
MOST_DIMENSIONS = 48


def step_rows(evaluation: Evaluation) -> list[Row]:
    """Compare features with real pictures' after 1, 2, 5 and 20 steps of every sampler."""
    names = evaluation.random_names(evaluation.sizes.step_names)
    real = evaluation.real
    known = evaluation.judge.features(
        real.pictures[[row for name in names for row in real.of(name)]]
    )
    dimensions = min(MOST_DIMENSIONS, len(names) // 2)
    rows = []
    for sampler in SamplerName:
        distances = []
        for steps in STEPS:
            requests = [
                GenerationRequest(
                    prompt=name, seed=seed, scheduler=sampler, num_inference_steps=steps
                )
                for seed in STEP_SEEDS
                for name in names
            ]
            drawn = evaluation.drawer.draw(f"{sampler.value}, {steps} steps", requests)
            features = evaluation.judge.features(drawn)
            distances.append(frechet_distance(features, known, dimensions))
        rows.append(
            Row(
                f"{sampler.value}: feature distance after {', '.join(map(str, STEPS))} steps",
                " → ".join(f"{distance:.1f}" for distance in distances),
                "falls each time",
                all(a > b for a, b in pairwise(distances)),
            )
        )
    return rows


def guidance_rows(evaluation: Evaluation) -> list[Row]:
    """Compare how well the judge finds what is meant at guidance 1, 4 and 7.5."""
    names = [(name, [name]) for name in evaluation.random_names(evaluation.sizes.names)]
    sentences = paraphrases(evaluation.sizes.paraphrases)
    return [_guided(evaluation, "names", names), _guided(evaluation, "sentences", sentences)]


def _guided(evaluation: Evaluation, kind: str, asked: list[tuple[str, list[str]]]) -> Row:
    meant = [names for _, names in asked]
    found, chances = [], []
    for guidance in GUIDANCES:
        requests = [
            GenerationRequest(prompt=prompt, seed=SEED, guidance_scale=guidance)
            for prompt, _ in asked
        ]
        drawn = evaluation.drawer.draw(f"{kind} at guidance {guidance:g}", requests)
        found.append(share(evaluation.judge.ranks(drawn, meant) < FIRST))
        chances.append(_chance(evaluation, drawn, meant).mean())
    return Row(
        f"guidance {', '.join(f'{g:g}' for g in GUIDANCES)}: the judge's mean log probability"
        f" of what is meant by {len(asked)} {kind}",
        " → ".join(f"{chance:.2f}" for chance in chances)
        + f" (first five: {' → '.join(percent(value) for value in found)})",
        "rises each time",
        all(a < b for a, b in pairwise(chances)),
    )


def negative_rows(evaluation: Evaluation) -> list[Row]:
    """Ask a thing without its own colour, and a pair without its second thing."""
    cases = [(name, seed) for seed in (SEED, SEED + 1) for name in OWN_COLOURS]
    cases = cases[: evaluation.sizes.negatives]
    shares = []
    for negative in (False, True):
        requests = [
            GenerationRequest(
                prompt=article(spoken(name)),
                negative_prompt=OWN_COLOURS[name] if negative else "",
                seed=seed,
            )
            for name, seed in cases
        ]
        drawn = evaluation.drawer.draw("negative prompt", requests)
        shares.append(
            np.array([colour_shares(p)[OWN_COLOURS[n]] for p, (n, _) in zip(drawn, cases)])
        )
    two = list(PAIRS)[: evaluation.sizes.negatives]
    chances = []
    for negative in (False, True):
        requests = [
            GenerationRequest(
                prompt=pair_prompt(*pair),
                negative_prompt=spoken(pair[1]) if negative else "",
                seed=SEED,
            )
            for pair in two
        ]
        drawn = evaluation.drawer.draw("negative prompt", requests)
        chances.append(_chance(evaluation, drawn, [[pair[1]] for pair in two]))
    return [
        Row(
            f"negative prompt: share of a thing's own colour, without and with it ({len(cases)})",
            f"{percent(shares[0].mean())} → {percent(shares[1].mean())}",
            "falls by more than two standard errors",
            _clearly(shares[0] - shares[1]),
        ),
        Row(
            f"negative prompt: log probability of a pair's second thing ({len(two)})",
            f"{chances[0].mean():.2f} → {chances[1].mean():.2f}",
            "falls by more than two standard errors",
            _clearly(chances[0] - chances[1]),
        ),
    ]


def seed_rows(evaluation: Evaluation) -> list[Row]:
    """Compare eight seeds of one prompt with one another."""
    names = evaluation.random_names(evaluation.sizes.seed_prompts)
    spreads, smallest, reference = [], [], []
    for name in names:
        requests = [GenerationRequest(prompt=name, seed=SEED + n) for n in range(SEEDS)]
        distances = pairwise_distances(evaluation.drawer.draw(f"seeds of {name}", requests))
        spreads.append(distances.mean())
        smallest.append(distances.min())
        real = evaluation.real.pictures[evaluation.real.of(name)]
        if len(real) > 1:
            reference.append(pairwise_distances(real).mean())
    return [
        Row(
            f"{SEEDS} seeds of {len(names)} prompts: difference between two pictures",
            f"mean {np.mean(spreads):.3f}, smallest {min(smallest):.3f}"
            f" (real pictures of one name: {np.mean(reference):.3f})",
            f"smallest >= {LEAST_SEED_DISTANCE}",
            min(smallest) >= LEAST_SEED_DISTANCE,
        )
    ]


def saturation_rows(evaluation: Evaluation) -> list[Row]:
    """Compare the saturation at guidance 20 with that at 7.5."""
    names = evaluation.random_names(evaluation.sizes.saturated)
    found = []
    for guidance in (GUIDANCES[-1], STRONG_GUIDANCE):
        requests = [
            GenerationRequest(prompt=name, seed=SEED, guidance_scale=guidance) for name in names
        ]
        drawn = evaluation.drawer.draw(f"guidance {guidance:g}", requests)
        found.append(np.array([mean_saturation(picture) for picture in drawn]))
    return [
        Row(
            f"saturation at guidance {GUIDANCES[-1]:g} and {STRONG_GUIDANCE:g} ({len(names)})",
            f"{found[0].mean():.3f} → {found[1].mean():.3f}",
            "rises by more than two standard errors",
            _clearly(found[1] - found[0]),
        )
    ]


def _chance(evaluation: Evaluation, drawn: np.ndarray, meant: list[list[str]]) -> np.ndarray:
    """Return each picture's log probability (N,) of any of the names that are meant."""
    place = {name: column for column, name in enumerate(evaluation.judge.names)}
    scores = evaluation.judge.scores(drawn)
    return np.array(
        [
            np.logaddexp.reduce([row[place[name]] for name in names])
            for row, names in zip(scores, meant, strict=True)
        ]
    )


def _clearly(differences: np.ndarray) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(differences.mean() > 2 * error)
