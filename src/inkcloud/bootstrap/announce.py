"""What `inkcloud up` says while it starts."""

import json
import shlex
from pathlib import Path
from typing import Any

from rich.console import Console

EXAMPLE: dict[str, Any] = {
    "prompt": "A photo of an octopus playing chess",
    "negative_prompt": "",
    "guidance_scale": 7.5,
    "num_inference_steps": 20,
    "solver": "DPMSolverMultistep",
    "seed": 42,
}


def curl_line(predict_url: str, token_file: Path | None) -> str:
    """Return a shell command that asks an endpoint for the example picture.

    Args:
        predict_url: the endpoint's predict address.
        token_file: where the token is kept, if the endpoint asks for one.
    """
    authorization = ""
    if token_file is not None:
        authorization = f' -H "authorization: Bearer $(cat {shlex.quote(str(token_file))})"'
    body = json.dumps(EXAMPLE, separators=(",", ":"))
    return (
        f"curl -s -X POST {shlex.quote(predict_url)} -H 'content-type: application/json'"
        f"{authorization} -d {shlex.quote(body)}"
    )


class Announcer:
    """Prints plain lines that can be copied whole; coloured on a terminal only."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def say(self, text: str) -> None:
        """Print one sentence."""
        self._print(text)

    def fact(self, name: str, value: str) -> None:
        """Print a name and its value, aligned with the other facts."""
        self._print(f"  {name + ':':<12} {value}", style="bold")

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
        self._console.file.flush()
