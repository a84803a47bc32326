"""One update for rows of different samplers, step counts and positions.

Every row goes through the same multiplications and additions, whatever its sampler (absent
terms are zeros), and each of those is rounded by itself. So a row's result does not depend,
in any bit, on which other rows share the call.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from inkcloud.sampling.plan import Plan, Tick
from inkcloud.sampling.state import HISTORY_LENGTH, SamplerState


@torch.no_grad()
def model_input(plans: Sequence[Plan], states: Sequence[SamplerState]) -> Tensor:
    """Return what the network is to see: the scaled latents, (N, C, H, W) float32.

    Raises:
        ValueError: if lengths or shapes differ, or a row has no tick left.
    """
    ticks = _current(plans, states)
    (scale,) = _columns([(tick.input_scale,) for tick in ticks])
    return scale * _latents(states)


def timesteps(plans: Sequence[Plan], states: Sequence[SamplerState]) -> Tensor:
    """Return the timesteps that the network is to be told, (N,) float32.

    Raises:
        ValueError: if lengths differ, or a row has no tick left.
    """
    ticks = _current(plans, states)
    return torch.tensor([tick.timestep for tick in ticks], dtype=torch.float32)


@torch.no_grad()
def denoised(plans: Sequence[Plan], states: Sequence[SamplerState], outputs: Tensor) -> Tensor:
    """Return each row's present estimate of the clean latent, for previews.

    Args:
        plans: one for each row.
        states: one for each row, before the update.
        outputs: (N, C, H, W) float32, the network's raw (guided) outputs.

    Raises:
        ValueError: if lengths or shapes differ, or a row has no tick left.
    """
    ticks = _current(plans, states)
    x = _latents(states)
    _check_shape(outputs, x)
    of_x, of_output = _columns([(tick.den_x, tick.den_output) for tick in ticks])
    return of_x * x + of_output * outputs


@torch.no_grad()
def advance(
    plans: Sequence[Plan],
    states: Sequence[SamplerState],
    outputs: Tensor,
    noises: Sequence[Tensor | None],
) -> list[SamplerState]:
    """Advance each row by one tick.

    Args:
        plans: one for each row.
        states: one for each row, all of one latent shape (C, H, W).
        outputs: (N, C, H, W) float32, the network's raw (guided) outputs.
        noises: for each row fresh noise (C, H, W) if its tick draws noise; else ignored.

    Returns:
        The new states; their new tensors share no memory with each other or with the arguments.

    Raises:
        ValueError: if lengths or shapes differ, a row has no tick left, or one needs noise or
            history that it was not given.
    """
    ticks = _current(plans, states)
    x = _latents(states)
    _check_shape(outputs, x)
    to_x, to_output = _columns([(tick.to_x, tick.to_output) for tick in ticks])
    entry = to_x * x + to_output * outputs
    terms = [x, entry, *_remembered(ticks, states), _noise(ticks, noises, x)]
    weights = _columns([(t.c_x, *t.c_h, t.c_anchor, t.c_noise) for t in ticks])
    following = weights[0] * terms[0]
    for weight, term in zip(weights[1:], terms[1:], strict=True):
        following = following + weight * term
    return [
        _next_state(*row)
        for row in zip(ticks, states, following.unbind(), entry.unbind(), strict=True)
    ]


def _next_state(tick: Tick, state: SamplerState, latent: Tensor, entry: Tensor) -> SamplerState:
    history = state.history
    if tick.keeps_history:
        history = (entry.clone(), *history)[:HISTORY_LENGTH]
    # a copy, so that a row does not keep the whole batch's memory alive
    return SamplerState(
        latent=latent.clone(),
        history=history,
        anchor=state.latent if tick.sets_anchor else state.anchor,
        position=state.position + 1,
    )


def _current(plans: Sequence[Plan], states: Sequence[SamplerState]) -> list[Tick]:
    if not plans or len(plans) != len(states):
        raise ValueError(f"{len(plans)} plans for {len(states)} states; allowed: as many, not 0")
    for plan, state in zip(plans, states, strict=True):
        if not 0 <= state.position < len(plan.ticks):
            raise ValueError(
                f"position {state.position} in a plan of {len(plan.ticks)} ticks: none is left"
            )
    return [plan.ticks[state.position] for plan, state in zip(plans, states, strict=True)]


def _latents(states: Sequence[SamplerState]) -> Tensor:
    shapes = {tuple(state.latent.shape) for state in states}
    if len(shapes) != 1:
        raise ValueError(f"latents of shapes {sorted(shapes)} in one call; allowed: one shape")
    return torch.stack([state.latent for state in states])


def _check_shape(outputs: Tensor, latents: Tensor) -> None:
    if outputs.shape != latents.shape or outputs.dtype != torch.float32:
        raise ValueError(
            f"outputs are {outputs.dtype} of shape {tuple(outputs.shape)}; "
            f"allowed: float32 of shape {tuple(latents.shape)}"
        )


def _remembered(ticks: Sequence[Tick], states: Sequence[SamplerState]) -> list[Tensor]:
    zeros = torch.zeros_like(states[0].latent)
    columns = []
    for age in range(HISTORY_LENGTH):
        weights = [tick.c_h[age + 1] for tick in ticks]
        entries = [s.history[age] if age < len(s.history) else None for s in states]
        columns.append(_column(weights, entries, zeros, "history"))
    anchors = [state.anchor for state in states]
    columns.append(_column([tick.c_anchor for tick in ticks], anchors, zeros, "an anchor"))
    return columns


def _noise(ticks: Sequence[Tick], noises: Sequence[Tensor | None], latents: Tensor) -> Tensor:
    if len(noises) != len(ticks):
        raise ValueError(f"{len(noises)} noises for {len(ticks)} rows; allowed: as many")
    weights = [tick.c_noise for tick in ticks]
    return _column(weights, noises, torch.zeros_like(latents[0]), "noise")


def _column(
    weights: Sequence[float], tensors: Sequence[Tensor | None], zeros: Tensor, name: str
) -> Tensor:
    if not any(weights):
        return zeros.expand(len(weights), *zeros.shape)
    rows = []
    for weight, tensor in zip(weights, tensors, strict=True):
        if weight == 0.0:
            rows.append(zeros)
        elif tensor is None or tensor.shape != zeros.shape:
            given = None if tensor is None else tuple(tensor.shape)
            raise ValueError(f"a row needs {name} of shape {tuple(zeros.shape)}, given: {given}")
        else:
            rows.append(tensor)
    return torch.stack(rows)


def _columns(table: Sequence[tuple[float, ...]]) -> list[Tensor]:
    # one (N, 1, 1, 1) column of weights for each term; float64 is rounded once, here
    packed = torch.tensor(table, dtype=torch.float32)
    return [column.view(-1, 1, 1, 1) for column in packed.unbind(dim=1)]
