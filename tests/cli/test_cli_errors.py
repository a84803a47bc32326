import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inkcloud.cli.errors import complain
from inkcloud.cli.main import app
from inkcloud.domain.errors import InvalidRequest
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def assert_plain(result: Result, *words: str) -> None:
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert 1 <= len(lines) <= 4, lines
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scheduler", "FOO"], ["--scheduler", "'FOO'", "K_EULER_ANCESTRAL"]),
        (["--steps", "0"], ["--steps was 0", "1 to 500"]),
        (["--steps", "501"], ["--steps was 501", "1 to 500"]),
        (["--steps", "many"], ["--steps was 'many'", "a whole number", "generate --help"]),
        (["--guidance-scale", "x"], ["--guidance-scale was 'x'", "a number"]),
        (["--guidance-scale", "0.5"], ["--guidance-scale was 0.5", "1 to 20"]),
        (["--guidance-scale", "20.1"], ["--guidance-scale was 20.1", "1 to 20"]),
        (["--guidance-scale", "nan"], ["--guidance-scale was nan", "1 to 20"]),
        (["--seed", "-1"], ["--seed was -1", "0 to 18446744073709551615"]),
        (["--seed", str(2**64)], ["--seed was 18446744073709551616"]),
        (["--seed", str(2**64 - 1), "--images", "2"], ["--seed", "18446744073709551614"]),
        (["--width", "63"], ["--width was 63", "64 to 2048"]),
        (["--height", "4096"], ["--height was 4096", "64 to 2048"]),
        (["--images", "0"], ["--images was 0", "1 to 16"]),
        (["--images", str(2**40)], ["--images was", "1 to 16"]),
        (["--negative-prompt", "x" * 5000], ["--negative-prompt", "4096 bytes"]),
        (["--model", "no-such-model"], ["--model was 'no-such-model'", "inkling"]),
        (["--model", ""], ["--model", "inkling"]),
        (["--output", "missing/x.png"], ["--output", "folder does not exist"]),
        (["--output", "."], ["--output", ".png"]),
        (["--output", "picture.jpg"], ["--output was 'picture.jpg'", ".png"]),
        (["--colour", "red"], ["--colour"]),
    ],
)
def test_generate_names_the_bad_option_its_value_and_what_is_allowed(
    arguments: list[str], words: list[str]
) -> None:
    result = run("generate", "octopus", *arguments)

    assert_plain(result, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate"], "PROMPT is missing."),
        (["generate", "a", "b"], "There is an argument too many: b."),
        (["generate", "a", "--steps"], "'--steps' requires an argument."),
        (["genrate"], "Did you mean 'generate'?"),
    ],
)
def test_words_that_make_no_command_are_told_plainly(arguments: list[str], words: str) -> None:
    result = run(*arguments)

    assert_plain(result, words)
    assert "Usage:" not in result.stderr


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 5000, "a\0b", "\ud800"])
def test_generate_refuses_a_prompt_that_is_none(prompt: str) -> None:
    result = run("generate", prompt)

    assert_plain(result, "PROMPT", "allowed")


def test_generate_refuses_a_size_that_the_model_cannot_draw(tiny: Path) -> None:
    result = run("generate", "octopus", "--model", tiny, "--width", "65")

    assert_plain(result, "--width was 65", "a multiple of 8")


def test_generate_refuses_an_unknown_dtype(tiny: Path) -> None:
    result = run("generate", "octopus", "--model", tiny, "--dtype", "int8")

    assert_plain(result, "--dtype was 'int8'", "bfloat16")


def test_generate_refuses_a_folder_that_is_no_model(tmp_path: Path) -> None:
    result = run("generate", "octopus", "--model", tmp_path)

    assert_plain(result)


def test_a_bad_value_in_the_environment_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKCLOUD_STEPS", "501")

    result = run("generate", "octopus")

    assert_plain(result, "--steps was 501")


@pytest.mark.parametrize(
    ("name", "content"),
    [("missing.png", None), ("text.png", b"no picture"), ("cut.png", b"\x89PNG\r\n\x1a\n\0\0")],
)
def test_reproduce_refuses_what_is_no_picture_of_ours(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    result = run("reproduce", name)

    assert_plain(result)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], ["--port was '70000'", "0 to 65535"]),
        (["--port", "eighty"], ["--port was 'eighty'", "0 to 65535"]),
        (["--host", "not an address"], ["--host was 'not an address'", "127.0.0.1"]),
        (["--host", "192.0.2.1"], ["--host was '192.0.2.1'", "127.0.0.1"]),
        (["--model", "no-such-model"], ["--model was 'no-such-model'", "inkling"]),
        (["--data-dir", "/dev/null/x"], ["--data-dir was '/dev/null/x'"]),
    ],
)
def test_up_names_the_bad_option_before_it_starts_anything(
    arguments: list[str], words: list[str]
) -> None:
    result = run("up", "--port", "0", "--playground-port", "0", *arguments)

    assert_plain(result, *words)


def test_an_unexpected_error_is_one_plain_line_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = complain(ZeroDivisionError("division\nby zero"))

    printed = capsys.readouterr().err
    assert code == 1
    assert "ZeroDivisionError: division by zero" in printed
    assert "Traceback" not in printed
    monkeypatch.setenv("INKCLOUD_DEBUG", "1")
    complain(ZeroDivisionError("division by zero"))
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_control_characters_of_a_value_never_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    complain(InvalidRequest("No.", field="prompt", value="\x1b[31mred", allowed="words"))

    assert "\x1b" not in capsys.readouterr().err


def test_help_and_version_load_no_tensors() -> None:
    script = (
        "import sys, inkcloud.cli.main\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'fastapi', 'streamlit', 'sqlalchemy'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)).__repr__() if heavy & set(sys.modules) else 0)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"inkcloud \d+\.\d+\.\d+\n", run("--version").stdout)


@pytest.mark.parametrize("command", ["up", "generate", "reproduce"])
def test_every_option_has_an_environment_variable(command: str) -> None:
    page = CliRunner().invoke(app, [command, "--help"], terminal_width=200).stdout

    whole = re.sub(r"\n {20,}", " ", page)
    options = [line for line in whole.splitlines() if re.match(r"\s+--", line)]
    assert options
    for option in options:
        assert "INKCLOUD_" in option, option
