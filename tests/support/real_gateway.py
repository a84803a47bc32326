"""A gateway before the real service on a tiny model, with pages that talk to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inkcloud.services.text_to_image import TextToImageService
from support.drawing_page import pages_of
from support.running_gateway import RunningGateway
from support.served import served
from support.stub_replica import StubReplicas
from support.tiny_checkpoints import make_tiny_sd


@contextmanager
def real_gateway(folder: Path) -> Iterator[RunningGateway]:
    """Yield it while it runs; it keeps the model and its data in the folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INKCLOUD_MODEL", str(make_tiny_sd(folder / "tiny")))
        environment.setenv("INKCLOUD_DTYPE", "float32")
        with (
            served(TextToImageService()) as replica,
            RunningGateway(folder, StubReplicas(replica)) as gateway,
            pages_of(gateway),
        ):
            yield gateway
