"""A finished picture with its facts."""

import json
import struct
from typing import Any

import streamlit as st

from inkcloud.playground import form
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.wording import duration, pixels_text


def draw_finished(panel: int, drawing: Drawing, picture: bytes) -> None:
    """Draw the picture, the seconds it took, its size, the download and the record."""
    record = record_of(drawing)
    st.markdown(facts(drawing, picture))
    st.image(picture, width="stretch", alt=str(record.get("prompt", "The finished picture")))
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


def record_of(drawing: Drawing) -> dict[str, Any]:
    """Return the picture's record as plain values; empty if the gateway sent none."""
    images = drawing.status.images if drawing.status else ()
    return dict(images[0].record) if images else {}


def facts(drawing: Drawing, picture: bytes) -> str:
    """Return the time taken and the size, as Markdown."""
    width, height = png_size(picture)
    size = pixels_text(width, height)
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
