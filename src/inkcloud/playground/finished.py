"""Finished pictures with their facts."""

import json
import struct
from dataclasses import replace
from typing import Any

import streamlit as st

from inkcloud.playground import actions, form
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.frame import keep_shape
from inkcloud.playground.wording import duration, pixels_text


def draw_finished(panel: int, drawing: Drawing) -> None:
    """Draw a panel's picture, the seconds it took, its size, the download and the record.

    If there are several, of several seeds, one of them is shown large above a row of all.
    """
    count = len(drawing.pictures)
    chosen = min(int(st.session_state.get(form.key(panel, "pick")) or 0), count - 1)
    picture, record = drawing.pictures[chosen], record_of(drawing, chosen)
    with st.container(key=form.key(panel, "status")):
        st.markdown(facts(drawing, picture))
    with st.container(key=form.key(panel, "picture")):
        keep_shape(form.key(panel, "picture"), *png_size(picture))
        st.image(picture, width="stretch", alt=str(record.get("prompt", "The finished picture")))
    if count > 1:
        _draw_row(panel, drawing, chosen)
    with st.container(key=form.key(panel, "after")):
        st.download_button(
            "Download PNG",
            picture,
            file_name=file_name(record),
            mime="image/png",
            key=form.key(panel, "download"),
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        with st.expander("Details"):
            st.caption("Everything that decided these pixels; the PNG carries it too.")
            text = json.dumps(record, indent=2, ensure_ascii=False)
            st.code(text, language="json", wrap_lines=True)


def _draw_row(panel: int, drawing: Drawing, chosen: int) -> None:
    """Draw all pictures small, each with its seed, and the choice of the one shown large."""
    seeds = [str(record_of(drawing, index).get("seed", "?")) for index in drawing.numbers]
    with st.container(horizontal=True, gap="small"):
        for picture, seed in zip(drawing.pictures, seeds, strict=True):
            st.image(picture, width=72, alt=f"The picture of seed {seed}", caption=seed)
    st.pills(
        "Show the picture of seed",
        list(drawing.numbers),
        default=0,
        format_func=lambda index: seeds[index],
        key=form.key(panel, "pick"),
        required=True,
    )
    if st.button(
        f"Keep seed {seeds[chosen]} alone",
        key=form.key(panel, "keep_seed"),
        help="Sets this panel to this one seed, so that you can go on from its picture.",
        width="stretch",
    ):
        actions.fill_panel(panel, replace(form.read(panel), seed=seeds[chosen], images=1))
        st.rerun()


def record_of(drawing: Drawing, index: int = 0) -> dict[str, Any]:
    """Return a picture's record as plain values; empty if the gateway sent none."""
    images = drawing.status.images if drawing.status else ()
    return dict(images[index].record) if index < len(images) else {}


def facts(drawing: Drawing, picture: bytes) -> str:
    """Return the time taken and the size, as Markdown."""
    width, height = png_size(picture)
    size = pixels_text(width, height)
    count = len(drawing.pictures)
    size = f"{count} pictures, each {size}" if count > 1 else size
    seconds = drawing.status.seconds if drawing.status else None
    return size if seconds is None else f"**{duration(seconds)}** · {size}"


def file_name(record: dict[str, Any]) -> str:
    """Return a name for the downloaded file that tells the settings."""
    names = ("scheduler", "num_inference_steps", "guidance_scale", "seed")
    parts = [str(record[name]) for name in names if name in record]
    return "-".join(["inkcloud", *parts]) + ".png"


def png_size(png: bytes) -> tuple[int, int]:
    """Return the width and height in a PNG's first chunk; zeros if it is no PNG."""
    if len(png) < 24 or png[12:16] != b"IHDR":
        return 0, 0
    width, height = struct.unpack(">II", png[16:24])
    return width, height
