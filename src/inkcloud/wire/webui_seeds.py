"""The web UI's seeds: random ones, variation seeds, and how both go on from picture to picture."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from inkcloud.domain.generation_request import GenerationRequest

RANDOM_SEED_BITS = 32
RANDOM = -1


def seed(body: dict[str, Any], field: str = "seed") -> Any:  # noqa: ANN401 - checked with the rest
    """Return a seed as the caller wrote it, or a random one if it is absent, null or -1."""
    value = body.get(field)
    random = value is None or (value == RANDOM and not isinstance(value, bool))
    return secrets.randbits(RANDOM_SEED_BITS) if random else value


def variation(body: dict[str, Any]) -> dict[str, Any]:
    """Return the variation that a body asks for, under the web UI's names; none is empty."""
    strength = body.get("subseed_strength")
    if strength is None or strength is False or strength == 0:
        return {}
    return {"subseed": seed(body, "subseed"), "subseed_strength": strength}


def requests(first: GenerationRequest, batch: int, count: int) -> Iterator[GenerationRequest]:
    """Yield what the caller's wish comes to, in the order of its pictures.

    The seed counts on from picture to picture. With a variation it stays and the variation
    seed counts on, so that each picture is a request of its own.

    Args:
        first: the first iteration, its pictures in one request.
        batch: pictures in each iteration.
        count: iterations.
    """
    if first.variation_seed is None:
        for index in range(count):
            yield replace(first, seed=first.seed + index * batch)
        return
    for index in range(batch * count):
        yield replace(first, num_images=1, variation_seed=first.variation_seed + index)
