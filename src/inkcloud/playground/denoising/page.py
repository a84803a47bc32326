"""The page Denoising: from noise to picture, step by step."""

from collections.abc import Callable

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.denoising import form, running
from inkcloud.playground.denoising.leading_on import draw_leading_on
from inkcloud.playground.denoising.scrubber import draw_chart, draw_scrubber, levels_of
from inkcloud.playground.denoising.viewing import Viewing, current_viewing
from inkcloud.playground.endpoint_notice import ready, sentence
from inkcloud.playground.notes import cost, notes
from inkcloud.playground.prompt_length import unread_parts, unread_sentence
from inkcloud.playground.wording import error_text, escaped


def draw_denoising_page(client: Callable[[str], InkcloudClient]) -> None:
    """Draw the page.

    Args:
        client: returns the client for an endpoint's name; "" is the playground's own.
    """
    viewing = current_viewing(lambda: client(""))
    _restore(viewing)
    _draw_head(viewing)
    result, settings = st.columns([3, 1], gap="large")
    with result:  # first, so that progress is there as soon as can be
        running.draw_runs(viewing)
    with settings:
        st.subheader("Settings")
        form.draw_settings()
        _draw_notes(viewing)
    with result:
        draw_scrubber(viewing)
        if not viewing.drawings:
            _draw_empty(viewing)
        elif viewing.shown:
            draw_leading_on(viewing)


def _draw_head(viewing: Viewing) -> None:
    st.title("Denoising")
    st.markdown(
        "A picture starts as noise. At each step the network says what it thinks is behind the "
        "noise, and the scheduler takes away a part of the noise. Press **Run**, then go through "
        "the steps."
    )
    _draw_notice(viewing)
    form.draw_prompt()
    _draw_unread(viewing)
    if st.button(
        "Run",
        key=form.key("run"),
        type="primary",
        disabled=viewing.busy,
        help="Wait for the run to finish, or cancel it, before you start again."
        if viewing.busy
        else "Draw one picture and keep every step.",
    ):
        running.start(viewing)
        st.rerun()


def _draw_notice(viewing: Viewing) -> None:
    if not ready(viewing.facts):
        try:
            viewing.facts = dict(viewing.client.endpoint_info())
        except InkcloudError as error:
            st.warning(error_text(error), icon=":material/power_off:")
            return
    text = sentence(viewing.facts or {})
    if text:
        st.caption(text)


def _draw_unread(viewing: Viewing) -> None:
    """Say which words of the prompt the model will not read."""
    prompt = form.read().prompt
    unread = unread_parts(viewing.client, viewing.facts, [prompt])
    sentence = unread_sentence(prompt, unread.get(prompt, ""))
    if sentence:
        st.caption(escaped(sentence))


def _draw_notes(viewing: Viewing) -> None:
    parameters = form.read().parameters
    lines = [cost(parameters), *notes(parameters)]
    negative = parameters.negative_prompt
    if parameters.guidance_scale != 1.0:
        unread = unread_parts(viewing.client, viewing.facts, [negative])
        sentence = unread_sentence(negative, unread.get(negative, ""), "negative prompt")
        lines += [sentence] if sentence else []
    st.caption("\n".join(f"- {escaped(line)}" for line in lines))


def _draw_empty(viewing: Viewing) -> None:
    wanted = form.read()
    st.info(
        "There is nothing to look at yet. Press **Run** to draw one picture and keep every step. "
        "The chart shows the way from noise to picture that the settings will take.",
        icon=":material/blur_on:",
    )
    names = {wanted.parameters.scheduler.value, wanted.compared and wanted.compared.value}
    levels = levels_of(viewing, wanted.parameters.steps)
    draw_chart([curve for curve in levels if curve.name in names], [])


def _restore(viewing: Viewing) -> None:
    """Fill the fields from the generations in the page's address, once they are known."""
    if not (viewing.restoring and viewing.known):
        return
    viewing.restoring = False
    requests = [drawing.status.request for drawing in viewing.drawings if drawing.status]
    if requests:
        try:
            form.fill(requests)
        except InkcloudError:  # a newer gateway's request may hold what the fields cannot show
            return
