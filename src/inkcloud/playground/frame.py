"""The square in which an unfinished picture appears, and the page's own style."""

import base64

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
[data-testid="stSliderThumbValue"] p, button[aria-checked="true"] p, [role="tab"][aria-selected="true"] p { color: var(--ink-text); }
[data-testid="stApp"] [data-testid="stCode"] .token { color: light-dark(#1f1d2b, #eceaf4); }
[data-testid="stApp"] [data-testid="stCode"] .token:is(.string, .url, .comment) {
  color: light-dark(#0b6b2e, #6fd694);
}
[data-testid="stApp"] [data-testid="stCode"]
  .token:is(.number, .keyword, .property, .parameter, .class-name, .function, .boolean) {
  color: light-dark(#0b5aa8, #7cc4ff);
}
.ink-frame {
  aspect-ratio: 1; width: 100%; border-radius: 0.5rem; overflow: hidden;
  background: rgba(128, 128, 128, 0.15);
  display: flex; align-items: center; justify-content: center;
}
.ink-frame img { width: 100%; height: 100%; object-fit: contain; display: block; }
</style>"""


def draw_style() -> None:
    """Put the frame's style into the page; once a run."""
    st.html(_STYLE)


def draw_unfinished(drawing: Drawing) -> None:
    """Draw the latest preview, or an empty frame.

    The bytes travel inside the element: a file of its own would already be gone again when
    the browser asks for it, half a second later.
    """
    if drawing.preview is None:
        st.html('<div class="ink-frame"></div>')
        return
    data = base64.b64encode(drawing.preview).decode("ascii")
    st.html(
        '<div class="ink-frame"><img alt="The unfinished picture" '
        f'src="data:image/png;base64,{data}"></div>'
    )
