"""A `predict` that is answered as a stream: how far it has come, then the pictures."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from inkcloud.control.status import Status
from inkcloud.domain.errors import InkcloudError
from inkcloud.gateway.drawing import finished_pictures, followed
from inkcloud.gateway.parts import Parts
from inkcloud.wire import octoai, problem

_END = b"data: [DONE]\n\n"


async def predict_lines(parts: Parts, accepted: Status, form: octoai.Form) -> AsyncIterator[bytes]:
    """Yield `data: {json}` lines and the end mark; closing this cancels the work.

    Nothing keeps a quiet stream alive: OctoAI's clients take no comments.
    """
    async with aclosing(_events(parts, accepted, form)) as events:
        async for event in events:
            yield b"data: " + problem.dump(event) + b"\n\n"
    yield _END


async def _events(
    parts: Parts, accepted: Status, form: octoai.Form
) -> AsyncGenerator[dict[str, Any]]:
    async with aclosing(followed(parts, accepted)) as events:
        async for event in events:
            if event["event"] == "finished":
                job = (await parts.generations.get(accepted.job.id)).job
                pictures = await finished_pictures(parts, [job])
                yield {"event": "finished", **octoai.encode([p.png for p in pictures], form)}
            elif event["event"] == "failed":
                error = octoai.rename(InkcloudError.from_dict(event["error"]), form)
                yield {"event": "failed", "error": error.as_dict()}
            elif event["event"] in octoai.STREAMED:
                yield event
