"""The random numbers of a request."""

import pytest
import torch

from inkcloud.domain.errors import InvalidRequest
from inkcloud.sampling.noise import RequestNoise

SHAPE = (4, 8, 8)


@pytest.mark.parametrize("seed", [0, 42, 2**32, 2**63, 2**64 - 1])
@pytest.mark.parametrize("shape", [SHAPE, (1, 2, 3)])
def test_noise_is_torchs_own_stream_for_the_seed(seed, shape):
    generator = torch.Generator("cpu").manual_seed(seed)
    expected = [torch.randn((1, *shape), generator=generator) for _ in range(3)]

    noise = RequestNoise(seed)
    drawn = [noise.initial(shape), noise.step(shape), noise.step(shape)]

    for mine, theirs in zip(drawn, expected, strict=True):
        assert mine.shape == shape
        assert mine.dtype == torch.float32
        assert torch.equal(mine, theirs[0])


def test_two_requests_do_not_share_a_stream():
    first, second = RequestNoise(5), RequestNoise(5)
    alone = [first.initial(SHAPE), first.step(SHAPE)]
    torch.manual_seed(0)
    mixed = second.initial(SHAPE)
    RequestNoise(6).initial(SHAPE)

    assert torch.equal(alone[0], mixed)
    assert torch.equal(alone[1], second.step(SHAPE))


def test_the_default_type_of_torch_does_not_matter():
    expected = RequestNoise(1).initial(SHAPE)
    torch.set_default_dtype(torch.float64)
    try:
        found = RequestNoise(1).initial(SHAPE)
    finally:
        torch.set_default_dtype(torch.float32)
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, True, "7", None])
def test_other_seeds_are_refused_by_name(seed):
    with pytest.raises(InvalidRequest) as caught:
        RequestNoise(seed)
    assert caught.value.field == "seed"
    assert str(2**64 - 1) in caught.value.allowed
