"""Lines that go on for as long as somebody looks."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer

from inkcloud.cli.errors import INTERRUPTED
from inkcloud.cli.listing import clean


def watch(things: Iterable[Any], parts: tuple[str, ...], as_json: bool) -> None:
    """Print each thing on a line as it comes; Ctrl-C ends it without a word.

    Args:
        things: dataclasses.
        parts: the fields that people want to see, in this order.
        as_json: print all of each thing, as JSON.
    """
    try:
        for thing in things:
            if as_json:
                print(json.dumps(asdict(thing), default=str), flush=True)
            else:
                shown = (clean(getattr(thing, part)) for part in parts)
                print("  ".join(text for text in shown if text), flush=True)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
