"""Train the judge on one thread, so that it may run beside another training.

Stop it with Ctrl-C and start it again: it goes on from its last checkpoint.
"""

import argparse
import copy
import math
import time

import numpy as np
import torch
from arithmetic import fast
from give_way import give_way
from judge import CHECKPOINT, HELD_OUT_STYLE, SHIPPED, Judge, ship
from judge_batches import JudgeBatches, RealPictures, real_pictures
from moving_average import follow
from progress import Run

LEARNING_RATE = 1.5e-3
# Of the network that has seen ImageNet.
PRETRAINED_SHARE = 0.3
WEIGHT_DECAY = 0.05
CHECK_EVERY = 250


def train(minutes: float) -> None:
    torch.set_num_threads(1)
    real = real_pictures()
    names = sorted(set(real.names))
    model = Judge(names)
    average = copy.deepcopy(model)
    batches = JudgeBatches(real, names)
    pretrained = {id(each) for each in model.image.parameters()}
    groups = [
        {"params": [*model.image.parameters()], "share": PRETRAINED_SHARE},
        {"params": [p for p in model.parameters() if id(p) not in pretrained], "share": 1.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    run = Run(CHECKPOINT, minutes)
    parts = {"model": model, "average": average, "optimizer": optimizer}
    run.resume(**parts)
    before = run.seconds - time.process_time()
    try:
        for step in run.steps(**parts):
            # A low priority waits a lot: what counts is the processor's time, not the clock's.
            run.seconds = before + time.process_time()
            rate = LEARNING_RATE * min(1, (step + 1) / 200)
            rate *= 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * run.fraction))
            for group in optimizer.param_groups:
                group["lr"] = rate * group["share"]
            pictures, targets = batches.draw()
            with fast():
                scores = model(pictures)
            loss = -(targets * scores.log_softmax(-1)).sum(-1).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            follow(average, model, keep=min(0.998, (step + 1) / (step + 10)))
            right = targets.gather(1, scores.argmax(-1, keepdim=True)).gt(0).float().mean()
            run.report(loss=loss.item(), top1=right.item())
            if step % CHECK_EVERY == CHECK_EVERY - 1:
                say_held_out(average, real, limit=300)
    except KeyboardInterrupt:
        run.save(**parts)
        print(f"\nstopped; {CHECKPOINT.name} is saved and the next run goes on from it")
        return
    say_held_out(average, real)
    ship()
    print(f"{SHIPPED.name} is written, {SHIPPED.stat().st_size / 1e6:.1f} MB")


def say_held_out(judge: Judge, real: RealPictures, limit: int | None = None) -> None:
    """Print how often the judge is right about the style that it has never seen."""
    rows = np.flatnonzero(~real.trained)
    if limit:
        rows = np.random.default_rng(0).permutation(rows)[:limit]
    ranks = judge.eval().ranks(real.pictures[rows], [[real.names[row]] for row in rows])
    print(
        f"{HELD_OUT_STYLE}, never trained on: first {100 * (ranks < 1).mean():.1f} %, "
        f"among five {100 * (ranks < 5).mean():.1f} % of {len(rows)} pictures, "
        f"{len(judge.names)} names",
        flush=True,
    )


if __name__ == "__main__":
    give_way()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="of processor time")
    train(parser.parse_args().minutes)
