"""What differs between panels, and between two pictures, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from inkcloud.playground.parameters import Parameters
from inkcloud.playground.sizes import NATIVE, size_label, size_text
from inkcloud.playground.wording import escaped


@dataclass(frozen=True)
class Trait:
    """One thing in which panels can differ.

    Attributes:
        name: what it is called in code.
        words: what it is called in a sentence.
    """

    name: str
    words: str


TRAITS = (
    Trait("steps", "steps"),
    Trait("scheduler", "scheduler"),
    Trait("guidance_scale", "guidance"),
    Trait("seed", "seed"),
    Trait("negative_prompt", "negative prompt"),
    Trait("size", "size"),
    Trait("images", "seeds in a row"),
    Trait("variation_seed", "variation seed"),
    Trait("variation_strength", "variation strength"),
    Trait("strength", "strength"),
)
_SHORT = 24


def differing(panels: Sequence[Parameters]) -> frozenset[str]:
    """Return the names of the traits in which the panels are not all alike."""
    return frozenset(
        trait.name for trait in TRAITS if len({_key(trait, each) for each in panels}) > 1
    )


def summary(panels: Sequence[Parameters]) -> str:
    """Return in one line what differs between panels and what they share, as Markdown."""
    if len(panels) < 2:
        return ""
    names = differing(panels)
    if not names:
        return "**Nothing differs:** all panels have the same settings."
    parts = [
        f"{trait.words} " + " / ".join(_shown(trait, each, short=True) for each in panels)
        for trait in TRAITS
        if trait.name in names
    ]
    alike = [trait.words for trait in TRAITS[:6] if trait.name not in names]
    shared = f" **The same:** {', '.join(alike)}." if alike else ""
    return f"**What differs:** {'; '.join(parts)}.{shared}"


def between(before: Parameters, after: Parameters) -> tuple[str, ...]:
    """Return what changes from one picture's parameters to another's, a sentence each."""
    names = differing((before, after))
    return tuple(_change(trait, before, after) for trait in TRAITS if trait.name in names)


def _change(trait: Trait, before: Parameters, after: Parameters) -> str:
    old, new = _shown(trait, before), _shown(trait, after)
    sentence = f"{trait.words.capitalize()}: {old} before, {new} after"
    if trait.name not in {"steps", "guidance_scale"}:
        return f"{sentence}."
    by = float(getattr(after, trait.name)) - float(getattr(before, trait.name))
    return f"{sentence}, {abs(by):.10g} {'more' if by > 0 else 'less'}."


def _key(trait: Trait, parameters: Parameters) -> object:
    if trait.name == "size":
        return size_text(parameters)
    if trait.name == "variation_seed":
        return parameters.variation_seed.strip() if parameters.varied else ""
    if trait.name == "variation_strength":
        return parameters.variation_strength if parameters.varied else 0.0
    value = getattr(parameters, trait.name)
    return value.strip() if isinstance(value, str) else value


def _shown(trait: Trait, parameters: Parameters, *, short: bool = False) -> str:
    value = _key(trait, parameters)
    if trait.name == "size":
        size = size_text(parameters)
        return "the model's own" if size == NATIVE else size_label(size, None)
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    if trait.name == "negative_prompt":
        if not text:
            return "none"
        text = text if not short or len(text) <= _SHORT else text[: _SHORT - 1].rstrip(" ,") + "…"
        return f"“{escaped(text)}”"
    return escaped(text) or "none"
