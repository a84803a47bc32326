"""Let the UNet practise what is often asked for, and keep the rest as it was.

Most rows are pictures of the names in `often_asked.txt`. Their target is
u + SCALE (v - u), u being what the UNet predicted for the empty sentence before: the scale of
guidance that `teach_guidance.py` taught stays as it is, for the mean of v is the prediction for
the sentence. The others may be any sentence with its picture, and their target is what the UNet
predicted before (learning without forgetting, https://arxiv.org/abs/1606.09282).
"""

import argparse

import torch
from arithmetic import fast_dtype
from batches import Batches
from noise import noised, random_timesteps
from often_asked import often_asked
from teach_guidance import SCALE
from text_states import TextStates
from together import Loss, Training, add_options, train
from torch import nn
from understood import unclear_descriptions
from unet import PRACTISED, before_practice, for_training

# In each process.
PRACTISED_ROWS = 16
KEPT_ROWS = 12
# How much a change of the rest counts. It still loses some of it: README.md, "Practice".
KEPT_WEIGHT = 4.0
LEARNING_RATE = 3e-4


def lesson() -> Loss:
    """Return the loss on random latents and sentences."""
    teacher = for_training(before_practice(), fast_dtype()).requires_grad_(False)
    text, unclear = TextStates(), unclear_descriptions()
    asked = Batches(text, unclear, empty=0.0, names=often_asked())
    anything = Batches(text, unclear)
    empty = text([""]).expand(PRACTISED_ROWS, -1, -1)

    def loss_of(model: nn.Module) -> dict[str, torch.Tensor]:
        rows = zip(asked.draw(PRACTISED_ROWS), anything.draw(KEPT_ROWS))
        latents, sentences = map(torch.cat, rows)
        timesteps = random_timesteps(len(latents))
        noisy, velocity = noised(latents, timesteps)
        noisy = noisy.to(fast_dtype())
        seen_by_teacher = torch.cat([empty, sentences[PRACTISED_ROWS:]]).to(fast_dtype())
        with torch.no_grad():
            before = teacher(noisy, timesteps, seen_by_teacher, return_dict=False)[0].float()
        now = model(noisy, timesteps, sentences.to(fast_dtype()), return_dict=False)[0].float()
        wrong = (now - wanted(before, velocity)).square().flatten(1).mean(1)
        practised, forgotten = (part.mean() for part in wrong.split([PRACTISED_ROWS, KEPT_ROWS]))
        return {"loss": practised + KEPT_WEIGHT * forgotten, "forgotten": forgotten.detach()}

    return loss_of


def wanted(before: torch.Tensor, velocity: torch.Tensor) -> torch.Tensor:
    """Return what the UNet shall predict.

    Args:
        before: what it predicted before (N, C, h, w), for the rows that are practised without a
            sentence; they come first.
        velocity: of all rows (N, C, h, w).
    """
    practised = torch.lerp(before[:PRACTISED_ROWS], velocity[:PRACTISED_ROWS], SCALE)
    return torch.cat([practised, before[PRACTISED_ROWS:]])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, minutes=60, learning_rate=LEARNING_RATE)
    options = parser.parse_args()
    train(
        Training(
            PRACTISED, lesson, options.minutes, options.learning_rate, 50, restart=options.restart
        ),
        before_practice(),
    )
