"""Makes a measurement of the pictures of an experiment."""

from collections.abc import Callable
from itertools import combinations, pairwise

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.definition import Cell
from inkcloud.playground.schedulers.distance import Pixels, distance, pixels
from inkcloud.playground.schedulers.experiment import Experiment
from inkcloud.playground.schedulers.measurement import Apart, Measurement, Point

Key = tuple[SamplerName, int, str]


def compare(
    experiment: Experiment,
    picture_of: Callable[[Cell], bytes],
    seconds_of: Callable[[Cell], float],
    *,
    model: str,
    measured: str,
) -> Measurement:
    """Compare every picture with its scheduler's converged one.

    Args:
        experiment: what was drawn.
        picture_of: returns a cell's PNG file.
        seconds_of: returns how long it took.
        model: what drew.
        measured: the day, as text.
    """
    cells = {_key(cell): cell for cell in experiment.definition().cells()}
    pictures = {key: pixels(picture_of(cell)) for key, cell in cells.items()}
    seconds = {key: seconds_of(cell) for key, cell in cells.items()}
    points = [
        point
        for scheduler in experiment.schedulers
        for seed in experiment.seeds
        for point in _points(experiment, scheduler, seed, pictures, seconds)
    ]
    apart = [
        _apart(experiment, one, other, pictures)
        for one, other in combinations(experiment.schedulers, 2)
    ]
    return Measurement(
        experiment=experiment,
        points=tuple(points),
        apart=tuple(apart),
        model=model,
        measured=measured,
    )


def _key(cell: Cell) -> Key:
    return cell.parameters.scheduler, cell.parameters.steps, cell.parameters.seed


def _points(
    experiment: Experiment,
    scheduler: SamplerName,
    seed: str,
    pictures: dict[Key, Pixels],
    seconds: dict[Key, float],
) -> list[Point]:
    converged = pictures[scheduler, experiment.reference, seed]
    counts = (*experiment.steps, experiment.reference)
    moved: dict[int, float | None] = {counts[0]: None}
    for lower, higher in pairwise(counts):
        moved[higher] = distance(
            pictures[scheduler, lower, seed], pictures[scheduler, higher, seed]
        )
    return [
        Point(
            scheduler=scheduler,
            steps=count,
            seed=seed,
            seconds=seconds[scheduler, count, seed],
            distance=distance(pictures[scheduler, count, seed], converged),
            moved=moved[count],
        )
        for count in counts
    ]


def _apart(
    experiment: Experiment, one: SamplerName, other: SamplerName, pictures: dict[Key, Pixels]
) -> Apart:
    found = [
        distance(
            pictures[one, experiment.reference, seed], pictures[other, experiment.reference, seed]
        )
        for seed in experiment.seeds
    ]
    return Apart(one=one, other=other, distance=sum(found) / len(found))
