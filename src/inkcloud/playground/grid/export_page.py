"""A run as one HTML file that needs neither a network nor a script."""

from collections.abc import Callable
from html import escape

from inkcloud.playground.cells.definition import Cell, CellsDefinition
from inkcloud.playground.grid.arrangement import Arrangement, Table, cell_label
from inkcloud.playground.grid.drawn_cell import DrawnCell
from inkcloud.playground.grid.thumbnails import data_address

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 1.5rem; line-height: 1.45; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
.box { overflow-x: auto; }
table { border-spacing: 6px; }
th { text-align: left; vertical-align: top; max-width: 12rem; overflow-wrap: anywhere; }
tbody th { position: sticky; left: 0; background: Canvas; }
td { vertical-align: top; }
summary { cursor: pointer; list-style-position: outside; }
td img { width: 128px; height: auto; border-radius: 6px; }
details[open] img { width: auto; max-width: min(90vw, 768px); }
dl { display: grid; grid-template-columns: max-content minmax(8rem, 28rem); gap: 2px 10px;
  font-size: 0.85rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
"""


def grid_html(
    definition: CellsDefinition,
    arrangement: Arrangement,
    drawn_of: Callable[[Cell], DrawnCell],
) -> str:
    """Return the page's text: every picture, its parameters readable beside it.

    Args:
        definition: what was drawn.
        arrangement: which axis goes where.
        drawn_of: returns what became of a cell.
    """
    titles = arrangement.tab_labels(definition)
    parts = []
    for tab, title in enumerate(titles or ("",)):
        if title:
            parts.append(f"<h2>{escape(title)}</h2>")
        parts.append(_table(definition, arrangement.table(definition, tab), drawn_of))
    return html_page(
        f"Grid: {definition.prompt}",
        f"<p>{definition.count} pictures; open one to see it large with its parameters. "
        f"Arranged: {escape(arrangement.label(definition) or 'one picture')}.</p>"
        + "\n".join(parts),
    )


def html_page(title: str, body: str) -> str:
    """Return a whole HTML page that loads nothing from anywhere.

    Args:
        title: plain text.
        body: HTML.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}"
        "<p>Made with Inkcloud.</p></main></body></html>\n"
    )


def definition_list(facts: dict[str, str]) -> str:
    """Return names and values as HTML."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()
    )
    return f"<dl>{rows}</dl>"


def _table(definition: CellsDefinition, table: Table, drawn_of: Callable[[Cell], DrawnCell]) -> str:
    corner = "<td></td>" if any(table.rows) else ""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    head = f"<thead><tr>{corner}{columns}</tr></thead>" if any(table.columns) else ""
    rows = []
    for name, cells in zip(table.rows, table.cells, strict=True):
        label = f'<th scope="row">{escape(name)}</th>' if any(table.rows) else ""
        filled = "".join(f"<td>{_cell(definition, drawn_of(cell))}</td>" for cell in cells)
        rows.append(f"<tr>{label}{filled}</tr>")
    body = "\n".join(rows)
    return f'<div class="box"><table>{head}<tbody>{body}</tbody></table></div>'


def _cell(definition: CellsDefinition, drawn: DrawnCell) -> str:
    if drawn.picture is None:
        return "not drawn"
    label = escape(cell_label(definition, drawn.cell) or drawn.cell.prompt, quote=True)
    source = data_address(drawn.picture, "image/png")
    facts = definition_list(drawn.facts())
    image = f'<img src="{source}" alt="{label}">'
    return f"<details><summary>{image}</summary>{facts}</details>"
