"""Winograd's convolutions in models that are too small for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inkcloud.checkpoints.backends import winograd


@contextmanager
def winograd_in_small_models() -> Iterator[None]:
    """Let every convolution of even sides that is compiled meanwhile be done in this way."""
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("LEAST_CHANNELS", "LEAST_TILES", "LEAST_MULTIPLICATIONS"):
            patch.setattr(winograd, limit, 1)
        yield
