"""The rows that a finished generation adds to the history."""

import math
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from inkcloud.domain.job import Job, JobImage
from inkcloud.domain.limits import MAXIMUM_SEED
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.search_words import search_words
from inkcloud.storage.schema import PICTURE_TEXTS, PICTURES

_LARGEST = 2**31 - 1
Row = dict[str, Any]


def add_pictures(connection: Connection, job: Job, created: datetime) -> None:
    """Add a succeeded generation's pictures to the history, in the caller's transaction."""
    for index in range(len(job.images)):
        row, texts = picture_rows(job, index, created)
        key = connection.execute(insert(PICTURES).values(row)).inserted_primary_key
        sequence = key[0] if key else None
        connection.execute(insert(PICTURE_TEXTS).values({"sequence": sequence, **texts}))


def picture_rows(job: Job, index: int, created: datetime) -> tuple[Row, Row]:
    """Return the rows of a job's picture in both tables, without their sequence number.

    A service of somebody's own may send any record, so nothing in it is trusted to be of
    its kind: a picture is kept whatever its record says.
    """
    image = job.images[index]
    asked = _Values(job, image)
    prompt, negative = asked.text("prompt"), asked.text("negative_prompt")
    row = {
        "id": f"{job.id}-{index}",
        "generation": job.id,
        "position": index,
        "endpoint": job.endpoint,
        "shown_to": job.endpoint,
        "kind": PictureKind.of_tag(job.tag).value,
        "created": created,
        "scheduler": asked.text("scheduler")[:64],
        "steps": asked.whole("num_inference_steps"),
        "guidance": asked.number("guidance_scale"),
        "seed": asked.seed(index),
        "width": asked.whole("width"),
        "height": asked.whole("height"),
        "model": asked.text("checkpoint")[:200],
        "seconds": job.seconds if job.seconds is not None and math.isfinite(job.seconds) else 0.0,
        "sha256": image.sha256,
        "start_sha256": job.start_image,
        "favourite": False,
        "deleted": None,
    }
    texts = {
        "tag": job.tag,
        "prompt": prompt,
        "negative_prompt": negative,
        "note": "",
        "words": words_of(prompt, negative, ""),
        "request": job.request,
        "record": image.record,
    }
    return row, texts


def words_of(prompt: str, negative_prompt: str, note: str) -> str:
    """Return the words by which a picture is found, as they are stored."""
    return " ".join(search_words(f"{prompt}\n{negative_prompt}\n{note}"))


class _Values:
    """What a picture was drawn with: what its record says, else what was asked for."""

    def __init__(self, job: Job, image: JobImage) -> None:
        self._asked = job.request if isinstance(job.request, dict) else {}
        self._told = image.record if isinstance(image.record, dict) else {}

    def text(self, name: str) -> str:
        value = self._value(name)
        text = value if isinstance(value, str) else ""
        # What PostgreSQL cannot keep.
        return text.replace("\0", "").encode("utf-8", "replace").decode()

    def whole(self, name: str, largest: int = _LARGEST) -> int:
        value = self._value(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest:
            return value
        return 0

    def number(self, name: str) -> float:
        value = self._value(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if 0 <= value <= _LARGEST else 0.0
        return 0.0

    def seed(self, index: int) -> str:
        seed = self.whole("seed", MAXIMUM_SEED)
        return str(seed if "seed" in self._told else min(seed + index, MAXIMUM_SEED))

    def _value(self, name: str) -> object:
        return self._told.get(name, self._asked.get(name))
