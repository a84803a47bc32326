"""How many threads a small model should run on: seconds for a picture, and the bytes.

    python benchmarks/small_model_threads.py [--model inkling] [--steps 20] [--rounds 5]

Every round draws the same guided picture on each number of threads, in turn, so that what
else the machine does falls on all of them alike: compare the ratios, not the seconds. The
result decides `EngineSettings.small_model_threads`.
"""

import argparse
import os
import statistics
import time

import torch

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.domain.events import Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.picture import Picture
from inkcloud.engine.engine import Engine
from inkcloud.engine.settings import EngineSettings


def main() -> None:
    options = _options()
    checkpoint = load_checkpoint(locate(options.model), dtype=options.dtype)
    request = GenerationRequest(
        prompt="an octopus", num_inference_steps=options.steps, seed=1
    ).validated(Limits())
    counts = sorted({1, 2, os.cpu_count() or 1})
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    hashes: dict[int, set[str]] = {count: set() for count in counts}
    for round_ in range(options.rounds + 1):
        for count in counts:
            engine = Engine(checkpoint, settings=EngineSettings(small_model_threads=count))
            engine.start()
            _draw(engine, request)  # what the threads set up once is not counted
            began = time.perf_counter()
            picture = _draw(engine, request)
            took = time.perf_counter() - began
            engine.close()
            hashes[count].add(picture.sha256)
            if round_:  # the first round warms the machine up
                seconds[count].append(took)
    _report(options, checkpoint.dtype, seconds, hashes)


def _draw(engine: Engine, request: GenerationRequest) -> Picture:
    import queue

    events: queue.SimpleQueue = queue.SimpleQueue()
    engine.submit(request, events.put)
    while not isinstance(event := events.get(), Finished):
        pass
    return event.pictures[0]


def _report(
    options: argparse.Namespace,
    dtype: torch.dtype,
    seconds: dict[int, list[float]],
    hashes: dict[int, set[str]],
) -> None:
    print(f"{options.model}, {dtype}, {options.steps} guided steps, {options.rounds} rounds")
    one = statistics.median(seconds[1])
    for count, took in seconds.items():
        middle = statistics.median(took)
        print(
            f"{count} threads: median {middle:.2f} s ({min(took):.2f} to {max(took):.2f}), "
            f"{middle / one:.2f} of one thread's; SHA-256 "
            + ", ".join(sorted(sha256[:12] for sha256 in hashes[count]))
        )
    same = len(set().union(*hashes.values())) == 1
    print("the bytes are the same" if same else "the bytes depend on the number of threads")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=BUILTIN)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
