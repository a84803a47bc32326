"""The batched update: what it keeps, what it returns and what it refuses."""

import pytest
import torch

from inkcloud.domain.noise_schedule import NoiseSchedule
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.state import SamplerState
from inkcloud.sampling.update import advance, denoised, model_input, timesteps

SHAPE = (2, 3, 3)


def plan_of(sampler, steps=12):
    return compile_plan(sampler, steps, NoiseSchedule())


def start(plan):
    return SamplerState.begin(plan, torch.ones(SHAPE))


def outputs(rows=1):
    return torch.full((rows, *SHAPE), 0.25)


@pytest.mark.parametrize(
    ("sampler", "longest"),
    [
        (SamplerName.PNDM, 3),
        (SamplerName.KLMS, 3),
        (SamplerName.DPM_SOLVER_MULTISTEP, 3),
        (SamplerName.DDIM, 0),
        (SamplerName.K_EULER, 0),
    ],
)
def test_history_is_newest_first_and_at_most_three(sampler, longest):
    plan = plan_of(sampler)
    state = start(plan)
    for _ in plan.ticks:
        before = state.history
        (state,) = advance([plan], [state], outputs(), [None])
        if len(state.history) > len(before):
            assert all(a is b for a, b in zip(state.history[1:], before, strict=True))
    assert len(state.history) == longest
    assert state.position == len(plan.ticks)


def test_pndm_anchors_the_first_latent_and_does_not_keep_the_repeated_output():
    plan = plan_of(SamplerName.PNDM)
    begun = start(plan)
    (first,) = advance([plan], [begun], outputs(), [None])
    (second,) = advance([plan], [first], outputs(), [None])

    assert torch.equal(first.anchor, begun.latent)
    assert len(first.history) == len(second.history) == 1


def test_states_are_float32_and_own_their_memory():
    plan = plan_of(SamplerName.KLMS)
    moved = advance([plan] * 3, [start(plan)] * 3, outputs(3), [None] * 3)
    for state in moved:
        for tensor in (state.latent, *state.history):
            assert tensor.dtype == torch.float32
            assert tensor.shape == SHAPE
            assert tensor.untyped_storage().nbytes() == tensor.nbytes


def test_arguments_are_left_as_they_were():
    plan = plan_of(SamplerName.K_EULER_ANCESTRAL)
    state, out, noise = start(plan), outputs(), torch.ones(SHAPE)
    latent = state.latent.clone()

    advance([plan], [state], out, [noise])

    assert state.position == 0
    assert torch.equal(state.latent, latent)
    assert torch.equal(out, outputs())
    assert torch.equal(noise, torch.ones(SHAPE))


def test_the_network_sees_scaled_latents_and_its_own_timesteps():
    plans = [plan_of(SamplerName.K_EULER), plan_of(SamplerName.DDIM, 20)]
    states = [start(plan) for plan in plans]

    seen = model_input(plans, states)

    sigma = plans[0].start_scale
    assert seen[0].max() == pytest.approx(sigma / (sigma**2 + 1) ** 0.5)
    assert torch.equal(seen[1], torch.ones(SHAPE))
    assert timesteps(plans, states).tolist() == [999.0, 951.0]


def test_denoised_takes_the_noise_out():
    plans = [plan_of(sampler) for sampler in SamplerName]
    states = [start(plan) for plan in plans]
    # the latent is all noise, and the network says so
    said = model_input(plans, states)

    found = denoised(plans, states, said)

    assert found.shape == (len(plans), *SHAPE)
    assert found.abs().max() < 0.2


def test_a_row_without_ticks_left_is_refused():
    plan = plan_of(SamplerName.DDIM, 1)
    (done,) = advance([plan], [start(plan)], outputs(), [None])
    with pytest.raises(ValueError, match="none is left"):
        advance([plan], [done], outputs(), [None])


def test_missing_noise_is_refused():
    plan = plan_of(SamplerName.K_EULER_ANCESTRAL)
    with pytest.raises(ValueError, match="needs noise"):
        advance([plan], [start(plan)], outputs(), [None])


def test_missing_history_is_refused():
    plan = plan_of(SamplerName.KLMS)
    lost = SamplerState(latent=torch.ones(SHAPE), position=3)
    with pytest.raises(ValueError, match="needs history"):
        advance([plan], [lost], outputs(), [None])


@pytest.mark.parametrize(
    "out",
    [outputs(2), outputs()[:, :1], outputs().double(), outputs().bfloat16()],
    ids=["rows", "channels", "float64", "bfloat16"],
)
def test_outputs_of_another_shape_or_type_are_refused(out):
    plan = plan_of(SamplerName.DDIM)
    with pytest.raises(ValueError, match="allowed: float32 of shape"):
        advance([plan], [start(plan)], out, [None])


def test_latents_of_two_sizes_are_refused():
    plan = plan_of(SamplerName.DDIM)
    other = SamplerState.begin(plan, torch.ones(2, 4, 4))
    with pytest.raises(ValueError, match="one shape"):
        model_input([plan, plan], [start(plan), other])


def test_other_numbers_of_plans_states_and_noises_are_refused():
    plan = plan_of(SamplerName.DDIM)
    with pytest.raises(ValueError, match="1 plans for 2 states"):
        model_input([plan], [start(plan)] * 2)
    with pytest.raises(ValueError, match="0 noises for 1 rows"):
        advance([plan], [start(plan)], outputs(), [])
    with pytest.raises(ValueError, match="0 plans"):
        model_input([], [])
