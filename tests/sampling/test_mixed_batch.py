"""A row gives the same bits alone and in any company."""

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.update import advance, denoised, model_input
from support.sampling_driver import TanhNetwork, begin, step

SHAPE = (4, 3, 5)
MODEL = TanhNetwork(cells=4 * 3 * 5)  # goes row by row, so it cannot mix rows itself


class Row:
    """One picture on its way."""

    def __init__(self, sampler, steps, prediction, seed, position=0):
        self.plan = compile_plan(sampler, steps, NoiseSchedule(prediction=prediction))
        self.state, self.noise = begin(self.plan, seed, SHAPE)
        for _ in range(min(position, len(self.plan.ticks) - 1)):
            self.go(MODEL)

    def go(self, model):
        (self.state,) = step([self.plan], [self.state], [self.noise], model)


rows = st.builds(
    Row,
    sampler=st.sampled_from(SamplerName),
    steps=st.integers(1, 8),
    prediction=st.sampled_from(Prediction),
    seed=st.integers(0, 2**64 - 1),
    position=st.integers(0, 8),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=7), st.integers(0, 1000))
def test_a_row_advances_alike_alone_and_in_a_mixed_batch(batch, noise_seed):
    plans = [row.plan for row in batch]
    states = [row.state for row in batch]
    generator = torch.Generator().manual_seed(noise_seed)
    outputs = torch.randn((len(batch), *SHAPE), generator=generator)
    noises = list(torch.randn((len(batch), *SHAPE), generator=generator))

    together = advance(plans, states, outputs, noises)

    inputs, previews = model_input(plans, states), denoised(plans, states, outputs)
    for i, (plan, state) in enumerate(zip(plans, states, strict=True)):
        (alone,) = advance([plan], [state], outputs[i : i + 1], noises[i : i + 1])
        assert_same_bits(together[i], alone)
        assert torch.equal(inputs[i], model_input([plan], [state])[0])
        assert torch.equal(previews[i], denoised([plan], [state], outputs[i : i + 1])[0])


def test_whole_runs_that_join_at_random_times_equal_runs_alone():
    assert run_together() == run_alone()


def test_the_comparison_notices_rows_that_are_not_isolated():
    def leaking(x, timestep):
        outputs = MODEL(x, timestep)
        return outputs + 1e-6 * outputs.mean(dim=0)

    assert run_together(leaking) != run_alone(leaking)


@pytest.mark.parametrize("memory", ["history", "anchor"])
def test_the_comparison_notices_swapped_memories(memory):
    first, second = (Row(SamplerName.PNDM, 12, Prediction.EPSILON, s, position=1) for s in (1, 2))
    outputs = torch.ones((1, *SHAPE))
    object.__setattr__(second.state, memory, getattr(first.state, memory))
    honest = Row(SamplerName.PNDM, 12, Prediction.EPSILON, 2, position=1)

    (swapped,) = advance([second.plan], [second.state], outputs, [None])
    (expected,) = advance([honest.plan], [honest.state], outputs, [None])

    assert not torch.equal(swapped.latent, expected.latent)


def requests():
    return [
        (sampler, steps, prediction, seed)
        for seed, (sampler, steps, prediction) in enumerate(
            (sampler, steps, prediction)
            for sampler in SamplerName
            for steps in (1, 4, 11)
            for prediction in Prediction
        )
    ]


def run_alone(model=MODEL):
    ends = []
    for request in requests():
        row = Row(*request)
        while row.state.position < len(row.plan.ticks):
            row.go(model)
        ends.append(row.state.latent.numpy().tobytes())
    return ends


def run_together(model=MODEL):
    everyone = [Row(*request) for request in requests()]
    shuffled = random.Random(5)
    waiting = shuffled.sample(everyone, len(everyone))
    going = []
    while waiting or going:
        going += [waiting.pop() for _ in range(min(len(waiting), shuffled.randrange(5)))]
        shuffled.shuffle(going)
        if going:
            moved = step(
                [r.plan for r in going], [r.state for r in going], [r.noise for r in going], model
            )
            for row, state in zip(going, moved, strict=True):
                row.state = state
        going = [r for r in going if r.state.position < len(r.plan.ticks)]
    return [row.state.latent.numpy().tobytes() for row in everyone]


def assert_same_bits(one, other):
    assert one.position == other.position
    assert one.latent.numpy().tobytes() == other.latent.numpy().tobytes()
    assert len(one.history) == len(other.history)
    for mine, theirs in zip(one.history, other.history, strict=True):
        assert mine.numpy().tobytes() == theirs.numpy().tobytes()
    assert (one.anchor is None) == (other.anchor is None)
    if one.anchor is not None:
        assert torch.equal(one.anchor, other.anchor)
