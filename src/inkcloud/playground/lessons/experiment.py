"""A lesson's experiment: its controls, its run, its pictures and what they measure."""

from functools import partial

import altair
import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.cells.estimate import Clients, Estimate
from inkcloud.playground.cells.looking import draw_progress, pace_of
from inkcloud.playground.cells.run_buttons import RunButtons
from inkcloud.playground.lessons.lesson import Choice, Done, Lesson, Reading, Shown
from inkcloud.playground.lessons.lesson_session import LessonSession, Outcome, kind_of
from inkcloud.playground.wording import error_text

_SMALL, _PAIR = 168, 340
_BUTTONS = RunButtons(
    "Run the experiment", "lesson_run", "lesson_stop", "lesson_missing", "experiment"
)


def draw_experiment(session: LessonSession, clients: Clients) -> None:
    """Draw the experiment of the open lesson; while it runs it looks again by itself."""
    st.subheader("Experiment", anchor=False)
    st.markdown(session.lesson.task)
    definition = _draw_controls(session)
    _draw_buttons(session, definition, clients)
    work = session.work
    if work is None:
        return
    pace = pace_of(work)
    st.fragment(_draw_latest, run_every=pace)(session, work, clients, pace)


def _draw_controls(session: LessonSession) -> CellsDefinition | None:
    lesson = session.lesson
    work = session.work
    first = lesson.first if work is None else lesson.choice_of(work.run.definition)
    with st.container(horizontal=True, key="lesson_controls", width=760):
        choice = Choice(
            _draw_select(lesson, "prompt", "Prompt", first.prompt, lesson.prompts),
            str(_draw_text(lesson, "seed", "Seed", first.seed, "The number the noise is made of.")),
            _draw_knob(lesson, first.knob),
        )
    try:
        return lesson.define(choice).checked()
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return None


def _draw_knob(lesson: Lesson, value: str) -> str:
    knob = lesson.knob
    if knob.options:
        return _draw_select(lesson, "knob", knob.label, value, knob.options, knob.help)
    return _draw_text(lesson, "knob", knob.label, value, knob.help)


def _draw_select(
    lesson: Lesson,
    name: str,
    label: str,
    value: str,
    options: tuple[str, ...],
    help_: str | None = None,
) -> str:
    key = f"lesson_{lesson.name}_{name}"
    offered = options if value in options else (value, *options)
    return str(
        st.selectbox(
            label,
            offered,
            offered.index(value),
            key=key,
            help=help_,
            persist_state="session",
        )
    )


def _draw_text(lesson: Lesson, name: str, label: str, value: str, help_: str) -> str:
    key = f"lesson_{lesson.name}_{name}"
    return str(st.text_input(label, value, key=key, help=help_, persist_state="session"))


def _draw_buttons(
    session: LessonSession, definition: CellsDefinition | None, clients: Clients
) -> None:
    if definition is not None:
        st.caption(_cost_text(definition, clients))
    run = None
    if definition is not None:
        run = partial(CellRun.new, definition, kind_of(session.lesson))
    with st.container(horizontal=True):
        _BUTTONS.draw(session, run, clients)


def _cost_text(definition: CellsDefinition, clients: Clients) -> str:
    count, calls = definition.count, definition.calls()
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    estimate = Estimate.of(definition.cells(), clients)
    if estimate is None:
        return (
            f"{pictures}, {calls} model calls. How long it takes is known once this machine has "
            "drawn a picture."
        )
    return f"{pictures}, {calls} model calls: {estimate.text()}."


def _draw_latest(
    session: LessonSession, work: CellWork, clients: Clients, pace: float | None
) -> None:
    work.look()
    session.put_address()
    if pace_of(work) != pace:
        # Only a run of the whole page can change the pace and the buttons.
        st.rerun()
    draw_progress(work, clients, "pictures")
    _draw_outcome(session, work, clients)


def _draw_outcome(session: LessonSession, work: CellWork, clients: Clients) -> None:
    try:
        session.conclude(clients)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    prompt, outcome = work.run.definition.prompt, session.outcome
    if outcome is None:
        done = [(cell, work.picture(cell)) for cell in work.cells]
        finished = tuple(Done(cell, picture) for cell, picture in done if picture is not None)
        if finished and not session.lesson.steps:
            _draw_pictures(prompt, session.lesson.show(finished), _SMALL)
        return
    _draw_pictures(prompt, outcome.shown, _PAIR if session.lesson.steps else _SMALL)
    _draw_reading(outcome)


def _draw_pictures(prompt: str, shown: tuple[Shown, ...], width: int) -> None:
    with st.container(horizontal=True, key="lesson_pictures"):
        for each in shown:
            alt = f"{prompt}. {each.caption}"
            st.image(each.picture, each.caption, width, output_format="PNG", alt=alt)


def _draw_reading(outcome: Outcome) -> None:
    reading = outcome.reading
    with st.container(key="lesson_reading", width=760):
        st.subheader("What it measured", anchor=False)
        st.markdown(f"**{reading.sentence}** {reading.explanation}")
        st.table([dict(zip(reading.columns, row, strict=True)) for row in reading.rows])
        st.altair_chart(_chart(reading), width="stretch")


def _chart(reading: Reading) -> altair.Chart:
    values = [{"name": name, "value": value} for name, value in reading.chart]
    words = ", ".join(f"{name}: {value:.1f} {reading.unit}" for name, value in reading.chart)
    return (
        altair.Chart(altair.Data(values=values), description=f"Bar chart. {words}.")
        .mark_bar()
        .encode(
            x=altair.X("value:Q", title=reading.unit),
            y=altair.Y("name:N", title=None, sort=None, axis=altair.Axis(labelLimit=300)),
        )
        .properties(height=altair.Step(30))
    )
