"""The noise between two drawings of noise."""

import pytest
import torch

from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.slerp import slerp

SHAPE = (4, 16, 16)


def drawn(seed, shape=SHAPE):
    return RequestNoise(seed).initial(shape)


def test_the_ends_are_the_drawings_themselves():
    low, high = drawn(1), drawn(2)

    assert torch.equal(slerp(low, high, 0), low)
    assert torch.equal(slerp(low, high, 1.0), high)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75])
def test_the_angle_is_divided_by_the_share_and_the_length_stays(share):
    low, high = drawn(1).double().flatten(), drawn(2).double().flatten()
    low, high = low / low.norm(), high / high.norm()

    middle = slerp(low.float(), high.float(), share).double()

    angle = torch.arccos(low @ high)
    assert middle.norm().item() == pytest.approx(1.0, abs=1e-6)
    assert torch.arccos(low @ middle).item() == pytest.approx(share * angle.item(), abs=1e-6)
    assert torch.arccos(middle @ high).item() == pytest.approx((1 - share) * angle.item(), abs=1e-6)


def test_noise_in_the_middle_is_as_strong_as_noise_where_a_mean_of_both_is_not():
    low, high = drawn(3, (4, 64, 64)), drawn(4, (4, 64, 64))

    assert slerp(low, high, 0.5).std().item() == pytest.approx(1.0, abs=0.02)
    assert ((low + high) / 2).std().item() == pytest.approx(0.5**0.5, abs=0.02)


def test_between_a_drawing_and_itself_or_its_opposite_there_is_the_drawing():
    low = drawn(1)

    assert torch.equal(slerp(low, low.clone(), 0.5), low)
    assert torch.isfinite(slerp(low, -low, 0.5)).all()


def test_the_number_of_threads_does_not_matter():
    low, high = drawn(1, (4, 128, 128)), drawn(2, (4, 128, 128))
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = slerp(low, high, 0.3)
        torch.set_num_threads(4)
        four = slerp(low, high, 0.3)
    finally:
        torch.set_num_threads(threads)

    assert torch.equal(one, four)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        slerp(drawn(1), drawn(2), share)


def test_drawings_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="shape"):
        slerp(drawn(1), drawn(2, (4, 8, 8)), 0.5)
