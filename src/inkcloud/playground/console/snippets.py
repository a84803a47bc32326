"""Ready pieces of code that ask an endpoint what was just asked."""

import json
import pprint
import shlex
from dataclasses import dataclass
from typing import Any

TOKEN_VARIABLE = "INKCLOUD_TOKEN"
REQUEST_FILE = "request.json"
_LONGEST_BODY = 4000


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A piece of code.

    Attributes:
        title: what it is for.
        language: its language, for colours.
        code: the code; it reads the token from INKCLOUD_TOKEN.
    """

    title: str
    language: str
    code: str


def snippets(url: str, inputs: dict[str, Any], *, private: bool) -> tuple[Snippet, ...]:
    """Return the request for a shell, for Python and for JavaScript.

    A body too long to paste, for example one with a picture, is read from `request.json`.

    Args:
        url: the method's whole address.
        inputs: the request's body.
        private: whether it needs a token.
    """
    return (
        Snippet(title="curl", language="bash", code=curl(url, inputs, private=private)),
        Snippet(title="Python", language="python", code=python(url, inputs, private=private)),
        Snippet(
            title="JavaScript", language="javascript", code=javascript(url, inputs, private=private)
        ),
    )


def curl(url: str, inputs: dict[str, Any], *, private: bool) -> str:
    """Return a shell command."""
    body = f"@{REQUEST_FILE}" if too_long(inputs) else json.dumps(inputs)
    lines = [f"curl -sS --fail-with-body -X POST {shlex.quote(url)}"]
    if private:
        lines.append(f'-H "Authorization: Bearer ${TOKEN_VARIABLE}"')
    lines += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body)}"]
    return " \\\n  ".join(lines)


def python(url: str, inputs: dict[str, Any], *, private: bool) -> str:
    """Return a Python script that needs nothing but Python."""
    body = f'json.load(open("{REQUEST_FILE}"))' if too_long(inputs) else _literal(inputs)
    lines = ["import json", *(["import os"] if private else []), "import urllib.request", ""]
    lines += [f"inputs = {body}", "request = urllib.request.Request(", f"    {json.dumps(url)},"]
    lines += ["    data=json.dumps(inputs).encode(),", "    headers={"]
    lines += ['        "Content-Type": "application/json",']
    if private:
        lines.append(f'        "Authorization": "Bearer " + os.environ["{TOKEN_VARIABLE}"],')
    lines += ["    },", ")", "with urllib.request.urlopen(request) as response:"]
    lines += ["    answer = json.load(response)", "print(str(answer)[:1000])"]
    return "\n".join(lines)


def javascript(url: str, inputs: dict[str, Any], *, private: bool) -> str:
    """Return a script for Node 18 or newer."""
    read = f'await readFile("{REQUEST_FILE}", "utf8")'
    body = read if too_long(inputs) else f"JSON.stringify({json.dumps(inputs, indent=2)})"
    lines = ['import { readFile } from "node:fs/promises";', ""] if too_long(inputs) else []
    lines += [f"const response = await fetch({json.dumps(url)}, {{", '  method: "POST",']
    lines += ["  headers: {", '    "Content-Type": "application/json",']
    if private:
        lines.append(f"    Authorization: `Bearer ${{process.env.{TOKEN_VARIABLE}}}`,")
    lines += ["  },", f"  body: {body},", "});"]
    lines += ["if (!response.ok) throw new Error(await response.text());"]
    lines += ["console.log(JSON.stringify(await response.json()).slice(0, 1000));"]
    return "\n".join(lines)


def too_long(inputs: dict[str, Any]) -> bool:
    """Say whether a body is too long to be pasted."""
    return len(json.dumps(inputs)) > _LONGEST_BODY


def _literal(inputs: dict[str, Any]) -> str:
    return pprint.pformat(inputs, width=88, sort_dicts=False)
