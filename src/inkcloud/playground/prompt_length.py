"""Which words of a text the model will not read, told before anything is drawn.

The endpoint's service is asked, as it has the tokenizer; the page has none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.generation_request import check_prompt
from inkcloud.playground.parameters import LIMITS

PATH = "prompt-lengths"
FACT = "prompt_tokens"
_DEADLINE_SECONDS = 1.0
_MOST_KNOWN = 200
_LONGEST_SHOWN = 160
_KEY = "unread_parts"


def unread_parts(
    client: InkcloudClient, facts: Mapping[str, Any] | None, texts: Iterable[str]
) -> dict[str, str]:
    """Return, for those of the texts that are not read to their end, what of each is not read.

    The endpoint is asked once for each text that may be too long. One that is at rest is not
    started for it, and one that is busy is not waited for: it is asked again another time.

    Args:
        client: reaches the endpoint.
        facts: what it has said of itself; without its limit nothing is asked.
        texts: prompts and negative prompts.
    """
    known: dict[tuple[str, str], str] = st.session_state.setdefault(_KEY, {})
    limit, model = (facts or {}).get(FACT), str((facts or {}).get("model_hash", ""))
    if not isinstance(limit, int):
        return {}
    wanted = list(dict.fromkeys(texts))
    new = [text for text in wanted if _may_be_too_long(text, limit) and (model, text) not in known]
    if new:
        known |= {(model, text): part for text, part in _asked(client, new).items()}
        for oldest in list(known)[:-_MOST_KNOWN]:
            del known[oldest]
    return {text: part for text in wanted if (part := known.get((model, text)))}


def unread_sentence(text: str, part: str, name: str = "prompt") -> str:
    """Return which words of a text are not read, as plain text; "" if none is.

    Args:
        text: what was written.
        part: what of it is not read, from `unread_parts`.
        name: what the text is called.
    """
    words = [word for word in part.split() if any(letter.isalnum() for letter in word)]
    if not words:
        return ""
    last = text.rstrip().endswith(part)
    shown = part if len(part) <= _LONGEST_SHOWN else part[:_LONGEST_SHOWN].rstrip() + "…"
    # A long word is several tokens, and the limit may lie between two of them.
    before = text.rstrip()[: -len(part)][-1:] if last else ""
    shown = f"…{shown}" if before.isalnum() and part[0].isalnum() else shown
    place = "last" if last else "first"
    count = f"The {place} word of the {name} is"
    if len(words) > 1:
        count = f"The {place} {len(words)} words of the {name} are"
    return f"{count} not read, as it is too long for this model: “{shown}”"


def _may_be_too_long(text: str, limit: int) -> bool:
    try:
        check_prompt("texts", text, LIMITS, may_be_empty=True)
    except InvalidRequest:
        return False  # it cannot be drawn at all, which is said when it is sent
    # A token is at least one byte, and two tokens mark the beginning and the end.
    return len(text.encode()) > limit - 2


def _asked(client: InkcloudClient, texts: list[str]) -> dict[str, str]:
    try:
        if str(client.endpoint_info().get("state", "")).lower() != "running":
            return {}
        answer = client.infer({"texts": texts}, path=PATH, deadline_seconds=_DEADLINE_SECONDS)
        found = answer["output"]["texts"]
        return {text: str(each["unread"]) for text, each in zip(texts, found, strict=True)}
    except (InkcloudError, KeyError, TypeError, ValueError):
        return {}
