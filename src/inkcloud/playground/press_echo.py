"""What a press of Generate shows at once, before the page's server has answered it.

Streamlit draws the whole page anew for an answer, which takes a browser up to 0.4 s. A reaction
feels immediate within 0.1 s (Nielsen 1993, Usability Engineering, chapter 5).
"""

import itertools
from typing import Any

import streamlit as st

_HTML = '<div class="echo" role="progressbar" aria-label="Sending…" hidden>Sending…<i></i></div>'
_CSS = """
.echo { position: absolute; inset: 0; z-index: 1; background: var(--st-background-color);
  color: var(--st-text-color); font: 0.875rem/1.5 var(--st-font); }
.echo[hidden] { display: none; }
i { display: block; height: 0.5rem; margin-top: 0.25rem; border-radius: 0.25rem;
  background: linear-gradient(90deg, var(--st-primary-color) 2rem,
    var(--st-secondary-background-color) 2rem); }
"""
_JS = """
const button = '.st-key-generate button:enabled';
const listening = new WeakMap();

export default function ({ parentElement }) {
  const echo = parentElement.querySelector('.echo');
  echo.hidden = true;  // the server has answered, or the page is new
  if (!listening.has(echo)) {
    const clicks = new AbortController();
    document.addEventListener('click', (event) => {
      if (event.target.closest(button)) echo.hidden = false;
    }, { capture: true, signal: clicks.signal });
    listening.set(echo, clicks);
  }
  return () => {  // the page was left
    listening.get(echo)?.abort();
    listening.delete(echo);
  };
}
"""
_runs = itertools.count()


def draw_echo() -> None:
    """Draw the place for it; once a run, into a container that its style lets it cover."""
    component = st.cache_resource(show_spinner=False)(_component)
    component()(key="press_echo", data={"run": next(_runs)})


def _component() -> Any:  # noqa: ANN401
    return st.components.v2.component("inkcloud_press_echo", html=_HTML, css=_CSS, js=_JS)
