"""Waiting for something that has to become so."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 600.0  # a hang is told apart from a busy machine by its length only
PAUSE = 0.02  # without one, looking takes a core from what is looked at

Found = TypeVar("Found")


def wait_until(look: Callable[[], Found], pause: float = PAUSE) -> Found:
    """Return the first true value; `pause` are the seconds between two looks."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, f"It did not become so in {PATIENCE:.0f} s."
        time.sleep(pause)
    return found
