"""Two pictures one over the other, with a line between them that can be moved.

It is drawn and moved in the browser, so it follows the hand, a finger and the arrow keys
without asking the page's server.
"""

import base64
from typing import Any

import streamlit as st

_HTML = """
<figure>
  <div class="pictures">
    <img class="after">
    <img class="before">
    <div class="line"></div>
  </div>
  <label><span class="left"></span>
    <input type="range" min="0" max="100" step="1" value="50">
    <span class="right"></span></label>
</figure>
"""
_CSS = """
figure { margin: 0; max-width: 40rem; color: var(--st-text-color); font: inherit; }
.pictures { position: relative; overflow: hidden; border-radius: 0.5rem; }
img { display: block; width: 100%; }
.before { position: absolute; inset: 0; height: 100%;
          clip-path: inset(0 calc(100% - var(--at)) 0 0); }
.line { position: absolute; top: 0; bottom: 0; left: var(--at); width: 3px; margin-left: -1.5px;
        background: white; box-shadow: 0 0 3px black; pointer-events: none; }
label { display: flex; gap: 0.75rem; align-items: center; margin-top: 0.5rem; font-size: 0.875rem; }
input { flex: 1; min-width: 6rem; min-height: 2.75rem; accent-color: var(--st-primary-color); }
input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
span { max-width: 30%; }
"""
_JS = """
export default function (component) {
  const { data, parentElement } = component;
  const find = (selector) => parentElement.querySelector(selector);
  const slider = find('input'), pictures = find('.pictures');
  for (const [side, place] of [['before', '.left'], ['after', '.right']]) {
    find('.' + side).src = data[side];
    find('.' + side).alt = data[side + '_alt'];
    find(place).textContent = data[side + '_name'];
  }
  slider.setAttribute('aria-label',
    'How much of ' + data.before_name + ' is shown over ' + data.after_name + ', in per cent');
  const show = () => {
    pictures.style.setProperty('--at', slider.value + '%');
    slider.setAttribute('aria-valuetext', slider.value + ' % ' + data.before_name);
  };
  const point = (event) => {
    if (event.buttons === 0) return;
    const box = pictures.getBoundingClientRect();
    slider.value = Math.round(100 * (event.clientX - box.left) / box.width);
    show();
  };
  pictures.style.touchAction = 'pan-y';
  pictures.onpointerdown = point;
  pictures.onpointermove = point;
  pictures.ondragstart = () => false;
  slider.oninput = show;
  show();
}
"""


def draw_before_after(
    before: tuple[str, bytes], after: tuple[str, bytes], alt: tuple[str, str]
) -> None:
    """Draw the two pictures.

    Args:
        before: what the picture on the left is called, and its PNG.
        after: the same for the one on the right.
        alt: what each shows, for those who do not see it.
    """
    component = st.cache_resource(show_spinner=False)(_component)
    component()(
        key="before_after",
        data={
            "before": _address(before[1]),
            "after": _address(after[1]),
            "before_name": before[0],
            "after_name": after[0],
            "before_alt": alt[0],
            "after_alt": alt[1],
        },
    )


def _component() -> Any:  # noqa: ANN401
    return st.components.v2.component("inkcloud_before_after", html=_HTML, css=_CSS, js=_JS)


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
