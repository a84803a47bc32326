"""Step by step through one run, or two side by side."""

import base64
import html
import io

import streamlit as st

from inkcloud.domain.frame import Frame
from inkcloud.playground.denoising import curve_chart, form, noise_levels
from inkcloud.playground.denoising.alignment import Alignment
from inkcloud.playground.denoising.animation import animation, enlarged
from inkcloud.playground.denoising.change import change_between, pixels
from inkcloud.playground.denoising.curve_chart import Mark
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.noise_levels import Curve
from inkcloud.playground.denoising.story import heading, level, story
from inkcloud.playground.denoising.viewing import PLAYING_KEY, Viewing, viewing_now
from inkcloud.playground.wording import escaped

PICTURE_SIDE = 384
_MOST_CURVES = 6


def draw_scrubber(viewing: Viewing) -> None:
    """Draw the step that the slider is at; moving it draws no other part of the page anew."""
    if viewing.shown:
        st.fragment(_draw)()


def _draw() -> None:
    viewing = viewing_now()
    films = viewing.shown
    if not films:
        return
    alignment = _alignment(films)
    number = _slider(films[0])
    numbers = [number, *(alignment.partner(films[0], number, film) for film in films[1:])]
    shown = list(zip(films, numbers, strict=True))
    pictures, curves = st.columns([5, 4], gap="medium")
    with pictures:
        for film, at in shown:
            _draw_frame(film, at, named=len(films) > 1)
        if len(films) > 1:
            _draw_difference(shown)
    with curves:
        _draw_curves(viewing, shown)
    _draw_animation(viewing, films, alignment)
    viewing.address.look()


def _alignment(films: tuple[Film, ...]) -> Alignment:
    if len(films) == 1:
        return Alignment.STEP
    chosen = st.segmented_control(
        "Compare by the same",
        list(Alignment),
        default=Alignment.STEP,
        required=True,
        format_func=lambda each: each.value,
        key=form.key("alignment"),
    )
    alignment = Alignment(chosen or Alignment.STEP)
    st.caption(alignment.sentence)
    return alignment


def _slider(film: Film) -> int:
    """Return the number of the frame that is looked at, from 0."""
    count = len(film.frames)
    if count == 1:
        return 0
    chosen = st.select_slider(
        "Step" if film.every_call else f"Step ({count} of {film.frames[0].calls} were kept)",
        range(count),
        format_func=lambda i: _slider_text(film.frames[i]),
        key=form.key(f"frame_of_{count}"),
        help="Drag it, or use the arrow keys once it is chosen.",
    )
    return int(chosen)


def _slider_text(frame: Frame) -> str:
    return f"{frame.call} of {frame.calls}"


def _draw_frame(film: Film, number: int, *, named: bool) -> None:
    frame = film.frames[number]
    if named:
        st.markdown(f"#### {escaped(film.scheduler)}")
    where = f"{film.scheduler}, {heading(frame, film.steps).lower()}"
    st.html(
        '<div class="ink-pair">'
        + _figure(frame.noisy, "What the network sees", f"The noisy latent: {where}")
        + _figure(frame.predicted, "What it predicts", f"The predicted picture: {where}")
        + "</div>"
        + _PAIR_STYLE
    )
    st.markdown(story(film, number))


_PAIR_STYLE = """<style>
.ink-pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; max-width: 50rem; }
.ink-pair figure { margin: 0; }
.ink-pair img { width: 100%; border-radius: 0.5rem; display: block; }
.ink-pair figcaption { font-size: 0.875rem; margin-top: 0.25rem; }
</style>"""


def _figure(png: bytes, caption: str, alt: str) -> str:
    # The bytes travel inside the element: the slider moves faster than files are fetched.
    return (
        f'<figure><img alt="{html.escape(alt)}" src="data:image/png;base64,{_text(_shown(png))}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _shown(png: bytes) -> bytes:
    file = io.BytesIO()
    enlarged(png, PICTURE_SIDE).save(file, "PNG")
    return file.getvalue()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _draw_difference(shown: list[tuple[Film, int]]) -> None:
    one, other = (pixels(film.frames[number].predicted) for film, number in shown)
    if one.shape != other.shape:
        return
    change = change_between(one, other)
    st.markdown(f"The two predictions differ by **{change.mean:.1f} of 255** levels on average.")


def _draw_curves(viewing: Viewing, shown: list[tuple[Film, int]]) -> None:
    own = [noise_levels.of_film(film) for film, _ in shown]
    marks = [Mark(curve, number) for curve, (_, number) in zip(own, shown, strict=True)]
    place = st.container()
    others = _others(viewing, own)
    with place:
        draw_chart([*own, *others], marks)


def draw_chart(curves: list[Curve], marks: list[Mark]) -> None:
    """Draw the noise levels of some schedulers."""
    if not curves:
        return
    st.markdown("##### Noise level, step by step")
    st.altair_chart(
        curve_chart.chart(curves, marks),
        width="stretch",
        alt=curve_chart.description(curves, marks),
    )
    text = "Each dot is a step: the noise level at which the scheduler asks the network."
    if marks:
        rings = ", ".join(
            f"{escaped(mark.curve.name)} at {level(mark.curve.sigmas[mark.number])}"
            for mark in marks
        )
        text = f"{text} The ring is the step above: {rings}."
    st.caption(text)


def _others(viewing: Viewing, own: list[Curve]) -> list[Curve]:
    """Let the person choose further schedulers' curves, if the endpoint can tell them."""
    drawn = {curve.name for curve in own}
    found = [each for each in levels_of(viewing, own[0].steps) if each.name not in drawn]
    if not found:
        return []
    chosen = st.pills(
        "Also show the noise levels of",
        [curve.name for curve in found],
        selection_mode="multi",
        key=form.key("other_curves"),
        wrap=True,
    )
    return [curve for curve in found if curve.name in chosen][:_MOST_CURVES]


def levels_of(viewing: Viewing, steps: int) -> tuple[Curve, ...]:
    """Return every scheduler's curve; the endpoint is asked once for each number of steps.

    One that is at rest is not started, or waited for, for the sake of a chart.
    """
    if steps not in viewing.levels:
        if not viewing.endpoint_runs:
            return ()
        found = noise_levels.asked(viewing.client, steps)
        if not found:
            return ()  # asked again when the page is drawn next
        viewing.levels[steps] = found
    return viewing.levels[steps]


def _draw_animation(viewing: Viewing, films: tuple[Film, ...], alignment: Alignment) -> None:
    playing = st.toggle(
        "Play as an animation",
        key=PLAYING_KEY,
        help="From noise to picture, two steps a second. Switch it off to pause.",
    )
    if not playing:
        return
    gif = _animation(viewing, films, alignment)
    names = html.escape(" and ".join(film.scheduler for film in films))
    st.download_button(
        "Download the animation (GIF)",
        gif,
        file_name=f"inkcloud-{'-'.join(film.scheduler for film in films)}.gif",
        mime="image/gif",
        key=form.key("download"),
        on_click="ignore",
        icon=":material/download:",
    )
    st.html(
        f'<img alt="The steps from noise to picture by {names}, again and again" '
        f'style="max-width: 100%" src="data:image/gif;base64,{_text(gif)}">'
    )


def _animation(viewing: Viewing, films: tuple[Film, ...], alignment: Alignment) -> bytes:
    jobs = tuple(drawing.job for drawing in viewing.drawings)
    key = (jobs, alignment)
    if key not in viewing.animations:
        viewing.animations.clear()
        viewing.animations[key] = animation(films, alignment)
    return viewing.animations[key]
