"""Events as plain JSON values: the form in which they cross from a replica to the gateway."""

import base64
from typing import Any

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.events import Event, Failed, Finished, Preview, Progress, Queued, Started
from inkcloud.domain.frame import Frame
from inkcloud.domain.picture import Picture
from inkcloud.domain.record import Record

FRAME_FACTS = ("call", "calls", "step", "timestep", "sigma", "alpha_bar", "seconds")


def encode_event(event: Event) -> dict[str, Any]:
    """Return an event as `{"event": NAME, ...}`; pictures travel as base64."""
    match event:
        case Queued(position):
            return {"event": "queued", "position": position}
        case Started(total):
            return {"event": "started", "total": total}
        case Progress(done, total, left):
            return {"event": "progress", "done": done, "total": total, "seconds_left": left}
        case Preview(index, done, png):
            return {"event": "preview", "index": index, "done": done, "png": _text(png)}
        case Frame():
            return {"event": "frame", **_frame(event)}
        case Finished(pictures, seconds):
            images = [{"png": _text(p.png), "record": p.record.as_mapping()} for p in pictures]
            return {"event": "finished", "images": images, "seconds": seconds}
        case Failed(error):
            return {"event": "failed", "error": error.as_dict()}


def decode_event(data: dict[str, Any]) -> Event:
    """Read `encode_event`'s form.

    Raises:
        ValueError: for an event of an unknown name.
        KeyError: for an event that lacks a value.
    """
    match data["event"]:
        case "queued":
            return Queued(data["position"])
        case "started":
            return Started(data["total"])
        case "progress":
            return Progress(data["done"], data["total"], data["seconds_left"])
        case "preview":
            return Preview(data["index"], data["done"], base64.b64decode(data["png"]))
        case "frame":
            return Frame(
                predicted=base64.b64decode(data["predicted"]),
                noisy=base64.b64decode(data["noisy"]),
                **{name: data[name] for name in FRAME_FACTS},
            )
        case "finished":
            pictures = tuple(
                Picture(base64.b64decode(image["png"]), Record.from_mapping(image["record"]))
                for image in data["images"]
            )
            return Finished(pictures, data["seconds"])
        case "failed":
            return Failed(InkcloudError.from_dict(data["error"]))
        case name:
            message = f"There is no event called {name!r}."
            raise ValueError(message)


def _frame(frame: Frame) -> dict[str, Any]:
    facts = {name: getattr(frame, name) for name in FRAME_FACTS}
    return {**facts, "predicted": _text(frame.predicted), "noisy": _text(frame.noisy)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
