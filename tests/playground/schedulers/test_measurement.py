"""Distances, findings, sentences and files, on pictures whose distances are known."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells import address
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.notes import model_calls
from inkcloud.playground.presets import PRESETS
from inkcloud.playground.schedulers.compare import compare
from inkcloud.playground.schedulers.distance import distance, pixels
from inkcloud.playground.schedulers.experiment import Experiment
from inkcloud.playground.schedulers.exports import measurement_csv, measurement_html
from inkcloud.playground.schedulers.findings import Findings, verdicts
from inkcloud.playground.schedulers.measurement import Measurement
from inkcloud.playground.schedulers.plots import curves
from inkcloud.playground.schedulers.results import rows
from inkcloud.playground.schedulers.texts import (
    best_text,
    claim_text,
    fresh_noise_text,
    same_end_text,
    seconds_text,
)

EXPERIMENT = Experiment(
    prompt="a cat",
    parameters=PRESETS[0].parameters,
    schedulers=tuple(SamplerName),
    steps=(1, 5, 10, 20),
    reference=100,
    seeds=("1", "2"),
)
CALL, FIXED = 0.1, 0.5
# How far a picture of so many steps is from the converged one: grey levels, by scheduler.
LEVELS = {
    SamplerName.PNDM: {1: 90, 5: 60, 10: 40, 20: 20},
    SamplerName.KLMS: {1: 90, 5: 50, 10: 20, 20: 8},
    SamplerName.DDIM: {1: 90, 5: 30, 10: 8, 20: 4},
    SamplerName.K_EULER: {1: 90, 5: 40, 10: 9, 20: 5},
    SamplerName.K_EULER_ANCESTRAL: {1: 90, 5: 40, 10: 35, 20: 30},
    SamplerName.DPM_SOLVER_MULTISTEP: {1: 90, 5: 7, 10: 3, 20: 1},
}
BASE = 100


def grey(level):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (level, level, level)).save(file, "PNG")
    return file.getvalue()


def picture_of(cell):
    steps = cell.parameters.steps
    return grey(BASE + LEVELS[cell.parameters.scheduler].get(steps, 0))


def seconds_of(cell):
    held_up = 3.0 if cell.index % 17 == 5 else 0.0
    return FIXED + CALL * model_calls(cell.parameters) + held_up


@pytest.fixture(scope="module")
def measurement():
    return compare(EXPERIMENT, picture_of, seconds_of, model="inkling", measured="2026-11-25")


@pytest.fixture(scope="module")
def findings(measurement):
    return Findings.of(measurement)


def test_the_distance_is_the_root_of_the_mean_square():
    one = np.zeros((2, 2, 3), np.float32)
    other = one.copy()
    other[0, 0] = 100.0

    assert distance(one, other) == pytest.approx(50.0)
    assert distance(one, one) == 0
    with pytest.raises(ValueError, match="size"):
        distance(one, np.zeros((4, 4, 3), np.float32))


def test_a_pictures_levels_are_read_whatever_its_mode():
    file = io.BytesIO()
    Image.new("L", (4, 2), 7).save(file, "PNG")

    assert pixels(file.getvalue()).shape == (2, 4, 3)
    assert pixels(file.getvalue()).max() == 7


def test_the_experiment_is_a_run_of_cells_and_back():
    definition = EXPERIMENT.definition()

    assert definition.count == 6 * 5 * 2
    assert Experiment.of(address.decode(address.encode(definition))) == EXPERIMENT
    with pytest.raises(InvalidRequest, match="no comparison"):
        Experiment.of(CellsDefinition("x", EXPERIMENT.parameters, definition.axes[:2]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": 20}, "more steps"),
        ({"seeds": tuple("123456")}, "too many seeds"),
        ({"steps": ()}, "more steps"),
        ({"schedulers": ()}, "no values"),
        ({"prompt": " "}, "empty"),
    ],
)
def test_an_experiment_that_cannot_be_compared_is_refused(changes, said):
    with pytest.raises(InvalidRequest, match=said):
        replace(EXPERIMENT, **changes).checked()


def test_every_picture_is_compared_with_its_own_converged_one(measurement):
    found = {(p.scheduler, p.steps, p.seed): p for p in measurement.points}

    assert len(found) == 60
    point = found[SamplerName.KLMS, 10, "2"]
    assert point.distance == pytest.approx(20)
    assert point.moved == pytest.approx(30)
    assert found[SamplerName.KLMS, 100, "1"].distance == 0
    assert found[SamplerName.KLMS, 1, "1"].moved is None


def test_seconds_are_calls_times_a_call_whatever_held_a_picture_up(findings):
    assert findings.call_seconds == pytest.approx(CALL)
    assert findings.picture_seconds == pytest.approx(FIXED)
    [pndm] = [m for m in findings.curve(SamplerName.PNDM) if m.steps == 10]
    assert pndm.calls == 11
    assert pndm.even_seconds == pytest.approx(FIXED + 11 * CALL)


def test_close_means_close_from_then_on(findings):
    assert findings.first_close(SamplerName.DPM_SOLVER_MULTISTEP, 10).steps == 5
    assert findings.first_close(SamplerName.KLMS, 10).steps == 20
    assert findings.first_close(SamplerName.PNDM, 10) is None


def test_schedulers_that_are_close_at_the_same_step_count_are_told_apart_between(findings):
    ddim, euler = (
        findings.crossing(scheduler, 10) for scheduler in (SamplerName.DDIM, SamplerName.K_EULER)
    )

    assert ddim.steps == pytest.approx(5 + 5 * 20 / 22)
    assert euler.steps == pytest.approx(5 + 5 * 30 / 31)
    assert ddim.seconds == pytest.approx(FIXED + CALL * ddim.steps)
    assert findings.crossing(SamplerName.PNDM, 10) is None
    assert findings.crossing(SamplerName.PNDM, 95).steps == 1


def test_a_picture_that_is_close_by_chance_and_then_leaves_does_not_count(measurement):
    points = tuple(
        replace(p, distance=1.0) if (p.scheduler, p.steps) == (SamplerName.KLMS, 1) else p
        for p in measurement.points
    )

    found = Findings.of(replace(measurement, points=points))

    assert found.first_close(SamplerName.KLMS, 10).steps == 20


@pytest.mark.parametrize(
    ("seconds", "best"),
    [
        (0.3, None),
        (0.65, (90, 1)),
        (1.05, (7, 5)),
        (1.55, (3, 10)),
        (99.0, (1, 20)),
    ],
)
def test_the_best_for_a_time_has_the_smallest_distance_in_it(findings, seconds, best):
    found = findings.best(seconds)

    assert (found and (round(found.distance), found.steps)) == best


def test_the_best_for_a_time_is_never_one_whose_picture_does_not_settle(measurement):
    points = tuple(
        replace(p, distance=0.1) if p.scheduler is SamplerName.K_EULER_ANCESTRAL else p
        for p in measurement.points
    )

    best = Findings.of(replace(measurement, points=points)).best(99.0)

    assert best.scheduler is SamplerName.DPM_SOLVER_MULTISTEP
    assert "Nothing" in best_text(Findings.of(measurement), 0.1)


def test_the_claim_is_judged_by_time_and_names_who_falls_out(findings):
    judged = {verdict.scheduler: verdict for verdict in verdicts(findings, 10)}

    assert judged[SamplerName.DPM_SOLVER_MULTISTEP].place == 1
    assert judged[SamplerName.K_EULER].holds
    assert not judged[SamplerName.K_EULER_ANCESTRAL].holds
    text = claim_text(findings, 10)
    assert "holds in part" in text
    assert "ANCESTRAL: **no**. At 20 steps it is still 30.0 levels" in text
    assert "DPMSolverMultistep: **yes**, quickest; close from 5 steps on (1.0 s)." in text
    assert "In order of time: DPMSolverMultistep (5 steps, 1.0 s), DDIM (10 steps, 1.5 s)" in text


def test_the_claim_fails_where_the_three_are_the_slowest(measurement):
    slow = {SamplerName.DPM_SOLVER_MULTISTEP, SamplerName.K_EULER, SamplerName.K_EULER_ANCESTRAL}
    points = tuple(
        replace(p, distance=99.0 if p.scheduler in slow and p.steps < 100 else 0.0)
        for p in measurement.points
    )

    text = claim_text(Findings.of(replace(measurement, points=points)), 10)

    assert "does not hold" in text


def test_what_is_said_of_fresh_noise_is_measured(findings, measurement):
    text = fresh_noise_text(findings)

    assert "From 10 to 20 steps it moved by 5.0 of 255 levels" in text
    assert "K\\_EULER's by 4.0" in text
    assert "30.0 levels from that at 20 steps" in text
    assert "0.0 levels apart at most" in same_end_text(measurement)
    assert "100 ms" in seconds_text(findings)


def test_without_the_scheduler_that_adds_noise_nothing_is_said_of_it():
    experiment = replace(EXPERIMENT, schedulers=(SamplerName.DDIM,), seeds=("1",))
    measured = compare(experiment, picture_of, seconds_of, model="m", measured="d")

    assert fresh_noise_text(Findings.of(measured)) == ""
    assert same_end_text(measured) == ""
    assert "None of the three" in claim_text(Findings.of(measured), 10)


def test_the_json_file_is_read_as_the_same_measurement(measurement):
    assert Measurement.from_json(measurement.to_json().encode()) == measurement


def changed(measurement, **changes):
    return json.dumps(json.loads(measurement.to_json()) | changes).encode()


def points_of(measurement):
    return json.loads(measurement.to_json())["points"]


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"[" * 100_000, b"\xff", b'{"format":"inkcloud-schedulers"}', b"1" * 2**21,
     b'{"format":"inkcloud-schedulers","version":1}'],
)  # fmt: skip
def test_a_file_that_is_no_measurement_is_refused(text):
    with pytest.raises(InvalidRequest):
        Measurement.from_json(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"prompt": 5},
        {"prompt": "\ud800"},
        {"parameters": "nonsense"},
        {"schedulers": ["Heun"]},
        {"schedulers": "DDIM"},
        {"steps": [True]},
        {"steps": [1] * 500},
        {"reference_steps": 10**9},
        {"seeds": ["x"]},
        {"points": []},
        {"points": None},
        {"apart": [{"one": "DDIM"}]},
        {"apart": [{"one": "DDIM", "other": "KLMS", "distance": -1}]},
        {"model": None},
    ],
)
def test_a_file_that_was_changed_is_refused(measurement, changes):
    with pytest.raises(InvalidRequest):
        Measurement.from_json(changed(measurement, **changes))


@pytest.mark.parametrize(
    "value",
    [
        {"distance": float("nan")}, {"distance": 1e400}, {"distance": 300}, {"seconds": -1},
        {"seconds": "1"}, {"steps": 7}, {"seed": "9"}, {"moved": float("inf")},
    ],
)  # fmt: skip
def test_a_point_that_was_changed_is_refused(measurement, value):
    first, *rest = points_of(measurement)

    with pytest.raises(InvalidRequest):
        Measurement.from_json(changed(measurement, points=[first | value, *rest]))


def test_the_csv_file_has_a_line_for_every_picture(measurement):
    lines = list(csv.DictReader(io.StringIO(measurement_csv(measurement))))

    assert len(lines) == 60
    assert lines[1] == {
        "scheduler": "PNDM",
        "steps": "5",
        "model_calls": "5",
        "seed": "1",
        "seconds": "1.0000",
        "distance_of_255": "60.0000",
        "moved_of_255": "30.0000",
    }


def test_the_web_page_needs_nothing_and_runs_nothing(measurement):
    hostile = replace(measurement, model="<script>x</script>")

    text = measurement_html(hostile, ["a < b", "one:\n\n- two"])

    assert "<script" not in text
    assert text.count("<svg") == 2
    assert text.count("<polyline") == 12
    assert "<p>a &lt; b</p><p>one:</p><p>two</p>" in text
    assert '<th scope="col">1 step</th>' in text
    assert "<td>60.0<br>" in text


def test_the_table_and_the_plots_have_every_scheduler(findings):
    table = rows(findings, 10)
    chart = curves(findings, "seconds", "seconds", 10).to_dict()

    assert [row["scheduler"] for row in table] == [each.value for each in SamplerName]
    assert table[0]["close from"] == "never"
    assert table[0]["20 steps"] == 20
    assert len(chart["layer"][0]["data"]["values"]) == 24
