"""The fields of one panel."""

from typing import Any

import streamlit as st

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import fields, form
from inkcloud.playground.parameters import LIMITS
from inkcloud.playground.presets import NEGATIVE_EXAMPLES, PRESETS
from inkcloud.playground.session import Session
from inkcloud.playground.sizes import offered, size_label

MOST_SEEDS = 8
LEAST_STRENGTH = 0.05
_MARK = " :violet-badge[differs]"


class _Panel:
    """Draws one panel's fields.

    Args:
        session: the page's.
        panel: which one.
        differing: the names of the settings in which the panels are not all alike.
    """

    def __init__(self, session: Session, panel: int, differing: frozenset[str]) -> None:
        self.session = session
        self.number = panel
        self._differing = differing
        self._first = form.first_values(panel)

    def first(self, name: str) -> Any:  # noqa: ANN401
        """Return a field's default."""
        return self._first[name]

    def held(self, name: str) -> Any:  # noqa: ANN401
        """Return what a field holds."""
        return st.session_state.get(form.key(self.number, name), self._first[name])

    def options(self, name: str, field: fields.Field) -> dict[str, Any]:
        """Return what every field is drawn with: its label, with a mark if panels differ."""
        return {
            "label": field.label + (_MARK if name in self._differing else ""),
            "key": form.key(self.number, name),
            "help": field.help,
            "persist_state": "session",
        }


def draw_settings(session: Session, number: int, differing: frozenset[str]) -> None:
    """Draw a panel's fields and choosers.

    Args:
        session: the page's.
        number: which panel.
        differing: the names of the settings in which the panels are not all alike.
    """
    panel = _Panel(session, number, differing)
    preset = st.container()
    st.text_input(
        value=panel.first("negative_prompt"),
        **panel.options("negative_prompt", fields.NEGATIVE_PROMPT),
    )
    example = st.container()
    _draw_denoising(panel)
    if session.start is not None:
        _draw_strength(panel)
    _draw_seed(panel)
    with st.expander("Size, several seeds, variation"):
        _draw_size(panel)
        _draw_several(panel)
    matches = form.show_matches(number)
    with preset:
        _draw_preset_chooser(number, matches.preset)
    with example:
        _draw_example_chooser(number, matches.example)
    with st.container(key=form.key(number, "choosers_show")):
        _draw_shown(number, form.PRESET, matches.preset)
        _draw_shown(number, form.EXAMPLE, matches.example)


def _draw_denoising(panel: _Panel) -> None:
    st.number_input(
        min_value=LIMITS.steps[0],
        max_value=LIMITS.steps[1],
        value=panel.first("steps"),
        **panel.options("steps", fields.STEPS),
    )
    schedulers = list(SamplerName)
    first = panel.first("scheduler")
    st.selectbox(
        options=schedulers,
        index=0 if first is None else schedulers.index(first),
        format_func=lambda scheduler: scheduler.value,
        **panel.options("scheduler", fields.SCHEDULER),
    )
    st.slider(
        min_value=LIMITS.guidance_scale[0],
        max_value=LIMITS.guidance_scale[1],
        value=panel.first("guidance_scale"),
        step=0.1,
        format="%.1f",
        **panel.options("guidance_scale", fields.GUIDANCE_SCALE),
    )


def _draw_strength(panel: _Panel) -> None:
    st.slider(
        min_value=LEAST_STRENGTH,
        max_value=1.0,
        value=max(LEAST_STRENGTH, panel.first("strength")),
        step=0.05,
        format="%.2f",
        **panel.options("strength", fields.STRENGTH),
    )


def _draw_seed(panel: _Panel) -> None:
    if panel.number > 0 and form.seed_is_locked():
        key = form.key(panel.number, "seed_of_all")
        st.session_state[key] = form.read(panel.number).seed
        st.text_input(
            fields.SEED.label,
            key=key,
            disabled=True,
            help="The seed is locked: all panels use panel 1's.",
        )
        return
    st.text_input(value=panel.first("seed"), **panel.options("seed", fields.SEED))


def _draw_size(panel: _Panel) -> None:
    native = panel.session.native_size
    sizes = offered(native, panel.held("size"))
    first = panel.first("size")
    st.selectbox(
        options=sizes,
        index=0 if first is None else sizes.index(first),
        format_func=lambda text: size_label(text, native),
        **panel.options("size", fields.SIZE),
    )


def _draw_several(panel: _Panel) -> None:
    st.number_input(
        min_value=1,
        max_value=max(MOST_SEEDS, panel.held("images")),
        value=panel.first("images"),
        **panel.options("images", fields.IMAGES),
    )
    st.text_input(
        value=panel.first("variation_seed"),
        placeholder="none",
        **panel.options("variation_seed", fields.VARIATION_SEED),
    )
    st.slider(
        min_value=0.0,
        max_value=1.0,
        value=panel.first("variation_strength"),
        step=0.05,
        format="%.2f",
        **panel.options("variation_strength", fields.VARIATION_STRENGTH),
    )


def _draw_preset_chooser(number: int, shown: str | None) -> None:
    names = [preset.name for preset in PRESETS]
    key = form.key(number, form.PRESET)
    st.selectbox(
        "Preset",
        names,
        None if shown is None else names.index(shown),
        key=key,
        placeholder="Your own settings",
        help="Sets scheduler, steps, guidance and seed to a pairing that works well.",
    )


def _draw_example_chooser(number: int, shown: str | None) -> None:
    key = form.key(number, form.EXAMPLE)
    st.pills(
        "Examples of negative prompts",
        [example.label for example in NEGATIVE_EXAMPLES],
        default=shown,
        key=key,
        label_visibility="collapsed",
    )


def _draw_shown(number: int, name: str, shown: str | None) -> None:
    """Draw the hidden field that says what a chooser shows."""
    st.text_input(f"Shown as {name}", shown or "", key=form.shown_key(number, name))
