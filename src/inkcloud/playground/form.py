"""The fields' values in Streamlit's session state: read, filled and kept in step."""

from dataclasses import asdict
from typing import TypeVar

import streamlit as st

from inkcloud.playground.parameters import Parameters
from inkcloud.playground.presets import (
    DEFAULT_PROMPT,
    NEGATIVE_EXAMPLES,
    PRESETS,
    matching_example,
    matching_preset,
    preset_named,
)

PROMPT_KEY = "prompt"
_Value = TypeVar("_Value")


def key(panel: int, name: str) -> str:
    """Return the key of a panel's widget."""
    return f"panel{panel + 1}_{name}"


def first_value(widget_key: str, value: _Value, otherwise: _Value) -> _Value:
    """Return what a field is drawn with: its first value, as long as it has none yet.

    The first value is the widget's default and not a write to the session's state: the state
    of a new session must not overwrite what stands in a browser that has just reconnected.
    """
    return otherwise if widget_key in st.session_state else value


def prompt() -> str:
    """Return the prompt as typed."""
    return str(st.session_state.get(PROMPT_KEY, DEFAULT_PROMPT))


def read(panel: int) -> Parameters:
    """Return what a panel's fields hold; of fields not drawn yet, their first values."""
    held = {
        name: st.session_state.get(key(panel, name), first)
        for name, first in asdict(PRESETS[panel].parameters).items()
    }
    return Parameters(**held)


def write(panel: int, parameters: Parameters) -> None:
    """Fill a panel's fields."""
    state = st.session_state
    state[key(panel, "negative_prompt")] = parameters.negative_prompt
    state[key(panel, "steps")] = parameters.steps
    state[key(panel, "scheduler")] = parameters.scheduler
    state[key(panel, "guidance_scale")] = parameters.guidance_scale
    state[key(panel, "seed")] = parameters.seed


def restore(panel: int, prompt_text: str, parameters: Parameters) -> None:
    """Fill fields from an earlier generation, unless the person has changed them already."""
    if read(panel) == PRESETS[panel].parameters:
        write(panel, parameters)
    if prompt() == DEFAULT_PROMPT:
        st.session_state[PROMPT_KEY] = prompt_text


def use_preset(panel: int) -> None:
    """Set a panel to the preset chosen in it."""
    name = st.session_state[key(panel, "preset")]
    if name is not None:
        write(panel, preset_named(name).applied_to(read(panel)))


def use_example(panel: int) -> None:
    """Put the chosen negative prompt into its field; taking the choice back empties it."""
    label = st.session_state[key(panel, "example")]
    texts = {example.label: example.text for example in NEGATIVE_EXAMPLES}
    st.session_state[key(panel, "negative_prompt")] = texts.get(label, "")


def show_matches(panel: int) -> None:
    """Let a panel's choosers show what its fields hold, or nothing.

    Call it after the fields are drawn and before the choosers are.
    """
    parameters = read(panel)
    preset = matching_preset(parameters)
    example = matching_example(parameters.negative_prompt)
    st.session_state[key(panel, "preset")] = preset.name if preset else None
    st.session_state[key(panel, "example")] = example.label if example else None
