"""Imports of large libraries without Python's cyclic garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of cycles from running, and leave it as it was.

    Nearly all that an import makes stays, but the collector looks through it again and again:
    of the seconds that torch and transformers take it was a fifth. What counts references goes
    on, so weights are freed as ever.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
