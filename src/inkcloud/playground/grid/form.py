"""The fields of the page Grid: the prompt, the base parameters and the axes."""

from collections.abc import Sequence

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import fields
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import MOST_AXES, CellsDefinition
from inkcloud.playground.cells.values import read_values, values_text
from inkcloud.playground.parameters import LIMITS, Parameters
from inkcloud.playground.presets import DEFAULT_PROMPT, PRESETS
from inkcloud.playground.wording import error_text

NO_AXIS = "None"
FIRST = CellsDefinition(
    DEFAULT_PROMPT,
    PRESETS[0].parameters,
    (
        Axis(AxisKind.STEPS, ("5", "10", "20", "30")),
        Axis(AxisKind.SCHEDULER, tuple(preset.parameters.scheduler.value for preset in PRESETS)),
    ),
)
_FIRST_TEXTS = {
    AxisKind.PROMPT: f"{DEFAULT_PROMPT}\nA photo of an octopus reading a book",
    AxisKind.WORDS: "octopus, cat, robot",
    AxisKind.NEGATIVE: "Blurry photo, distortion, low-res, bad quality\nDark photo, noise",
    AxisKind.STEPS: "5, 10, 20, 30",
    AxisKind.GUIDANCE: "1, 4, 7.5, 12",
    AxisKind.SEED: "1-4",
}
_HELP = {
    AxisKind.PROMPT: "One prompt a line.",
    AxisKind.WORDS: "First a word of the prompt, then what takes its place, with commas. "
    'Put a text that has commas itself into "quotes".',
    AxisKind.NEGATIVE: "One negative prompt a line; an empty line between two is none.",
    AxisKind.STEPS: "Numbers with commas, or ranges: 5-30 (+5) counts in fives, 5-30 [6] takes "
    "six values spread evenly.",
    AxisKind.GUIDANCE: "Numbers with commas, or ranges: 1-10 (+3), 1-20 [5].",
    AxisKind.SEED: "Numbers with commas, or ranges: 1-4.",
    AxisKind.SCHEDULER: "The schedulers to compare.",
    AxisKind.MODEL: "Endpoints of this gateway that draw pictures, each with its own model.",
}
_NAMES = ("across", "down", "tabs")
_TITLES = ("Across (columns)", "Down (rows)", "As tabs")


def key(name: str) -> str:
    """Return the key of a field."""
    return f"grid_{name}"


def draw_form(first: CellsDefinition | None, endpoints: Sequence[str]) -> CellsDefinition | None:
    """Draw the fields and return what they ask for; None if that cannot be drawn.

    Args:
        first: what the fields hold at first.
        endpoints: the endpoints to choose models from.
    """
    start = first or FIRST
    prompt = st.text_input(
        fields.PROMPT.label,
        start.prompt,
        key=key("prompt"),
        help="Say what the pictures are to show. Axes change words of it, or the settings.",
        persist_state="session",
    )
    with st.expander("Settings that no axis changes"):
        parameters = _draw_base(start.parameters)
    columns = st.columns(MOST_AXES)
    axes: list[Axis] = []
    whole = True
    for place, column in enumerate(columns):
        with column:
            try:
                axis = _draw_axis(place, start.axes, endpoints)
            except InkcloudError as error:
                st.error(error_text(error), icon=":material/warning:")
                whole = False
            else:
                axes += [axis] if axis else []
    if not whole:
        return None
    try:
        return CellsDefinition(prompt, parameters, tuple(axes)).checked()
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return None


def fill(definition: CellsDefinition) -> None:
    """Put a definition into the fields of a page that is open already."""
    state, base = st.session_state, definition.parameters
    state[key("prompt")] = definition.prompt
    state[key("negative_prompt")] = base.negative_prompt
    state[key("steps")] = base.steps
    state[key("scheduler")] = base.scheduler
    state[key("guidance_scale")] = base.guidance_scale
    state[key("seed")] = base.seed
    for place in range(MOST_AXES):
        axis = definition.axes[place] if place < len(definition.axes) else None
        state[_axis_key(place)] = axis.kind.label if axis else NO_AXIS
        if axis is not None:
            chosen = axis.kind in {AxisKind.SCHEDULER, AxisKind.MODEL}
            text = list(axis.values) if chosen else values_text(axis.kind, axis.values)
            state[_values_key(place, axis.kind)] = text


