"""A generation as OpenAI's events: partial images on the way, then the pictures."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from inkcloud.control.status import Status
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.job import Job
from inkcloud.gateway.drawing import finished_picture, followed
from inkcloud.gateway.parts import Parts
from inkcloud.wire import openai
from inkcloud.wire.picture_format import convert


async def openai_events(
    parts: Parts, accepted: Status, wish: openai.Wish
) -> AsyncGenerator[dict[str, Any]]:
    """Yield a generation's events; closing this before the last one cancels the work.

    Args:
        parts: the use cases.
        accepted: the generation.
        wish: what its caller asked for.
    """
    sent: Counter[int] = Counter()
    async with aclosing(followed(parts, accepted)) as events:
        async for event in events:
            kind, index = event["event"], event.get("index", 0)
            if kind == "preview" and sent[index] < wish.partial_images:
                yield await _partial_image(accepted.job, wish, event["png"], sent[index])
                sent[index] += 1
            elif kind == "finished":
                job = (await parts.generations.get(accepted.job.id)).job
                for number in range(len(job.images)):
                    yield await _completed(parts, job, wish, number)
            elif kind == "failed":
                error = InkcloudError.from_dict(event["error"])
                yield openai.encode_error(openai.rename(error))


async def _partial_image(job: Job, wish: openai.Wish, png: str, number: int) -> dict[str, Any]:
    preview = base64.b64decode(png)
    file = await asyncio.to_thread(convert, preview, wish.file_format, wish.compression)
    return openai.partial_image(wish, file, number, job.created)


async def _completed(parts: Parts, job: Job, wish: openai.Wish, index: int) -> dict[str, Any]:
    found = await finished_picture(parts, job, index)
    file = await asyncio.to_thread(
        convert, found.png, wish.file_format, wish.compression, found.record
    )
    return openai.completed(wish, file, openai.size_of(found.record), job.created)
