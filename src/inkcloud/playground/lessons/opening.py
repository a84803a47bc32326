"""What happens in the browser when the page itself opens a lesson: its heading is where one is.

*Next lesson* stands at a lesson's end. Left there, a person would begin the next one at its end,
and a screen reader would say nothing of it (WCAG 2.2, 2.4.3).
"""

from typing import Any

import streamlit as st

HEADING = ".st-key-lesson_text h2"
_JS = """
const opened = new WeakMap();

export default function ({ data, parentElement }) {
  const before = opened.get(parentElement);
  opened.set(parentElement, data.turned);
  if (before === undefined || before === data.turned) return;  // the page is new, or as it was
  const heading = document.querySelector(data.heading);
  if (!heading) return;  // the page was left meanwhile
  heading.tabIndex = -1;
  heading.style.scrollMarginTop = '5rem';  // the page's own head covers what is above
  heading.style.outline = 'none';  // it takes the focus, but no key acts on it
  heading.focus({ preventScroll: true });
  heading.scrollIntoView();
}
"""


def draw_opening(turned: int) -> None:
    """Lead to the open lesson's heading; to be called when the lesson's text has been drawn.

    Args:
        turned: how often the page itself has turned to a lesson.
    """
    component = st.cache_resource(show_spinner=False)(_component)
    component()(key="lesson_opening", data={"turned": turned, "heading": HEADING})


def _component() -> Any:  # noqa: ANN401
    return st.components.v2.component("inkcloud_lesson_opening", html="<span></span>", js=_JS)
