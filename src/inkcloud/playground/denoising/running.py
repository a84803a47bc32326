"""The runs on their way: start, look again, cancel, and fetch what every step left."""

import secrets

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.denoising import form
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.viewing import RUNS, Viewing, viewing_now
from inkcloud.playground.drawing import Drawing, Phase
from inkcloud.playground.follow import PASSING, cancel, follow
from inkcloud.playground.frame import draw_unfinished
from inkcloud.playground.result import SECONDS_BETWEEN_TRIES, pace_of
from inkcloud.playground.wording import error_text, failure_text, progress_fraction, progress_text

TAG = "denoising/"
_NO_FRAMES = "The frames could not be read. Press Run to draw them again."


def start(viewing: Viewing) -> None:
    """Send what the fields hold."""
    if viewing.busy:  # a second press may arrive before the button is seen to be disabled
        return
    try:
        requests = form.read().requests()
    except InkcloudError as error:
        viewing.begin([Drawing(error=error)])
        return
    run = secrets.token_hex(6)
    drawings = [
        Drawing(request=request, tag=f"{TAG}{run}/{number}")
        for number, request in enumerate(requests, 1)
    ]
    viewing.begin([follow(viewing.client, drawing) for drawing in drawings])


def stop(viewing: Viewing) -> None:
    """Cancel what is still at work."""
    for number, drawing in enumerate(viewing.drawings):
        if drawing.active:
            viewing.put(number, cancel(viewing.client, drawing))


def draw_runs(viewing: Viewing) -> None:
    """Draw the runs that have not ended well; while one is at work it looks again by itself."""
    st.fragment(_draw_latest, run_every=_pace(viewing))(_pace(viewing))


def _pace(viewing: Viewing) -> float | None:
    """Return the seconds until the next look; None if there is no need."""
    if not viewing.busy:
        return None
    paces = [pace for drawing in viewing.drawings if (pace := pace_of(drawing)) is not None]
    return min(paces, default=SECONDS_BETWEEN_TRIES)


def _draw_latest(pace: float | None) -> None:
    viewing = viewing_now()
    for number, drawing in enumerate(viewing.drawings):
        if drawing.active:
            viewing.put(number, follow(viewing.client, drawing))
    fetch(viewing)
    if pace != _pace(viewing) or (viewing.restoring and viewing.known):
        # Only a run of the whole page can change the pace, the buttons and the fields.
        viewing.keep_address()  # lest it takes an older one for the person's wish
        st.rerun()
    # Side by side while they are drawn; what has ended well is the scrubber's to show.
    drawn = [d for d in viewing.drawings if viewing.busy or not isinstance(viewing.film(d), Film)]
    if not drawn:
        return
    for column, drawing in zip(st.columns(len(RUNS)), drawn, strict=False):
        with column:
            _draw(viewing, drawing)
    if viewing.busy:
        _draw_cancel(viewing)


def fetch(viewing: Viewing) -> None:
    """Fetch the frames of runs that have succeeded, once each."""
    for drawing in viewing.drawings:
        if drawing.phase is Phase.SUCCEEDED and drawing.job and drawing.job not in viewing.films:
            film = _fetched(viewing.client, drawing)
            if film is not None:
                viewing.films[drawing.job] = film
                viewing.facts = None  # asked again: the run may have started the endpoint


def _fetched(client: InkcloudClient, drawing: Drawing) -> Film | InkcloudError | None:
    if drawing.job is None or drawing.status is None:
        return None
    request = drawing.status.request
    try:
        archive = client.frame_archive(drawing.job)
        return Film.of(str(request["scheduler"]), int(request["num_inference_steps"]), archive)
    except PASSING:
        return None  # asked again at the next look
    except InkcloudError as error:
        return error
    except (KeyError, ValueError):
        return InkcloudError(_NO_FRAMES)


def _draw(viewing: Viewing, drawing: Drawing) -> None:
    name = drawing.status.request.get("scheduler", "") if drawing.status else ""
    if name and len(viewing.drawings) > 1:
        st.markdown(f"**{name}**".replace("_", r"\_"))
    if drawing.trouble is not None:
        st.warning(
            f"{error_text(drawing.trouble)} Trying again by itself.",
            icon=":material/hourglass_top:",
        )
    match drawing.phase:
        case Phase.FAILED if drawing.error is not None:
            st.error(failure_text(drawing.error, "Run"), icon=":material/warning:")
        case Phase.CANCELLED:
            st.info("Cancelled. Nothing of it is kept.", icon=":material/front_hand:")
        case Phase.SUCCEEDED:
            _draw_ended(viewing, drawing)
        case _:
            st.progress(progress_fraction(drawing), text=progress_text(drawing))
            draw_unfinished(drawing, viewing.native_size)


def _draw_ended(viewing: Viewing, drawing: Drawing) -> None:
    film = viewing.film(drawing)
    if isinstance(film, InkcloudError):
        st.warning(error_text(film), icon=":material/warning:")
    elif film is None:
        st.info("Fetching the steps…", icon=":material/hourglass_top:")
    elif viewing.busy:
        st.success("Done. Waiting for the other run.", icon=":material/check_circle:")


def _draw_cancel(viewing: Viewing) -> None:
    cancelling = all(drawing.cancelling for drawing in viewing.drawings if drawing.active)
    if st.button(
        "Cancelling…" if cancelling else "Cancel",
        key=form.key("cancel"),
        disabled=cancelling,
        width="stretch",
    ):
        stop(viewing)
        st.rerun()
