"""Train the UNet on after it was taught a scale of guidance, without a loss of that scale.

Where there is a sentence, the target is u + SCALE (v - u), u being what the UNet predicted for the
empty sentence before: the mean of v is the prediction for the sentence, so this is what
`teach_guidance.py` teaches, with pictures in place of a teacher. Some rows are pictures of the
names in `often_asked.txt`, the others of anything.
"""

import argparse

import torch
from arithmetic import fast_dtype
from batches import Batches
from noise import noised, random_timesteps
from often_asked import often_asked
from text_states import TextStates
from together import Loss, Training, add_options, train
from torch import nn
from understood import unclear_descriptions
from unet import PRACTISED, before_practice, for_training

# Less than teach_guidance.py's, so that seeds differ more and PNDM's extrapolation overshoots less.
SCALE = 0.42
# In each process.
ASKED_ROWS = 10
OTHER_ROWS = 26
EMPTY_ROWS = 4
LEARNING_RATE = 2.5e-4


def lesson() -> Loss:
    """Return the loss on random latents and sentences."""
    teacher = for_training(before_practice(), fast_dtype()).requires_grad_(False)
    text, unclear = TextStates(), unclear_descriptions()
    asked = Batches(text, unclear, empty=0.0, names=often_asked())
    others = Batches(text, unclear, empty=0.0)
    nothing = Batches(text, unclear, empty=1.0)
    told = ASKED_ROWS + OTHER_ROWS
    empty = text([""]).expand(told, -1, -1).to(fast_dtype())

    def loss_of(model: nn.Module) -> dict[str, torch.Tensor]:
        rows = asked.draw(ASKED_ROWS), others.draw(OTHER_ROWS), nothing.draw(EMPTY_ROWS)
        latents, sentences = map(torch.cat, zip(*rows))
        timesteps = random_timesteps(len(latents))
        noisy, velocity = noised(latents, timesteps)
        noisy = noisy.to(fast_dtype())
        with torch.no_grad():
            seen = noisy[:told], timesteps[:told], empty
            unguided = teacher(*seen, return_dict=False)[0].float()
        now = model(noisy, timesteps, sentences.to(fast_dtype()), return_dict=False)[0].float()
        return {"loss": (now - wanted(unguided, velocity)).square().mean()}

    return loss_of


def wanted(unguided: torch.Tensor, velocity: torch.Tensor) -> torch.Tensor:
    """Return what the UNet shall predict.

    Args:
        unguided: what it predicted before without a sentence (M, C, h, w), for the rows that have
            one now; they come first.
        velocity: of all rows (N, C, h, w).
    """
    told = torch.lerp(unguided, velocity[: len(unguided)], SCALE)
    return torch.cat([told, velocity[len(unguided) :]])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, minutes=95, learning_rate=LEARNING_RATE)
    options = parser.parse_args()
    train(
        Training(
            PRACTISED, lesson, options.minutes, options.learning_rate, 200, restart=options.restart
        ),
        before_practice(),
    )
