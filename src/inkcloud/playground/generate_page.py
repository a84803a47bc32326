"""The page Generate: one prompt, several panels side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.playground import actions, differences, fields, form
from inkcloud.playground.compare import draw_comparison
from inkcloud.playground.endpoint_notice import draw_endpoint_notice
from inkcloud.playground.opening import learn_pace
from inkcloud.playground.page_address import follow_address, keep_settings
from inkcloud.playground.panel import draw_panel
from inkcloud.playground.preset_shelf import draw_shelf
from inkcloud.playground.press_echo import draw_echo
from inkcloud.playground.prompt_length import unread_parts, unread_sentence
from inkcloud.playground.restoring.uploader import draw_uploader
from inkcloud.playground.result import draw_result, restore_fields
from inkcloud.playground.session import Session
from inkcloud.playground.start_picture import draw_start
from inkcloud.playground.toolbar import draw_toolbar
from inkcloud.playground.wording import error_text, escaped

_MOST_COLUMNS = 3
_ON_THE_WAY = 5  # panels that are worth seeing in one row


def draw_title() -> None:
    """Draw what the page is called and what it is for."""
    st.title("Image Generation Playground")
    st.markdown(
        "Write a prompt, give each panel its own settings and press **Generate**. Then compare "
        "the pictures to see what a setting does."
    )


def draw_generate_page(session: Session) -> None:
    """Draw the page below its title."""
    session.fills.fill_again()
    follow_address(session)
    form.fill(session)
    restore_fields(session)
    form.take_choices(session)
    actions.answer_presses(session)
    buttons, status = _draw_head(session)
    learn_pace(session)
    panels = form.read_all(session)
    differing = differences.differing(panels)
    st.markdown(differences.summary(panels))
    results = []
    for panel, column in zip(session.panels, _columns(len(session.panels)), strict=True):
        with column:
            results.append(draw_panel(session, panel, differing))
    session.fills.draw_seen()
    _draw_again_if_stale(session, differing)
    keep_settings(session)
    with buttons:
        draw_toolbar(session, status)
    draw_comparison(session)
    draw_uploader(session)
    draw_shelf(session)
    for panel, result in enumerate(results):
        with result:
            draw_result(session, panel)


def _columns(count: int) -> list[DeltaGenerator]:
    """Return a place for each panel: up to three beside each other, and five in one row."""
    columns = count if count <= _MOST_COLUMNS or count == _ON_THE_WAY else _MOST_COLUMNS
    columns = 2 if count == 4 else columns
    found: list[DeltaGenerator] = []
    while len(found) < count:
        found += st.columns(columns)
    return found[:count]


def _draw_head(session: Session) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw what is above the panels and return the places for its buttons and its status."""
    if session.link_error is not None:
        st.error(
            f"The link could not be opened. {error_text(session.link_error)}",
            icon=":material/warning:",
        )
    notice = st.container()
    st.text_input(
        fields.PROMPT.label,
        session.first_prompt,
        key=form.PROMPT_KEY,
        help=fields.PROMPT.help,
        persist_state="session",
    )
    unread = st.container()
    draw_start(session)
    buttons = st.container()
    with st.container(key="run_status"):
        status = st.empty()
        draw_echo()
    if session.answered:
        status.progress(0.0, text="Sending…")
    # Both ask the gateway. Whoever has pressed a button sees before that that it was pressed.
    with notice:
        draw_endpoint_notice(session)
    with unread:
        _draw_unread(session)
    return buttons, status


def _draw_unread(session: Session) -> None:
    """Learn which words the model will not read, and say it of the prompt."""
    prompt, panels = form.prompt(), form.read_all(session)
    negative = [panel.negative_prompt for panel in panels if panel.guidance_scale != 1.0]
    session.unread = unread_parts(session.client, session.facts, [prompt, *negative])
    sentence = unread_sentence(prompt, session.unread.get(prompt, ""))
    if sentence:
        st.caption(escaped(sentence))


def _draw_again_if_stale(session: Session, differing: frozenset[str]) -> None:
    """Draw the page once more if its fields hold what was not known before they were drawn.

    That is so when the page's server was started anew under a page that is still open.
    """
    chosen = any(form.has_choice(panel) for panel in session.panels)
    if chosen or differences.differing(form.read_all(session)) != differing:
        st.rerun()
