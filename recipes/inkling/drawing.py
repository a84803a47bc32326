"""Draws many requests with one model, through Inkcloud's own engine; each only once."""

import hashlib
import json
import queue
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from paths import CACHE
from PIL import Image

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine.engine import Engine
from inkcloud.engine.settings import EngineSettings

TOGETHER = 64
PRINT_EVERY_SECONDS = 15.0


class Drawer:
    """A running engine, and the folder of what it has drawn.

    Every picture is kept under the model's fingerprint, so an evaluation that was stopped
    goes on where it was. Use it as a context: leaving it stops the engine.

    Args:
        model: a diffusers folder.
        dtype: the arithmetic; "auto" is what the product would choose.
        prepared: the folder of what `inkcloud models prepare` has prepared; without one torch
            computes everything.

    Attributes:
        backend: what computes pictures of the native size, such as "torch-cpu".
    """

    def __init__(self, model: Path, dtype: str = "auto", prepared: Path | None = None) -> None:
        checkpoint = load_checkpoint(model, dtype=dtype, prepared=prepared)
        settings = EngineSettings()
        self.backend = checkpoint.backend(settings.rows_per_call, *checkpoint.native_size)
        self._engine = Engine(checkpoint, settings=settings)
        kept = f"{checkpoint.sha256[:16]}-{dtype}-{self.backend}"
        self._folder = CACHE / "evaluation" / kept
        self._folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Drawer":
        self._engine.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def draw(self, title: str, requests: Sequence[GenerationRequest]) -> np.ndarray:
        """Return the pictures (N, H, W, 3) uint8 of the requests, each of one picture."""
        missing = [one for one in dict.fromkeys(requests) if not self._path(one).exists()]
        started = printed = time.monotonic()
        for done in range(0, len(missing), TOGETHER):
            self._draw_new(missing[done : done + TOGETHER])
            now = time.monotonic()
            if now - printed > PRINT_EVERY_SECONDS:
                printed = now
                drawn = min(done + TOGETHER, len(missing))
                left = (now - started) / drawn * (len(missing) - drawn)
                print(f"  {title}: {drawn} of {len(missing)}, {left:.0f} s left", flush=True)
        return np.stack(
            [np.asarray(Image.open(self._path(request)).convert("RGB")) for request in requests]
        )

    def seconds_per_picture(self, request: GenerationRequest, runs: int) -> float:
        """Return the median seconds from submitting to the PNG, after one run to warm up."""
        found = []
        for _ in range(runs + 1):
            started = time.monotonic()
            self._finished([request])
            found.append(time.monotonic() - started)
        return statistics.median(found[1:])

    def _draw_new(self, requests: Sequence[GenerationRequest]) -> None:
        for request, png in zip(requests, self._finished(requests), strict=True):
            path = self._path(request)
            partial = path.with_suffix(".partial")
            partial.write_bytes(png)
            partial.rename(path)

    def _finished(self, requests: Sequence[GenerationRequest]) -> list[bytes]:
        ended: queue.Queue[tuple[int, Event]] = queue.Queue()
        for index, request in enumerate(requests):

            def receive(event: Event, index: int = index) -> None:
                if isinstance(event, Finished | Failed):
                    ended.put((index, event))

            self._engine.submit(request, receive)
        pictures: dict[int, bytes] = {}
        for _ in requests:
            index, event = ended.get()
            if isinstance(event, Failed):
                raise event.error
            pictures[index] = event.pictures[0].png
        return [pictures[index] for index in range(len(requests))]

    def _path(self, request: GenerationRequest) -> Path:
        text = json.dumps(request.as_mapping(), sort_keys=True)
        return self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.png"
