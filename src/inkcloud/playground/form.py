"""The fields' values in Streamlit's session state: read, filled and kept in step."""

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
from inkcloud.playground.run import PANELS

PROMPT_KEY = "prompt"


def key(panel: int, name: str) -> str:
    """Return the key of a panel's widget."""
    return f"panel{panel + 1}_{name}"


def prepare() -> None:
    """Give the fields their first values; call before any of them is drawn."""
    st.session_state.setdefault(PROMPT_KEY, DEFAULT_PROMPT)
    for panel in range(PANELS):
        if key(panel, "steps") not in st.session_state:
            write(panel, PRESETS[panel].parameters)


def prompt() -> str:
    """Return the prompt as typed."""
    return str(st.session_state[PROMPT_KEY])


def read(panel: int) -> Parameters:
    """Return what a panel's fields hold."""
    state = st.session_state
    return Parameters(
        negative_prompt=state[key(panel, "negative_prompt")],
        steps=int(state[key(panel, "steps")]),
        scheduler=state[key(panel, "scheduler")],
        guidance_scale=float(state[key(panel, "guidance_scale")]),
        seed=state[key(panel, "seed")],
    )


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


def show_matches() -> None:
    """Let the choosers show what the fields hold, or nothing; call before they are drawn."""
    for panel in range(PANELS):
        parameters = read(panel)
        preset = matching_preset(parameters)
        example = matching_example(parameters.negative_prompt)
        st.session_state[key(panel, "preset")] = preset.name if preset else None
        st.session_state[key(panel, "example")] = example.label if example else None
