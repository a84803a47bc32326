"""What an experiment measured, and its form as a JSON file."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.link import generate_query, read_query
from inkcloud.playground.schedulers.experiment import Experiment

FORMAT = "inkcloud-schedulers"
FORMAT_VERSION = 1
MOST_BYTES = 1_000_000
LARGEST_DISTANCE = 255.0
LONGEST_SECONDS = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """One picture.

    Attributes:
        scheduler: what drew it.
        steps: with how many steps.
        seed: from which seed.
        seconds: how long it took, drawn alone.
        distance: to the same scheduler's and seed's converged picture, in levels of 255.
        moved: to the picture of the next lower step count, in levels of 255; None for the first.
    """

    scheduler: SamplerName
    steps: int
    seed: str
    seconds: float
    distance: float
    moved: float | None = None


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How far two schedulers' converged pictures are from each other, in levels of 255."""

    one: SamplerName
    other: SamplerName
    distance: float


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """All pictures of an experiment, compared.

    Attributes:
        experiment: what was drawn.
        points: every picture, also the converged ones, whose distance is 0.
        apart: for each two schedulers how far their converged pictures are apart.
        model: what drew, for example "inkling".
        measured: the day, as text.
    """

    experiment: Experiment
    points: tuple[Point, ...]
    apart: tuple[Apart, ...]
    model: str
    measured: str

    def to_json(self) -> str:
        """Return the measurement as a JSON text."""
        query = generate_query(self.experiment.prompt, [self.experiment.parameters])
        data = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "prompt": query["prompt"],
            "parameters": query["p1"],
            "schedulers": [each.value for each in self.experiment.schedulers],
            "steps": list(self.experiment.steps),
            "reference_steps": self.experiment.reference,
            "seeds": list(self.experiment.seeds),
            "model": self.model,
            "measured": self.measured,
            "points": [asdict(point) for point in self.points],
            "apart": [asdict(pair) for pair in self.apart],
        }
        return json.dumps(data, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: bytes) -> "Measurement":
        """Read `to_json`'s form.

        Raises:
            InvalidRequest: if it is another file, of another version, or not possible.
        """
        if len(text) > MOST_BYTES:
            raise _bad(f"{len(text)} bytes", f"a file of at most {MOST_BYTES} bytes")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise _bad("no JSON", "a JSON file of the page Schedulers") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise _bad("another JSON file", "a JSON file of the page Schedulers")
        if data.get("version") != FORMAT_VERSION:
            raise _bad(f"version {str(data.get('version'))[:20]}", f"version {FORMAT_VERSION}")
        try:
            return cls._read(data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _bad(str(error)[:100], "a file that was not changed") from None

    @classmethod
    def _read(cls, data: dict[str, Any]) -> "Measurement":
        linked = read_query(
            {"v": "1", "prompt": _text(data["prompt"]), "p1": _text(data["parameters"])}
        )
        if linked is None:
            raise ValueError("parameters")
        experiment = Experiment(
            prompt=linked.prompt,
            parameters=linked.panels[0],
            schedulers=tuple(map(SamplerName.parse, _list(data["schedulers"]))),
            steps=tuple(_whole(count) for count in _list(data["steps"])),
            reference=_whole(data["reference_steps"]),
            seeds=tuple(_text(seed) for seed in _list(data["seeds"])),
        ).checked()
        return cls(
            experiment=experiment,
            points=_points(experiment, _list(data["points"])),
            apart=tuple(_apart(experiment, pair) for pair in _list(data["apart"])),
            model=_text(data["model"]),
            measured=_text(data["measured"]),
        )


def _points(experiment: Experiment, listed: list[Any]) -> tuple[Point, ...]:
    points = tuple(_point(experiment, point) for point in listed)
    places = {(point.scheduler, point.steps, point.seed) for point in points}
    wanted = len(experiment.schedulers) * (len(experiment.steps) + 1) * len(experiment.seeds)
    if not len(points) == len(places) == wanted:
        message = f"{len(points)} pictures in place of {wanted}"
        raise ValueError(message)
    return points


def _point(experiment: Experiment, data: dict[str, Any]) -> Point:
    moved = data["moved"]
    point = Point(
        scheduler=SamplerName.parse(data["scheduler"]),
        steps=_whole(data["steps"]),
        seed=_text(data["seed"]),
        seconds=_number(data["seconds"], LONGEST_SECONDS),
        distance=_number(data["distance"], LARGEST_DISTANCE),
        moved=None if moved is None else _number(moved, LARGEST_DISTANCE),
    )
    known = (
        point.scheduler in experiment.schedulers
        and point.steps in (*experiment.steps, experiment.reference)
        and point.seed in experiment.seeds
    )
    if not known or (point.steps == experiment.reference and point.distance != 0):
        message = "a picture that is none of the experiment's"
        raise ValueError(message)
    return point


def _apart(experiment: Experiment, data: dict[str, Any]) -> Apart:
    pair = Apart(
        one=SamplerName.parse(data["one"]),
        other=SamplerName.parse(data["other"]),
        distance=_number(data["distance"], LARGEST_DISTANCE),
    )
    if not {pair.one, pair.other} <= set(experiment.schedulers):
        message = "a scheduler that is none of the experiment's"
        raise ValueError(message)
    return pair


def _typed(kind: type | tuple[type, ...]) -> Callable[[object], Any]:
    def read(value: object) -> Any:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, kind):
            message = f"a value of the wrong kind: {str(value)[:40]}"
            raise TypeError(message)
        return value

    return read


_whole: Callable[[object], int] = _typed(int)
_list: Callable[[object], list[Any]] = _typed(list)
_any_text: Callable[[object], str] = _typed(str)
_any_number: Callable[[object], float] = _typed((int, float))


def _text(value: object) -> str:
    text = _any_text(value)
    text.encode()  # half a surrogate pair is no text
    return text


def _number(value: object, most: float) -> float:
    number = float(_any_number(value))
    if not (math.isfinite(number) and 0 <= number <= most):
        message = f"a number that is not from 0 to {most:g}: {number:g}"
        raise ValueError(message)
    return number


def _bad(value: str, allowed: str) -> InkcloudError:
    return InvalidRequest(
        "The file cannot be read as a comparison of schedulers.",
        field="file",
        value=value,
        allowed=allowed,
    )
