"""The part of the page in which presets are saved, used and removed."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.preset import LONGEST_NAME, Preset, PresetKind
from inkcloud.playground import actions, form
from inkcloud.playground.own_presets import OwnPresets, applied, fetch, settings_values
from inkcloud.playground.session import Session
from inkcloud.playground.sharing.gate import signed_in_as
from inkcloud.playground.wording import error_text, escaped

NAME_KEY = "preset_name"
WHAT_KEY = "preset_what"
PICK_KEY = "preset_pick"
PANEL_KEY = "preset_panel"
_YOURS = "They belong to the address that you are signed in with."
_SHARED = (
    "Everybody who draws with this gateway shares them: they see, use, replace and remove each "
    "other's."
)
_PROMPT = -1  # in the list of what to save, where panels have their numbers


def draw_shelf(session: Session) -> None:
    """Draw the presets."""
    st.header("Your presets")
    known = session.own_presets
    if known is None or known.may_change:
        known = session.own_presets = fetch(session.client, signed_in_as())
    if known.refusal is not None:
        st.caption(f"Presets cannot be kept from here. {error_text(known.refusal)}")
        return
    st.caption(
        "The gateway keeps them under a name, so they are there again another day. Settings "
        "and prompts are kept apart, so that each can be used with the other. "
        + (_YOURS if signed_in_as() else _SHARED)
    )
    save, use = st.columns(2)
    with save:
        _draw_saving(session)
    with use:
        _draw_using(session, known)


def _draw_saving(session: Session) -> None:
    what = st.selectbox(
        "Keep",
        [*session.panels, _PROMPT],
        format_func=lambda number: (
            "The prompt, with panel 1's negative prompt"
            if number == _PROMPT
            else f"The settings of panel {number + 1}"
        ),
        key=WHAT_KEY,
    )
    name = st.text_input("Under the name", key=NAME_KEY, max_chars=LONGEST_NAME)
    if not st.button("Keep it", key="preset_save"):
        return
    try:
        _save(session, what, name)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    session.own_presets = None
    st.toast(f"Kept as “{escaped(name.strip())}”.", icon=":material/check:")
    st.rerun()


def _save(session: Session, what: int, name: str) -> None:
    if what == _PROMPT:
        negative = form.read(0).negative_prompt
        values = {"prompt": form.prompt(), "negative_prompt": negative}
        session.client.save_preset(PresetKind.PROMPT, name, values, signed_in_as())
        return
    values = settings_values(form.read(what), form.prompt())
    session.client.save_preset(PresetKind.SETTINGS, name, values, signed_in_as())


def _draw_using(session: Session, known: OwnPresets) -> None:
    if not known.presets:
        st.caption("Nothing is kept yet. What you keep is offered here.")
        return
    presets = {preset.id: preset for preset in known.presets}
    if st.session_state.get(PICK_KEY) not in presets:
        st.session_state.pop(PICK_KEY, None)  # it was removed
    chosen = st.selectbox(
        "Kept so far", list(presets), format_func=lambda id: _title(presets[id]), key=PICK_KEY
    )
    panel = st.selectbox(
        "For",
        list(session.panels),
        format_func=lambda number: f"Panel {number + 1}",
        key=PANEL_KEY,
    )
    preset = presets[str(chosen)]
    with st.container(horizontal=True):
        used = st.button("Use it", key="preset_use")
        removed = st.button("Remove it", key="preset_remove", type="tertiary")
    try:
        if used:
            prompt = preset.values.get("prompt")
            parameters = applied(preset, form.read(panel or 0))
            actions.fill_panel(panel or 0, parameters, None if prompt is None else str(prompt))
        if removed:
            session.client.remove_preset(preset.id)
            session.own_presets = None
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    if used or removed:
        st.rerun()


def _title(preset: Preset) -> str:
    kind = "Prompt" if preset.kind is PresetKind.PROMPT else "Settings"
    return f"{kind}: {preset.name}"
