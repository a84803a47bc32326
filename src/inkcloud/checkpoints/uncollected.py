"""Imports of large libraries without Python's cyclic garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(*, once: bool = False) -> Iterator[None]:
    """Keep the collector of cycles from running, and leave it as it was.

    Nearly all that an import makes stays, but the collector looks through it again and again:
    of the seconds that torch, transformers and diffusers take it is a fifth to a third. What
    counts references goes on, so weights are freed as ever.

    Args:
        once: this is what the process does before anything else, so what is there at the end
            stays: the collector never looks through it again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if once:
            gc.freeze()
        if enabled:
            gc.enable()
