"""Brings a drawing up to date: one look at the gateway, never a wait."""

from dataclasses import replace

from inkcloud.client import GenerationStatus, InkcloudClient
from inkcloud.domain.errors import (
    Forbidden,
    InkcloudError,
    NotFound,
    Overloaded,
    Unauthorized,
    Unavailable,
)
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import JobState
from inkcloud.playground.drawing import Drawing, Phase

PASSING = (Unavailable, Overloaded)
DISOWNED = (NotFound, Unauthorized, Forbidden)


def follow(client: InkcloudClient, drawing: Drawing) -> Drawing:
    """Return the drawing as it is now.

    What passes by itself, such as a gateway that is away or a full queue, becomes `trouble`
    and is tried again at the next call. Anything else is final for a request on its way; a
    generation that was accepted is given up only if the gateway disowns it.

    Args:
        client: reaches the gateway.
        drawing: what is known so far.
    """
    if not drawing.active:
        return drawing
    try:
        return replace(_looked_at(client, drawing), trouble=None)
    except InkcloudError as error:
        passing = isinstance(error, PASSING) or (
            drawing.job is not None and not isinstance(error, DISOWNED)
        )
        if passing:
            return replace(drawing, trouble=error)
        return replace(drawing, error=_explained(error), trouble=None)


def cancel(client: InkcloudClient, drawing: Drawing) -> Drawing:
    """Return the drawing after asking the gateway to stop it.

    If the gateway cannot be asked now, `follow` asks again until it answers.
    """
    return follow(client, replace(drawing, cancelling=True))


def _looked_at(client: InkcloudClient, drawing: Drawing) -> Drawing:
    if drawing.job is not None:
        ask = client.cancel if drawing.cancelling else client.get
        return _updated(client, drawing, ask(drawing.job))
    if drawing.request is None:
        return drawing
    status = _already_accepted(client, drawing) or _submit(client, drawing.request, drawing.tag)
    # The id is kept before anything else is asked, lest a failure there sends the request again.
    return replace(drawing, request=None, job=status.id, status=status)


def _submit(client: InkcloudClient, request: GenerationRequest, tag: str) -> GenerationStatus:
    parameters = {
        name: value
        for name, value in request.as_mapping().items()
        if name != "prompt" and value is not None
    }
    return client.submit(request.prompt, tag=tag, **parameters)


def _already_accepted(client: InkcloudClient, drawing: Drawing) -> GenerationStatus | None:
    """Return the generation of an earlier try whose answer was lost on its way back."""
    if drawing.trouble is None:
        return None
    try:
        listed = client.list(tag_prefix=drawing.tag, limit=1)
    except PASSING:
        raise
    except InkcloudError:
        return None
    return next((status for status in listed if status.tag == drawing.tag), None)


def _updated(client: InkcloudClient, drawing: Drawing, status: GenerationStatus) -> Drawing:
    drawing = replace(drawing, status=status, trouble=None)
    if status.state is JobState.FAILED:
        error = status.error or InkcloudError("The generation failed without a reason.")
        return replace(drawing, error=error)
    if drawing.phase is Phase.FETCHING:
        # A gateway that tells of no picture is asked for the first one, and says why not.
        count = max(1, len(status.images))
        return replace(drawing, pictures=tuple(client.image(status.id, i) for i in range(count)))
    # The one that has come least far is the one that still changes.
    latest = min(status.previews, key=lambda preview: preview.done, default=None)
    if latest is not None and (latest.index, latest.done) != drawing.preview_seen:
        preview = client.preview(status.id, latest.index)
        seen = latest.index, latest.done
        return replace(drawing, preview=preview or drawing.preview, preview_seen=seen)
    return drawing


def _explained(error: InkcloudError) -> InkcloudError:
    if isinstance(error, NotFound):
        return NotFound(
            "The endpoint does not know this generation. It may have been deleted, or belong "
            "to another data folder."
        )
    return error