def _draw_base(first: Parameters) -> Parameters:
    negative = st.text_input(
        fields.NEGATIVE_PROMPT.label,
        first.negative_prompt,
        key=key("negative_prompt"),
        help=fields.NEGATIVE_PROMPT.help,
        persist_state="session",
    )
    left, right = st.columns(2)
    with left:
        steps = st.number_input(
            fields.STEPS.label,
            min_value=LIMITS.steps[0],
            max_value=LIMITS.steps[1],
            value=first.steps,
            key=key("steps"),
            help=fields.STEPS.help,
            persist_state="session",
        )
        guidance = st.slider(
            fields.GUIDANCE_SCALE.label,
            min_value=LIMITS.guidance_scale[0],
            max_value=LIMITS.guidance_scale[1],
            value=first.guidance_scale,
            step=0.1,
            format="%.1f",
            key=key("guidance_scale"),
            help=fields.GUIDANCE_SCALE.help,
            persist_state="session",
        )
    with right:
        schedulers = list(SamplerName)
        scheduler = st.selectbox(
            fields.SCHEDULER.label,
            schedulers,
            schedulers.index(first.scheduler),
            format_func=lambda each: each.value,
            key=key("scheduler"),
            help=fields.SCHEDULER.help,
            persist_state="session",
        )
        seed = st.text_input(
            fields.SEED.label,
            first.seed,
            key=key("seed"),
            help=fields.SEED.help,
            persist_state="session",
        )
    return Parameters(
        negative_prompt=negative,
        steps=int(steps),
        scheduler=SamplerName.parse(scheduler),
        guidance_scale=guidance,
        seed=seed,
        width=first.width,
        height=first.height,
    )


def _draw_axis(place: int, first: Sequence[Axis], endpoints: Sequence[str]) -> Axis | None:
    axis = first[place] if place < len(first) else None
    kinds = [kind for kind in AxisKind if kind is not AxisKind.MODEL or endpoints]
    options = [NO_AXIS, *(kind.label for kind in kinds)]
    shown = axis.kind.label if axis and axis.kind.label in options else NO_AXIS
    chosen = st.selectbox(
        _TITLES[place],
        options,
        options.index(shown),
        key=_axis_key(place),
        help="What changes along this direction.",
        persist_state="session",
    )
    kind = next((kind for kind in kinds if kind.label == chosen), None)
    if kind is None:
        return None
    held = axis.values if axis and axis.kind is kind else None
    return Axis(kind, _draw_values(place, kind, held, endpoints))


def _draw_values(
    place: int, kind: AxisKind, first: tuple[str, ...] | None, endpoints: Sequence[str]
) -> tuple[str, ...]:
    values_key, label = _values_key(place, kind), f"{kind.label}: values"
    if kind in {AxisKind.SCHEDULER, AxisKind.MODEL}:
        offered = list(endpoints) if kind is AxisKind.MODEL else [s.value for s in SamplerName]
        held = [value for value in first or offered[:3] if value in offered]
        chosen = st.multiselect(
            label,
            offered,
            held,
            key=values_key,
            help=_HELP[kind],
            persist_state="session",
        )
        return read_values(kind, ", ".join(chosen))
    text = _FIRST_TEXTS[kind] if first is None else values_text(kind, first)
    draw = st.text_area if kind in {AxisKind.PROMPT, AxisKind.NEGATIVE} else st.text_input
    typed = draw(
        label,
        text,
        key=values_key,
        help=_HELP[kind],
        persist_state="session",
    )
    return read_values(kind, typed)


def _axis_key(place: int) -> str:
    return key(f"axis_{_NAMES[place]}")


def _values_key(place: int, kind: AxisKind) -> str:
    return key(f"values_{_NAMES[place]}_{kind.value}")
