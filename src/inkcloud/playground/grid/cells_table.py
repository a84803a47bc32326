"""The table of cells in the page: real headers, and a button for each picture.

It is a component of its own because Streamlit's columns fall below each other on a phone. The
script sets texts only as text, so nothing that a prompt holds becomes a part of the page.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

_HTML = '<div class="box" tabindex="0" role="region"></div>'
_CSS = """
.box { overflow-x: auto; max-width: 100%; padding: 2px; font-family: var(--st-font);
  color: var(--st-text-color); font-size: 0.875rem; }
table { border-collapse: separate; border-spacing: 4px; }
caption { text-align: left; padding: 0 0 4px 4px; }
th { font-weight: 600; padding: 2px 4px; overflow-wrap: anywhere; }
thead th { vertical-align: bottom; max-width: 10rem; }
tbody th { position: sticky; left: 0; z-index: 1; text-align: left; min-width: 4.5rem;
  max-width: 11rem; background: var(--st-background-color); }
td { padding: 0; vertical-align: top; }
button { width: 128px; height: 128px; padding: 0; border: 2px solid transparent;
  border-radius: 8px; overflow: hidden; cursor: pointer; font: inherit; color: inherit;
  background: var(--st-secondary-background-color); display: grid; place-items: center; }
button:disabled { cursor: default; }
button:focus-visible, .box:focus-visible { outline: 3px solid var(--st-primary-color);
  outline-offset: 1px; }
button[aria-current="true"] { border-color: var(--st-primary-color); }
img { width: 100%; height: 100%; object-fit: contain; display: block; }
span { padding: 4px; }
@media (max-width: 640px) { button { width: 96px; height: 96px; } tbody th { max-width: 5.5rem; } }
"""
_JS = """
const make = (parent, tag, set = {}) =>
  parent.appendChild(Object.assign(document.createElement(tag), set));

// A long name may be broken where its words end.
const broken = (name) => name.replaceAll("_", "_\u200b").replace("SolverM", "Solver\u200bM");

function build(box, data) {
  box.replaceChildren();
  const table = make(box, "table");
  make(table, "caption", { textContent: data.caption });
  if (data.columns.some((name) => name)) {
    const head = make(make(table, "thead"), "tr");
    if (data.rows.some((row) => row.name)) make(head, "td");
    for (const name of data.columns) make(head, "th", { textContent: broken(name), scope: "col" });
  }
  const body = make(table, "tbody");
  for (const row of data.rows) {
    const line = make(body, "tr");
    if (data.rows.some((each) => each.name))
      make(line, "th", { textContent: broken(row.name), scope: "row" });
    for (const cell of row.cells)
      make(make(line, "td"), "button", { type: "button", id: "cell-" + cell.index });
  }
}

function fill(button, cell) {
  const content = JSON.stringify([cell.picture, cell.text, cell.label]);
  if (button.dataset.content !== content) {
    button.dataset.content = content;
    button.replaceChildren();
    if (cell.picture) make(button, "img", { src: cell.picture, alt: "" });
    else make(button, "span", { textContent: cell.text });
    button.setAttribute("aria-label", cell.label);
  }
  button.dataset.state = cell.state;
  button.setAttribute("aria-current", cell.opened ? "true" : "false");
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".box");
  box.setAttribute("aria-label", data.caption);
  const shape = JSON.stringify([
    data.caption, data.columns, data.rows.map((row) => [row.name, row.cells.map((c) => c.index)]),
  ]);
  if (box.dataset.shape !== shape) { build(box, data); box.dataset.shape = shape; }
  for (const row of data.rows)
    for (const cell of row.cells) {
      const button = box.querySelector("#cell-" + cell.index);
      fill(button, cell);
      button.onclick = () => setTriggerValue("opened", cell.index);
    }
}
"""


def cells_table() -> Callable[..., Any]:
    """Return the component, to be called with `data`, `key` and `on_opened_change`.

    `data` has `caption`, `columns` (names) and `rows`, each with `name` and `cells`: `index`,
    `label` for screen readers, `text` or `picture` (an address), `state`, and `opened`. The
    result's `opened` is the index of a cell that was pressed.
    """
    return st.components.v2.component("inkcloud_cells", html=_HTML, css=_CSS, js=_JS)
