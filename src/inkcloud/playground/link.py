"""A page's address that carries a prompt and every panel's parameters.

Its query is `v=1`, `prompt=...` and for each panel `p1=...`: the parameters as `name=value`
with commas between them, without those that are not set, and the negative prompt last, because
it may hold commas of its own. `start=...` names the picture of the history whose start picture
all panels begin as.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import DEFAULT_STRENGTH
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import DECIMALS, Parameters, parse_seed

LINK_VERSION = 1
MAXIMUM_PANELS = 6
VERSION_FIELD = "v"
START_FIELD = "start"
FIELD = "link"
_NEGATIVE = "negative"
_NAMES = {
    "steps": "steps",
    "scheduler": "scheduler",
    "guidance": "guidance_scale",
    "seed": "seed",
    "width": "width",
    "height": "height",
    "images": "images",
    "variation_seed": "variation_seed",
    "variation": "variation_strength",
    "strength": "strength",
}
_NEEDED = ("steps", "scheduler", "guidance", "seed")


@dataclass(frozen=True)
class Linked:
    """What a link opens.

    Attributes:
        prompt: what to draw; may be empty.
        panels: each panel's parameters, one to six.
    """

    prompt: str
    panels: tuple[Parameters, ...]


def generate_query(prompt: str, panels: Sequence[Parameters]) -> dict[str, str]:
    """Return the query of the page Generate that opens these panels, in `read_query`'s form.

    Raises:
        InvalidRequest: if a value is not allowed, or there are more than six panels or none.
    """
    _check_count(len(panels))
    listed = {f"p{i + 1}": _panel_text(_checked(prompt, p)) for i, p in enumerate(panels)}
    return {VERSION_FIELD: str(LINK_VERSION), "prompt": prompt, **listed}


def read_query(query: Mapping[str, str]) -> Linked | None:
    """Return what a page's query opens; None if it is no link of this kind.

    Raises:
        InvalidRequest: if a newer version wrote it, or a value is not allowed.
    """
    if VERSION_FIELD not in query:
        return None
    _check_version(query[VERSION_FIELD])
    prompt = query.get("prompt", "")
    texts: list[str] = []
    while (text := query.get(f"p{len(texts) + 1}")) is not None:
        texts.append(text)
    _check_count(len(texts))
    return Linked(prompt, tuple(_checked(prompt, _read_panel(text)) for text in texts))


def link_part(query: Mapping[str, str]) -> dict[str, str]:
    """Return what of a page's query is a link; empty if there is none in it."""
    if VERSION_FIELD not in query:
        return {}
    names = {
        VERSION_FIELD,
        "prompt",
        START_FIELD,
        *(f"p{i + 1}" for i in range(MAXIMUM_PANELS + 1)),
    }
    return {name: value for name, value in query.items() if name in names}


def _panel_text(parameters: Parameters) -> str:
    values = {
        "steps": parameters.steps,
        "scheduler": parameters.scheduler.value,
        "guidance": f"{parameters.guidance_scale!r}".removesuffix(".0"),
        "seed": parameters.seed,
        "width": parameters.width,
        "height": parameters.height,
        "images": parameters.images if parameters.images > 1 else None,
        "variation_seed": parameters.variation_seed or None,
        "variation": parameters.variation_strength or None,
        "strength": None if parameters.strength == DEFAULT_STRENGTH else parameters.strength,
    }
    parts = [f"{name}={value}" for name, value in values.items() if value is not None]
    if parameters.negative_prompt:
        parts.append(f"{_NEGATIVE}={parameters.negative_prompt}")
    return ",".join(parts)


def _read_panel(text: str) -> Parameters:
    before, mark, negative_prompt = f",{text}".partition(f",{_NEGATIVE}=")
    values: dict[str, Any] = {}
    for part in before.removeprefix(",").split(","):
        name, _, value = part.partition("=")
        if name not in _NAMES or _NAMES[name] in values:
            raise InvalidRequest(
                "The link holds something that is no parameter of a panel, or one twice.",
                field=FIELD,
                value=part,
                allowed="each once of " + ", ".join((*_NAMES, _NEGATIVE)),
            )
        values[_NAMES[name]] = _READERS.get(name, _as_text)(name, value)
    for name in _NEEDED:
        if _NAMES[name] not in values:
            raise InvalidRequest(
                f"The link is incomplete: {name} is missing.",
                field=FIELD,
                value=text,
                allowed="a link that was copied as a whole",
            )
    return Parameters(negative_prompt=negative_prompt if mark else "", **values)


def _as_text(name: str, text: str) -> str:
    return text


def _as_whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise _bad(name, text, "a whole number")
    return int(text)


def _as_number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _bad(name, text, "a number") from None


def _as_scheduler(name: str, text: str) -> SamplerName:
    return SamplerName.parse(text)


_READERS: dict[str, Callable[[str, str], Any]] = {
    "steps": _as_whole,
    "scheduler": _as_scheduler,
    "guidance": _as_number,
    "width": _as_whole,
    "height": _as_whole,
    "images": _as_whole,
    "variation": _as_number,
    "strength": _as_number,
}


def _checked(prompt: str, parameters: Parameters) -> Parameters:
    """Return the parameters in the one form that a link has for them.

    Raises:
        InvalidRequest: if they or the prompt are not allowed.
    """
    # A link may leave the prompt to whoever opens it.
    request = parameters.request(prompt if prompt.strip() else "-")
    return replace(
        parameters,
        guidance_scale=request.guidance_scale,
        seed=str(parse_seed(parameters.seed)),
        variation_seed=_checked_seed(parameters.variation_seed),
        variation_strength=round(parameters.variation_strength, DECIMALS),
        strength=request.strength,
    )


def _checked_seed(text: str) -> str:
    return str(parse_seed(text)) if text.strip() else ""


def _check_version(text: str) -> None:
    if text != str(LINK_VERSION):
        raise InvalidRequest(
            "This link was made by another version of Inkcloud, which this one cannot read.",
            field=FIELD,
            value=text,
            allowed=f"version {LINK_VERSION}; open it with the version that made it",
        )


def _check_count(count: int) -> None:
    if not 1 <= count <= MAXIMUM_PANELS:
        raise InvalidRequest(
            "A link carries the parameters of one to six panels.",
            field=FIELD,
            value=count,
            allowed=f"1 to {MAXIMUM_PANELS} panels, p1, p2 and so on",
        )


def _bad(name: str, text: str, allowed: str) -> InvalidRequest:
    return InvalidRequest(
        f"The link's value of {name} is not allowed.",
        field=_NAMES[name],
        value=text,
        allowed=allowed,
    )
