"""Train the UNet: v prediction on cached latents and cached sentence encodings."""

import argparse

import torch
from arithmetic import fast_dtype
from batches import Batches
from noise import noised, random_timesteps
from paths import CHECKPOINTS
from text_states import TextStates
from together import Loss, Training, add_options, train
from torch import nn
from understood import unclear_descriptions
from unet import TRAINED, build, shipped

ROWS = 40  # in each process
LEARNING_RATE = 5e-4


def lesson() -> Loss:
    """Return the mean squared error of v on random rows."""
    batches = Batches(TextStates(), unclear_descriptions())

    def loss_of(model: nn.Module) -> dict[str, torch.Tensor]:
        latents, text = batches.draw(ROWS)
        timesteps = random_timesteps(ROWS)
        noisy, velocity = noised(latents, timesteps)
        inputs = noisy.to(fast_dtype()), timesteps, text.to(fast_dtype())
        output = model(*inputs, return_dict=False)[0]
        return {"loss": (output.float() - velocity).square().mean()}

    return loss_of


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, minutes=600, learning_rate=LEARNING_RATE)
    parser.add_argument(
        "--from-scratch", action="store_true", help="do not begin with the weights that ship"
    )
    options = parser.parse_args()
    # The UNet that ships knows the latents of the autoencoder that ships, and of no other.
    fresh = options.from_scratch or (CHECKPOINTS / "autoencoder.pt").exists()
    first = build() if fresh else shipped()
    train(
        Training(
            TRAINED, lesson, options.minutes, options.learning_rate, 200, restart=options.restart
        ),
        first,
    )
