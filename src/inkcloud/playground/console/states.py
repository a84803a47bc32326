"""An endpoint's state in a word and a sentence."""

from dataclasses import dataclass
from typing import Literal

from inkcloud.client import EndpointStatus

Colour = Literal["green", "blue", "orange", "gray", "red"]


@dataclass(frozen=True)
class StateText:
    """How a state is told.

    Attributes:
        word: on the badge.
        colour: of the badge.
        icon: on the badge.
        sentence: what it means for whoever wants to use the endpoint.
    """

    word: str
    colour: Colour
    icon: str
    sentence: str


_TEXTS = {
    "running": StateText(
        "Running", "green", ":material/check_circle:", "It is ready: requests are answered at once."
    ),
    "starting": StateText(
        "Starting",
        "blue",
        ":material/hourglass_top:",
        "A replica is starting. Requests that you send now wait for it.",
    ),
    "idle": StateText(
        "Asleep",
        "gray",
        ":material/bedtime:",
        "No replica runs now. The first request starts one and waits for it.",
    ),
    "paused": StateText(
        "Paused",
        "orange",
        ":material/pause_circle:",
        "It has no replicas and refuses requests until you start it. Jobs wait for that.",
    ),
    "stopped": StateText(
        "Failing",
        "red",
        ":material/error:",
        "Its replicas keep ending. Its log and its events say why; it is tried again.",
    ),
}


def state_text(state: str) -> StateText:
    """Return how a state is told; an unknown one is told as it is."""
    unknown = StateText(state.capitalize(), "gray", ":material/help:", "")
    return _TEXTS.get(state, unknown)


def replicas_text(endpoint: EndpointStatus) -> str:
    """Return how many replicas there are and may be."""
    ready = sum(each.phase == "ready" for each in endpoint.replicas)
    span = f"{endpoint.min_replicas} to {endpoint.max_replicas}"
    return f"{ready} ready of {span} replicas"
