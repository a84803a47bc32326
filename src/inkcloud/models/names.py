"""Names for models, made by us."""

import re
from collections.abc import Container

from inkcloud.domain.stored_model import LONGEST_NAME

_FALLBACK = "model"


def name_for(source: str, taken: Container[str]) -> str:
    """Return a free name that reminds of a hub's id or a path.

    Args:
        source: for example "someone/Some-Model_v1.5".
        taken: names that it must not be.

    Returns:
        A DNS label, for example "some-model-v1-5", or with "-2", "-3", ... behind it.
    """
    last = source.rstrip("/").rpartition("/")[2].removesuffix(".safetensors")
    label = re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-") or _FALLBACK
    name = label[:LONGEST_NAME].strip("-")
    number = 2
    while name in taken:
        tail = f"-{number}"
        name = label[: LONGEST_NAME - len(tail)].strip("-") + tail
        number += 1
    return name
