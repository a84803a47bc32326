"""Training by one process a core, each with one thread; gradients are averaged once a step.

Threads that share every operation spend a busy machine's time waiting for one another.
"""

import argparse
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.multiprocessing as processes
from arithmetic import fast_dtype
from diffusers import UNet2DConditionModel
from give_way import give_way
from progress import Run
from shared_weights import SharedWeights, SliceOptimizer, attach, fill
from torch import nn
from unet import build, for_training

# A model's loss on a fresh batch, first the one that is made small, then others to be shown.
Loss = Callable[[nn.Module], dict[str, torch.Tensor]]


@dataclass(frozen=True)
class Training:
    """One training run.

    Attributes:
        checkpoint: the file that the run goes on from, and leaves.
        lesson: makes the loss, in each process; a function that other processes can import.
        minutes: how long the whole run lasts, earlier sittings included.
        learning_rate: the highest one.
        warm_up: steps until then.
        restart: begin a new cycle of the learning rate with the saved weights.
    """

    checkpoint: Path
    lesson: Callable[[], Loss]
    minutes: float
    learning_rate: float
    warm_up: int
    restart: bool = False


def train(training: Training, first: UNet2DConditionModel) -> None:
    """Train from a model's weights, or from the checkpoint if there is one."""
    give_way()
    world = os.cpu_count() or 1
    count = sum(weight.numel() for weight in first.parameters())
    shared = SharedWeights(count, world, fast_dtype())
    fill(shared.master, first)
    shared.load_state_dict({"master": shared.master, "average": shared.master})
    run = Run(training.checkpoint, training.minutes)
    run.resume(weights=shared)
    shared.clock.fill_(0.0 if training.restart else run.seconds)
    context = processes.get_context("spawn")
    for rank in range(1, world):
        part = (rank, training, run.step, shared)
        context.Process(target=_train, args=part, daemon=True).start()
    _train(0, training, run.step, shared)


def _train(rank: int, training: Training, step: int, shared: SharedWeights) -> None:
    """Train as one of several processes; only the first one prints and saves."""
    torch.set_num_threads(1)
    model = for_training(build(), shared.weights.dtype)
    attach(shared, rank, model)
    optimizer = SliceOptimizer(shared, rank, weight_decay=0.01, betas=(0.9, 0.99))
    run = Run(training.checkpoint, training.minutes, quiet=rank != 0)
    run.step, run.seconds = step, shared.clock.item()
    loss_of = training.lesson()
    for _ in run.steps(weights=shared):
        losses = loss_of(model)
        shared.gradients[rank].zero_()
        next(iter(losses.values())).backward()
        optimizer.step(_rate_at(run.fraction, run.step, training))
        # Everyone follows the first process's clock.
        if rank == 0:
            shared.clock.fill_(run.seconds)
        else:
            run.seconds = shared.clock.item()
        run.report(**{name: loss.item() for name, loss in losses.items()})


def _rate_at(fraction: float, step: int, training: Training) -> float:
    """Return the learning rate: a short warm-up, then half a cosine down to 3 %."""
    warm = min(1, (step + 1) / training.warm_up)
    return training.learning_rate * warm * (0.03 + 0.97 * (1 + math.cos(math.pi * fraction)) / 2)


def add_options(parser: argparse.ArgumentParser, minutes: float, learning_rate: float) -> None:
    """Add what every training's command takes."""
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--learning-rate", type=float, default=learning_rate)
    parser.add_argument(
        "--restart", action="store_true", help="a new cycle of the learning rate from saved weights"
    )
