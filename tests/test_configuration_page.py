"""`docs/configuration.md` names every option of every command and every variable."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from inkcloud.cli.main import app
from inkcloud.gateway.call_options import DEADLINE_HEADER, KEY_HEADER
from inkcloud.gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "src/inkcloud").rglob("*.py"))


def commands(group: Any, name: str = "inkcloud") -> Iterator[tuple[str, Any]]:
    for word, command in sorted(getattr(group, "commands", {}).items()):
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def rows(command: Any) -> list[str]:
    """Return the rows that a command's table must have, without what they mean."""
    found = []
    for option in command.params:
        if option.param_type_name == "option":
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            found.append(f"| {names} | `{option.envvar}` |")
    return found


def missing(page: str, name: str) -> list[str]:
    section = re.search(rf"^### `{re.escape(name)}.*?`$(.*?)(?=^##|\Z)", page, re.M | re.S)
    text = section[1] if section else ""
    return (
        [row for row in rows(COMMANDS[name]) if row not in text] if section else [f"### `{name}`"]
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_on_the_page(name):
    assert missing(PAGE, name) == []


def test_an_option_that_is_not_on_the_page_would_be_found():
    page = PAGE.replace("| `--data-dir` | `INKCLOUD_DATA_DIR` |", "| |")

    assert missing(page, "inkcloud up") == ["| `--data-dir` | `INKCLOUD_DATA_DIR` |"]


def test_every_command_on_the_page_exists():
    named = re.findall(r"^### `(inkcloud [a-z -]+?)( [A-Z:a-z]*[A-Z].*)?`$", PAGE, re.M)

    assert {name for name, _ in named} == set(COMMANDS)


def test_every_variable_of_the_sources_is_on_the_page():
    used = {
        name
        for path in SOURCES
        for name in re.findall(r"\bINKCLOUD_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))
    }

    assert len(used) > 20
    assert sorted(name for name in used if f"`{name}`" not in PAGE) == []


def test_every_bound_of_the_gateway_and_its_headers_are_on_the_page():
    settings = Settings()

    assert f"{settings.body_bytes // 1024**2} MB" in PAGE
    assert f"{settings.image_body_bytes // 1024**2} MB" in PAGE
    assert f"`{DEADLINE_HEADER}`" in PAGE
    assert f"`{KEY_HEADER}`" in PAGE
