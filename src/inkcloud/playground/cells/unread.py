"""Which words of a run's prompts the models will not read, told before it is begun."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.prompt_length import unread_parts, unread_sentence
from inkcloud.playground.wording import escaped

_MOST_SHOWN = 3
_SECONDS_KEPT = 15


def draw_unread(definition: CellsDefinition, clients: Clients) -> None:
    """Draw a line for each prompt and negative prompt that is too long for an endpoint of the run.

    Args:
        definition: the run.
        clients: returns the client of an endpoint; "" is the page's own.
    """
    lines: list[str] = []
    for endpoint in definition.endpoints:
        found = _sentences(definition, clients(endpoint), endpoint)
        lines += [line for line in found if line not in lines]
    more = len(lines) - _MOST_SHOWN
    if more > 0:
        lines = [*lines[:_MOST_SHOWN], f"{more} more texts are too long as well."]
    if lines:
        st.caption("\n".join(f"- {escaped(line)}" for line in lines))


def _sentences(definition: CellsDefinition, client: InkcloudClient, endpoint: str) -> list[str]:
    texts: dict[tuple[str, str], None] = {}  # a set that keeps its order
    for cell in definition.cells():
        if cell.endpoint != endpoint:
            continue
        texts[cell.prompt, "prompt"] = None
        if cell.parameters.guidance_scale != 1.0:
            texts[cell.parameters.negative_prompt, "negative prompt"] = None
    cached = st.cache_data(ttl=_SECONDS_KEPT, show_spinner=False, max_entries=50)(_facts)
    facts = cached(client, client.base_url, endpoint)
    unread = unread_parts(client, facts, [text for text, _ in texts])
    return [
        sentence
        for text, name in texts
        if (sentence := unread_sentence(text, unread.get(text, ""), name))
    ]


def _facts(_client: InkcloudClient, base_url: str, endpoint: str) -> dict[str, object] | None:
    try:
        return dict(_client.endpoint_info())
    except InkcloudError:
        return None
