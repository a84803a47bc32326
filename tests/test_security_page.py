"""`docs/security.md` names tests that exist, and a negative control for every defence."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAME = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([a-z0-9_]+)`")


def rows(page: str) -> list[list[str]]:
    """Return the cells of the table's rows."""
    lines = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named_in(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def faults(page: str) -> list[str]:
    """Return what is wrong with the page's table."""
    found = [f"{file}::{name}" for file, name in NAME.findall(page) if name not in named_in(file)]
    for attack, _, shown, off in rows(page):
        found += [attack] if not NAME.search(shown) or not NAME.search(off) else []
    return found


def test_every_defence_has_a_test_and_a_negative_control_that_exist() -> None:
    assert len(rows(PAGE)) >= 20
    assert faults(PAGE) == []


def test_every_attack_of_the_defences_tests_is_on_the_page() -> None:
    files = sorted((ROOT / "tests/defences").glob("test_*.py"))
    attacks = {
        (file.relative_to(ROOT).as_posix(), name)
        for file in files
        for name in named_in(file.relative_to(ROOT).as_posix())
        if name.startswith("test_")
    }

    assert attacks
    assert attacks - set(NAME.findall(PAGE)) == set()


def test_a_test_that_is_gone_and_a_missing_control_would_be_found() -> None:
    gone = PAGE.replace("::test_the_table_finds_an_open_door", "::test_that_is_gone")
    row = "| a | b | `tests/gateway/test_access.py::test_access` | nothing |"

    assert faults(gone) == ["tests/gateway/test_access.py::test_that_is_gone"]
    assert faults(f"{PAGE}\n{row}\n") == ["a"]
