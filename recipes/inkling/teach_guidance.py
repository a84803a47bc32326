"""Teach the UNet a scale of guidance: w shall draw what w x SCALE drew before.

Guidance goes from the prediction u for the empty sentence towards the prediction c for the asked
one, and past it: u + w (c - u) (https://arxiv.org/abs/2207.12598). Inkling's sentences say nearly
all there is to know of a picture, so w = 4 did what 7.5 does for Stable Diffusion, and 7.5 was too
much. The student learns u + SCALE (c - u) for each sentence from the UNet as it was; for the empty
one that is u. There is no noise in that target, so a short time is enough.
"""

import argparse

import torch
from arithmetic import fast_dtype
from batches import Batches
from noise import noised, random_timesteps
from text_states import FreshStates
from together import Loss, Training, add_options, train
from torch import nn
from unet import GUIDED, TRAINED, for_training, trained

SCALE = 0.6
ROWS = 16  # latents in each process; each is predicted with a sentence and without one
LEARNING_RATE = 2e-4


def lesson() -> Loss:
    """Return the loss on random latents and sentences."""
    teacher = for_training(trained(), fast_dtype()).requires_grad_(False)
    text = FreshStates()
    batches = Batches(text, unclear={}, empty=0.0)
    empty = text([""]).expand(ROWS, -1, -1).to(fast_dtype())

    def loss_of(model: nn.Module) -> dict[str, torch.Tensor]:
        latents, asked = batches.draw(ROWS)
        timesteps = random_timesteps(ROWS)
        noisy, _ = noised(latents, timesteps)
        return losses(
            model, teacher, noisy.to(fast_dtype()), timesteps, empty, asked.to(fast_dtype())
        )

    return loss_of


def losses(
    student: nn.Module,
    teacher: nn.Module,
    noisy: torch.Tensor,
    timesteps: torch.Tensor,
    empty: torch.Tensor,
    asked: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """Compare what student and teacher predict from the same noise.

    Args:
        student: a UNet.
        teacher: the UNet as it was.
        noisy: latents (N, C, h, w).
        timesteps: (N,).
        empty: what the text encoder answers to the empty sentence, N times: (N, L, D).
        asked: what it answers to N sentences: (N, L, D).

    Returns:
        `loss`: mean squared error of both predictions and of the way from one to the other, which
            guidance multiplies. It is small where both predictions are wrong alike.
        `unguided`: the part of the prediction without a sentence.
        `way`: the part of the way, as a share of the wanted way's own mean square.
    """
    rows = torch.cat([noisy, noisy]).contiguous(memory_format=torch.channels_last)
    inputs = rows, timesteps.repeat(2), torch.cat([empty, asked])
    with torch.no_grad():
        before = teacher(*inputs, return_dict=False)[0].float()
    now = student(*inputs, return_dict=False)[0].float()
    wanted = before[: len(noisy)]
    wanted_way = SCALE * (before[len(noisy) :] - wanted)
    unguided, way = now[: len(noisy)], now[len(noisy) :] - now[: len(noisy)]
    wrong, wrong_way = unguided - wanted, way - wanted_way
    both = wrong.square().mean() + (wrong + wrong_way).square().mean()
    along = wrong_way.square().mean()
    return {
        "loss": both + along,
        "unguided": wrong.detach().square().mean(),
        "way": along.detach() / wanted_way.square().mean(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, minutes=40, learning_rate=LEARNING_RATE)
    options = parser.parse_args()
    if not TRAINED.exists():
        message = "run `make unet` first: the UNet that ships has been taught this already"
        raise SystemExit(message)
    train(
        Training(
            GUIDED, lesson, options.minutes, options.learning_rate, 50, restart=options.restart
        ),
        trained(),
    )
