"""How often a panel looks at the gateway."""

import pytest

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.result import pace_of

RUNNING = Drawing(job="gen_1")


@pytest.mark.parametrize(("active", "seconds"), [(1, 0.5), (2, 2 / 3), (3, 1.0), (6, 2.0)])
def test_all_panels_together_look_at_most_three_times_a_second(active, seconds):
    assert pace_of(RUNNING, active) == pytest.approx(seconds)


def test_what_does_not_draw_is_not_looked_at():
    assert pace_of(Drawing(), 3) is None


def test_after_trouble_it_is_tried_again_more_slowly():
    assert pace_of(Drawing(job="gen_1", trouble=InkcloudError("gone"))) == 2.0
