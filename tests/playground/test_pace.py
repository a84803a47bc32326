from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from inkcloud.client.generation_status import GenerationStatus, ImageLink
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.job import JobState
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.notes import rows
from inkcloud.playground.pace import Pace
from inkcloud.playground.presets import PRESETS
from inkcloud.playground.wording import about

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLAIN = PRESETS[0].parameters
MODEL = "a" * 64
ROW = 0.05
_NUMBERS = count()


def drawn(parameters=PLAIN, *, at=0.0, seconds, side=256, model=MODEL, images=1, **request):
    """A finished generation, accepted `at` seconds after noon."""
    record = {"width": side, "height": side, "checkpoint_hash": model}
    return GenerationStatus(
        id=f"gen_{next(_NUMBERS)}",
        state=JobState.SUCCEEDED,
        created=NOON + timedelta(seconds=at),
        request=parameters.request("x").as_mapping() | {"num_images": images} | request,
        seconds=seconds,
        images=tuple(ImageLink(url="", sha256="", record=record) for _ in range(images)),
    )


def steps(number, **changes):
    return replace(PLAIN, steps=number, **changes)


def pace(*generations):
    found = Pace.of(generations, NOON + timedelta(hours=1))
    assert found is not None
    return found


def test_nothing_drawn_gives_no_pace():
    failed = replace(drawn(seconds=2), state=JobState.FAILED, images=())

    assert Pace.of([]) is None
    assert Pace.of([failed]) is None


def test_seconds_grow_with_rows():
    known = pace(drawn(steps(20), seconds=40 * ROW))

    assert known.seconds(steps(40)) == pytest.approx(80 * ROW)
    assert known.seconds(steps(40, guidance_scale=1.0)) == pytest.approx(40 * ROW)
    assert known.seconds(steps(20, scheduler=SamplerName.PNDM)) == pytest.approx(42 * ROW)
    assert known.seconds(steps(20), count=3) == pytest.approx(120 * ROW)
    assert known.call_seconds(steps(7)) == pytest.approx(2 * ROW)


def test_what_every_picture_costs_is_told_from_what_a_row_costs():
    fixed = 0.4
    lone = [
        drawn(steps(n), at=10 * i, seconds=fixed + 2 * n * ROW)
        for i, n in enumerate((1, 5, 10, 30))
    ]
    known = pace(*lone)

    assert known.seconds(steps(50)) == pytest.approx(fixed + 100 * ROW)
    assert known.seconds(steps(1)) == pytest.approx(fixed + 2 * ROW)


def test_one_picture_that_the_machine_held_up_does_not_count():
    even = [drawn(at=100 * i, seconds=40 * ROW) for i in range(5)]

    known = pace(*even, drawn(at=700, seconds=90.0))

    assert known.seconds(PLAIN) == pytest.approx(40 * ROW)


def test_pictures_drawn_side_by_side_are_not_each_billed_for_the_others():
    together = [drawn(at=0.1 * i, seconds=4 * 40 * ROW) for i in range(4)]

    known = pace(*together)

    assert known.seconds(PLAIN) == pytest.approx(40 * ROW, rel=0.05)
    assert "side by side" in known.text(PLAIN)


def test_pictures_drawn_alone_are_believed_before_those_drawn_side_by_side():
    together = [drawn(at=0.0, seconds=100.0) for _ in range(10)]
    alone = [drawn(at=200 + 10 * i, seconds=40 * ROW) for i in range(3)]

    known = pace(*alone, *together)

    assert known.seconds(PLAIN) == pytest.approx(40 * ROW)
    assert "measured from 3 pictures" in known.text(PLAIN)
    assert "side by side" not in known.text(PLAIN)


def test_a_generation_that_still_runs_makes_those_beside_it_count_as_shared():
    running = replace(drawn(at=0, seconds=1), state=JobState.RUNNING, seconds=None, images=())
    beside = [drawn(at=10 + 10 * i, seconds=40 * ROW) for i in range(3)]
    before = [drawn(at=-1000 + 10 * i, seconds=20 * ROW) for i in range(3)]

    assert pace(running, *beside, *before).seconds(PLAIN) == pytest.approx(20 * ROW)


def test_several_images_of_one_request_share_its_seconds():
    known = pace(drawn(seconds=4 * 40 * ROW, images=4))

    assert known.seconds(PLAIN) == pytest.approx(40 * ROW)
    assert "4 pictures" in known.text(PLAIN)


def test_each_size_has_its_own_pace_and_the_models_own_size_is_the_usual_one():
    large = drawn(at=0, seconds=16.0, side=512, width=512, height=512)
    usual = drawn(at=50, seconds=2.0, side=256)

    known = pace(large, usual)

    assert known.native == 256 * 256
    assert known.seconds(PLAIN) == pytest.approx(2.0)


def test_a_size_never_drawn_is_estimated_from_the_nearest_by_its_pixels():
    known = pace(drawn(seconds=2.0, side=256))

    assert known.seconds(replace(PLAIN, width=512, height=256)) == pytest.approx(4.0)


def test_only_the_model_of_the_newest_picture_counts():
    known = pace(drawn(at=50, seconds=2.0), drawn(at=0, seconds=60.0, model="b" * 64))

    assert known.seconds(PLAIN) == pytest.approx(2.0)


def test_pictures_that_began_as_an_image_and_requests_from_a_newer_gateway_are_passed_over():
    from_image = drawn(seconds=0.1, image={"sha256": "0" * 64})
    newer = drawn(seconds=0.1, at=20, unheard_of=True)

    assert Pace.of([from_image, newer]) is None


def test_the_text_says_how_long_where_and_what_it_rests_on():
    known = pace(*(drawn(at=10 * i, seconds=4.0) for i in range(12)))

    assert known.text(PLAIN) == "about 4 s on this machine, measured from 12 pictures"
    assert pace(drawn(seconds=1.0)).text(PLAIN).endswith("measured from 1 picture")


def test_the_rows_of_the_estimate_are_those_that_the_notes_count():
    assert pace(drawn(seconds=float(rows(PLAIN)))).seconds(steps(3)) == rows(steps(3))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.01, "less than 0.1 s"),
        (0.34, "0.3 s"),
        (2.96, "3.0 s"),
        (41.6, "42 s"),
        (120.0, "2 min"),
        (7300.0, "2 h"),
    ],
)
def test_an_estimate_has_few_digits(seconds, words):
    assert about(seconds) == words


def test_a_request_that_no_page_could_send_teaches_nothing():
    with pytest.raises(InkcloudError):
        steps(501).request("x")

    assert Pace.of([drawn(seconds=5, num_inference_steps=501)]) is None
