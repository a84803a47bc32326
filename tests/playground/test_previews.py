"""How many previews of a picture there are."""

import pytest

from inkcloud.playground.previews import steps_between_previews


@pytest.mark.parametrize(("steps", "every"), [(1, 1), (10, 1), (20, 2), (35, 4), (500, 50)])
def test_while_nobody_knows_how_long_it_takes_there_are_at_most_ten(steps, every):
    assert steps_between_previews(steps) == every


@pytest.mark.parametrize(
    ("steps", "seconds", "every"),
    [(20, 1.0, 4), (20, 20.0, 2), (20, 120.0, 1), (500, 60.0, 17), (500, 3000.0, 10)],
)
def test_they_come_about_every_two_seconds_and_five_to_fifty_times(steps, seconds, every):
    assert steps_between_previews(steps, seconds) == every
