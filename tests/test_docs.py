import re
import subprocess
from pathlib import Path

import pytest
import typer.main

from inkcloud.bootstrap.announce import curl_line
from inkcloud.bootstrap.settings import ENDPOINT, UpSettings
from inkcloud.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PAGES = {"README.md": README, "ARCHITECTURE.md": ARCHITECTURE}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands(program: str) -> list[str]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.split()[0] == program]


def test_the_curl_block_is_what_up_prints() -> None:
    settings = UpSettings()
    predict = f"{settings.address(settings.port)}/endpoints/{ENDPOINT}/predict"

    assert commands("curl")[0] == curl_line(predict, None)


@pytest.mark.parametrize("command", commands("inkcloud"))
def test_every_inkcloud_command_of_the_readme_parses(command: str) -> None:
    words = re.findall(r'"[^"]*"|\S+', command)[1:]
    arguments = [word.strip('"') for word in words]

    if arguments[-1] != "--help":
        group = typer.main.get_command(app)
        context = group.make_context("inkcloud", list(arguments), resilient_parsing=False)
        name, found, rest = group.resolve_command(context, arguments)
        while hasattr(found, "resolve_command"):  # a group, such as `endpoints`
            context = found.make_context(name, list(rest), parent=context)
            name, found, rest = found.resolve_command(context, rest)
        assert found is not None
        assert found.make_context(name, list(rest), parent=context).params is not None


def test_every_make_target_of_the_readme_exists() -> None:
    named = set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)$", README, re.M))
    named = {word for words in named for word in words if word}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))

    assert {"run", "test", "help"} <= named
    assert named <= targets


@pytest.mark.parametrize("target", ["run", "test", "check", "fix", "bench"])
def test_make_help_lists_the_target(target: str) -> None:
    page = subprocess.check_output(["make", "help"], cwd=ROOT, text=True)

    assert re.search(rf"make {target} +[A-Z].*\.$", page, re.M)


def test_the_python_block_uses_only_what_there_is() -> None:
    [block] = blocks("python")
    imports = [line for line in block.splitlines() if line.startswith("from inkcloud")]

    compile(block, "README.md", "exec")
    assert imports
    for line in imports:
        exec(line, {})


@pytest.mark.parametrize("name", PAGES)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGES[name])
    files = [link for link in links if "://" not in link]

    missing = [link for link in files if not (ROOT / link).exists()]
    assert not missing


def test_every_path_in_the_architecture_table_exists() -> None:
    table = [line for line in ARCHITECTURE.splitlines() if line.startswith("| ")]
    paths = [path for line in table for path in re.findall(r"`([^` ]+/[^` ]+)`", line)]

    missing = [path for path in paths if not (ROOT / path).exists()]
    assert len(paths) > 20
    assert not missing


def test_the_layers_in_the_architecture_are_those_that_are_checked() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^layers = \[(.*?)^\]", pyproject, re.M | re.S)
    assert block is not None

    for layer in re.findall(r'"(.+?)"', block[1]):
        assert re.search(rf"^{re.escape(layer)}  ", ARCHITECTURE, re.M), layer


def test_every_installed_version_is_pinned_once() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]

    names = [re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins]
    assert len(names) == len(set(names))
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", pin), pin


def test_the_notice_names_every_source_of_the_built_in_model() -> None:
    sources = (ROOT / "recipes/inkling/sources.py").read_text(encoding="utf-8")
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")

    packages = re.findall(r'IconSet\("([^"]+)", "([^"]+)"', sources)
    assert packages
    for name, version in packages:
        assert f"{name} {version}" in notice, name
