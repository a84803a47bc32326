"""Facts for people and programs: a table on a terminal, plain lines in a pipe, or JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_rows(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; in a pipe a line for each row, its cells parted by tabs.

    Args:
        titles: the columns' names.
        rows: as many cells each as there are titles.
    """
    texts = [[clean(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [list(titles), *texts]:
            print("\t".join(row))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_facts(facts: dict[str, object]) -> None:
    """Print names and values, one to a line; empty values are left out."""
    shown = {name: clean(value) for name, value in facts.items() if clean(value)}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        print(f"{name + ':':<{width + 1}} {value}")


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print a dataclass, or a list of them, as JSON."""
    one = isinstance(value, list | tuple)
    plain = [asdict(each) for each in value] if one else asdict(value)
    print(json.dumps(plain, indent=2, default=_plain))


def clean(value: object) -> str:
    """Return a value as one line of printable characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    text = " ".join(str(value).split())
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
