"""The fields' values in Streamlit's session state: read, filled and kept in step.

A field's first value is its default, in every run of the script: one that changed after the first
run would be shown by a browser that sees only the second, as it does when runs follow quickly. It
is not written to the session's state, which in a new session must not overwrite what stands in a
browser that has just reconnected. What is written to the state goes before the default.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from inkcloud.domain.generation_request import DEFAULT_STRENGTH
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.presets import (
    NEGATIVE_EXAMPLES,
    matching_example,
    matching_preset,
    preset_named,
)
from inkcloud.playground.session import LOCK_KEY, Session, current_session
from inkcloud.playground.sizes import read_size, size_text

PROMPT_KEY = "prompt"
PRESET = "preset"
EXAMPLE = "example"


def key(panel: int, name: str) -> str:
    """Return the key of a panel's widget."""
    return f"panel{panel + 1}_{name}"


def prompt() -> str:
    """Return the prompt as typed."""
    return str(st.session_state.get(PROMPT_KEY, current_session().first_prompt))


def seed_is_locked() -> bool:
    """Say whether all panels use the first one's seed."""
    return bool(st.session_state.get(LOCK_KEY, False))


def read(panel: int) -> Parameters:
    """Return what a panel draws with; of fields not drawn yet, their first values."""
    own = _held(panel)
    if current_session().start is None:
        own["strength"] = DEFAULT_STRENGTH  # it has no effect, and no field
    return Parameters(**{**own, "seed": _held(0)["seed"]} if seed_is_locked() else own)


def read_all(session: Session) -> list[Parameters]:
    """Return what each panel draws with."""
    return [read(panel) for panel in session.panels]


def first_values(panel: int) -> dict[str, Any]:
    """Return what a panel's fields are drawn with first, by the names of their keys."""
    return _values(current_session().first_parameters(panel))


def write(panel: int, parameters: Parameters) -> None:
    """Fill a panel's fields; only before they are drawn."""
    for name, value in _values(parameters).items():
        st.session_state[key(panel, name)] = value


def fill(session: Session) -> None:
    """Fill the fields with what a button asked for; call before they are drawn."""
    values = {
        key(panel, name): value
        for panel, parameters in session.filling.items()
        for name, value in _values(parameters).items()
    }
    if session.prompt_to_fill is not None:
        values[PROMPT_KEY] = session.prompt_to_fill
    if values:
        session.fills.fill(values)
    session.filling, session.prompt_to_fill = {}, None


def restore(panel: int, prompt_text: str, parameters: Parameters) -> None:
    """Fill fields from an earlier generation, unless the person has changed them already."""
    session = current_session()
    if read(panel) == session.first_parameters(panel):
        write(panel, parameters)
    if prompt() == session.first_prompt:
        st.session_state[PROMPT_KEY] = prompt_text


@dataclass(frozen=True)
class Matches:
    """What a panel's choosers show: the preset and the example that its fields hold."""

    preset: str | None
    example: str | None


def take_choices(session: Session) -> None:
    """Fill the panels' fields by what was chosen since their choosers were drawn.

    Call it before presses are answered and the fields are drawn. The choosers' values are compared
    with what they showed rather than told of by callbacks: when the page's server was started
    anew, it does not know the callbacks of the page that is still open in the browser.
    """
    for panel in session.panels:
        _take_choices(panel)


def _take_choices(panel: int) -> None:
    state = st.session_state
    if _changed(panel, PRESET) and state[key(panel, PRESET)] is not None:
        write(panel, preset_named(state[key(panel, PRESET)]).applied_to(read(panel)))
    if _changed(panel, EXAMPLE):
        # Taking the choice back empties the field.
        texts = {example.label: example.text for example in NEGATIVE_EXAMPLES}
        label = state[key(panel, EXAMPLE)]
        state[key(panel, "negative_prompt")] = texts.get(label, "")


def has_choice(panel: int) -> bool:
    """Say whether a chooser holds what no field has been filled by yet."""
    return _changed(panel, PRESET) or _changed(panel, EXAMPLE)


def show_matches(panel: int) -> Matches:
    """Return what a panel's fields hold, and let its choosers show it.

    Call it after the fields are drawn and before the choosers are.
    """
    parameters = read(panel)
    preset = matching_preset(parameters)
    example = matching_example(parameters.negative_prompt)
    matches = Matches(preset.name if preset else None, example.label if example else None)
    for name, match in ((PRESET, matches.preset), (EXAMPLE, matches.example)):
        # A field that this server does not know yet shows its default: see above.
        for field, value in ((key(panel, name), match), (shown_key(panel, name), match or "")):
            if field in st.session_state:
                st.session_state[field] = value
    return matches


def shown_key(panel: int, name: str) -> str:
    """Return the key of the hidden field that says what a chooser shows.

    It comes back from the browser together with the chooser's value. What this server showed last
    would not do: who types and presses something before the page was drawn again sends what the
    chooser showed before, and it would be taken for a choice.
    """
    return key(panel, name) + "_shown"


def _values(parameters: Parameters) -> dict[str, Any]:
    return {
        "negative_prompt": parameters.negative_prompt,
        "steps": parameters.steps,
        "scheduler": parameters.scheduler,
        "guidance_scale": parameters.guidance_scale,
        "seed": parameters.seed,
        "size": size_text(parameters),
        "images": parameters.images,
        "variation_seed": parameters.variation_seed,
        "variation_strength": parameters.variation_strength,
        "strength": parameters.strength,
    }


def _held(panel: int) -> dict[str, Any]:
    held = {
        name: st.session_state.get(key(panel, name), first)
        for name, first in first_values(panel).items()
    }
    width, height = read_size(held.pop("size"))
    return {**held, "width": width, "height": height}


def _changed(panel: int, name: str) -> bool:
    chooser, shown = key(panel, name), shown_key(panel, name)
    state = st.session_state
    return chooser in state and shown in state and (state[chooser] or "") != state[shown]
