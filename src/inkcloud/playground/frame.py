"""The square in which an unfinished picture appears, and the page's own style."""

import base64
import html

import streamlit as st

from inkcloud.playground.drawing import Drawing

_STYLE = """<style>
[data-testid="stApp"] { --ink-text: light-dark(#1f1d2b, #eceaf4); }
[data-testid="stMainBlockContainer"] { padding-top: 4.5rem; padding-bottom: 3rem; }
[data-testid="stExpandSidebarButton"]::after { content: "Menu"; margin-left: 0.35rem; }
[data-testid="stExpandSidebarButton"] { width: auto; padding: 0 0.5rem; }
/* Streamlit's own are too pale to read easily: WCAG 2.2 asks for a contrast of 4.5. */
[data-testid="stCaptionContainer"] { opacity: 0.82; }
[data-testid="stExpandSidebarButton"]::after,
[data-testid="stSliderThumbValue"] p, [data-testid="stSliderThumbValue"],
button[aria-checked="true"] p, [role="tab"][aria-selected="true"] p { color: var(--ink-text); }
[class*="st-key-panel"][class*="_status"] { min-height: 3.5rem; justify-content: flex-end; }
[class*="st-key-panel"][class*="_after"] { min-height: 6.1rem; }
[data-testid="stApp"] [data-testid="stCode"] .token { color: light-dark(#1f1d2b, #eceaf4); }
[data-testid="stApp"] [data-testid="stCode"] .token:is(.string, .url, .comment) {
  color: light-dark(#0b6b2e, #6fd694);
}
[data-testid="stApp"] [data-testid="stCode"]
  .token:is(.number, .keyword, .property, .parameter, .class-name, .function, .boolean) {
  color: light-dark(#0b5aa8, #7cc4ff);
}
.st-key-run_status { min-height: 2.25rem; position: relative; }
.st-key-run_status > :has(.st-key-press_echo), .st-key-press_echo { position: static; height: 0; }
.st-key-lesson_opening, :has(> [class*="_choosers_show"]),
:has(> .st-key-fills_show) { display: none; }
.ink-frame {
  aspect-ratio: 1; width: 100%; border-radius: 0.5rem; overflow: hidden;
  background: rgba(128, 128, 128, 0.15);
  display: flex; align-items: center; justify-content: center;
}
.ink-frame p { max-width: 16rem; padding: 1rem; text-align: center; }
.ink-frame img { width: 100%; height: 100%; object-fit: contain; display: block; }
</style>"""


def draw_style() -> None:
    """Put the frame's style into the page; once a run."""
    st.html(_STYLE)


def keep_shape(key: str, width: int, height: int) -> None:
    """Give a container's picture its place before the browser has loaded it.

    Args:
        key: the container's.
        width: the picture's, in pixels.
        height: the picture's, in pixels.
    """
    shape = f"{max(1, width)} / {max(1, height)}"
    st.html(
        f"<style>.st-key-{key} {{ aspect-ratio: {shape}; }}"
        f".st-key-{key} img {{ aspect-ratio: auto {shape}; width: 100%; }}</style>"
    )


def draw_unfinished(drawing: Drawing, size: tuple[int, int] | None, text: str = "") -> None:
    """Draw the latest preview, or an empty frame.

    It has the finished picture's shape, so that nothing moves when that takes its place.

    The bytes travel inside the element: a file of its own would already be gone again when
    the browser asks for it, half a second later.

    Args:
        drawing: whose preview.
        size: the finished picture's width and height in pixels; None is a square.
        text: what an empty frame says.
    """
    width, height = size or (1, 1)
    style = f"aspect-ratio: {width} / {height}"
    if drawing.preview is None:
        words = f"<p>{html.escape(text)}</p>" if text else ""
        st.html(f'<div class="ink-frame" style="{style}">{words}</div>')
        return
    data = base64.b64encode(drawing.preview).decode("ascii")
    st.html(
        f'<div class="ink-frame" style="{style}"><img alt="The unfinished picture" '
        f'src="data:image/png;base64,{data}"></div>'
    )
