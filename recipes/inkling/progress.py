"""A training run that is counted in minutes, and can be stopped and resumed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

SAVE_EVERY_SECONDS = 180.0
PRINT_EVERY_SECONDS = 30.0


@dataclass
class Run:
    """The clock, the step count and the checkpoint file of one training run."""

    path: Path
    minutes: float
    seconds: float = 0.0
    step: int = 0
    quiet: bool = False
    _averages: dict[str, float] = field(default_factory=dict)

    @property
    def fraction(self) -> float:
        """Share of the run that is done, 0 to 1."""
        return min(1.0, self.seconds / (60 * self.minutes))

    def resume(self, **parts: Any) -> None:
        """Load the parts' states from the checkpoint file if there is one."""
        if not self.path.exists():
            return
        saved = torch.load(self.path, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        self.seconds, self.step = saved["seconds"], saved["step"]
        if not self.quiet:
            print(f"resumed {self.path.name} at step {self.step}, {self.seconds / 60:.1f} min")

    def save(self, **parts: Any) -> None:
        """Write a checkpoint; a kill at any moment leaves the old or the new one whole."""
        if self.quiet:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        states = {name: part.state_dict() for name, part in parts.items()}
        torch.save({**states, "seconds": self.seconds, "step": self.step}, partial)
        partial.rename(self.path)

    def report(self, **values: float) -> None:
        """Fold the values into running averages that the progress lines show."""
        for name, value in values.items():
            old = self._averages.get(name, value)
            self._averages[name] = 0.98 * old + 0.02 * value

    def steps(self, **parts: Any) -> Iterator[int]:
        """Yield step numbers until the time is used up; print and save on the way."""
        printed = saved = time.monotonic()
        # A quiet process follows the first one, and ends when that one does.
        while self.quiet or self.fraction < 1:
            started = time.monotonic()
            yield self.step
            now = time.monotonic()
            self.seconds += now - started
            self.step += 1
            if not self.quiet and now - printed > PRINT_EVERY_SECONDS:
                printed = now
                averages = "  ".join(f"{k} {v:.4f}" for k, v in self._averages.items())
                left = self.minutes - self.seconds / 60
                print(f"step {self.step}  {averages}  {left:.1f} min left", flush=True)
            if now - saved > SAVE_EVERY_SECONDS:
                saved = now
                self.save(**parts)
        self.save(**parts)
