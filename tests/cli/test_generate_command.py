import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from inkcloud.cli.main import app
from inkcloud.cli.output_files import output_paths, write_whole
from inkcloud.domain.errors import InvalidRequest
from support.init_images import pattern_png
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def generate(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["generate", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def record(path: str) -> dict[str, object]:
    with Image.open(path) as image:
        return json.loads(image.info["inkcloud"])


def test_a_picture_is_written_with_every_parameter_and_the_cost_is_said(tiny: Path) -> None:
    printed = generate(
        "a red cat",
        *("--negative-prompt", "blurry", "--steps", 3, "--scheduler", "euler a"),
        *("--guidance-scale", 2.5, "--seed", 7, "--width", 72, "--height", 64),
        *("--model", tiny, "--dtype", "float32", "--output", "cat.png"),
    )

    assert "cat.png  72x64, seed 7" in printed
    assert re.search(r"\d s \([\d.]+ s a step\).*peak memory \d+ MiB", printed)
    made = record("cat.png")
    assert made["prompt"] == "a red cat"
    assert made["negative_prompt"] == "blurry"
    assert made["num_inference_steps"] == 3
    assert made["scheduler"] == "K_EULER_ANCESTRAL"
    assert made["guidance_scale"] == 2.5
    assert made["seed"] == 7
    assert (made["width"], made["height"]) == (72, 64)
    assert made["dtype"] == "float32"


def test_the_same_seed_gives_the_same_file_and_output_replaces_it(tiny: Path) -> None:
    arguments = ("a cat", "--model", tiny, "--steps", 2, "--output", "x.png", "--seed")
    generate(*arguments, 1)
    first = Path("x.png").read_bytes()

    generate(*arguments, 2)
    second = Path("x.png").read_bytes()
    generate(*arguments, 1)

    assert Path("x.png").read_bytes() == first != second
    assert [path.name for path in Path().iterdir()] == ["x.png"]


def test_several_pictures_get_numbers_and_seeds_in_a_row(tiny: Path) -> None:
    generate(
        "a cat", "--model", tiny, "--steps", 2, "--images", 2, "--seed", 5, "--output", "x.png"
    )

    assert record("x-0.png")["seed"] == 5
    assert record("x-1.png")["seed"] == 6


def test_without_a_seed_a_random_one_is_used_and_named(tiny: Path) -> None:
    printed = generate("a cat", "--model", tiny, "--steps", 1)

    seed = int(re.search(r"seed (\d+)", printed)[1])
    assert record(f"inkcloud-{seed}.png")["seed"] == seed


def test_a_picture_begins_as_an_image(tiny: Path) -> None:
    Path("start.png").write_bytes(pattern_png(72, 64))
    options = ("--model", tiny, "--steps", 4, "--seed", 3)

    printed = generate("a cat", *options, "--image", "start.png", "--output", "from.png")
    generate("a cat", *options, "--width", 72, "--height", 64, "--output", "without.png")

    assert "from.png  72x64" in printed
    assert record("from.png")["strength"] == 0.8
    assert len(str(record("from.png")["image_sha256"])) == 64
    assert Path("from.png").read_bytes() != Path("without.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--image", "none.png"), "--image was 'none.png'"),
        (("--image", "words.png"), "--image was '5 bytes'"),
        (("--strength", "0"), "--strength was 0.0"),
        (("--variation-strength", "2"), "--variation-strength was 2.0"),
        (("--variation-strength", "0.5"), "--variation-seed is missing"),
    ],
)
def test_an_image_or_strength_that_will_not_do_is_named(
    options: tuple[str, str], said: str
) -> None:
    Path("words.png").write_bytes(b"words")

    result = CliRunner().invoke(app, ["generate", "a cat", *options])

    assert result.exit_code == 2
    assert said in result.stderr


def test_options_come_from_the_environment(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKCLOUD_MODEL", str(tiny))
    monkeypatch.setenv("INKCLOUD_STEPS", "2")
    monkeypatch.setenv("INKCLOUD_OUTPUT", "from-environment.png")

    generate("a cat")

    assert record("from-environment.png")["num_inference_steps"] == 2


def test_a_name_of_our_own_choice_hides_no_file(tmp_path: Path) -> None:
    Path("inkcloud-9.png").touch()
    Path("inkcloud-9-again2.png").touch()

    assert output_paths(None, 9, 1) == [Path("inkcloud-9-again3.png")]
    assert output_paths(Path("inkcloud-9.png"), 9, 1) == [Path("inkcloud-9.png")]


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "picture.png"
    target.mkdir()

    with pytest.raises(InvalidRequest, match="cannot be written"):
        write_whole(target, b"png")

    assert list(tmp_path.iterdir()) == [target]


def test_control_c_stops_it_cleanly_and_writes_nothing(tiny: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "inkcloud.cli.main", "generate", "a cat"]
    options = ["--model", str(tiny), "--steps", "500", "--images", "16", "--output", "x.png"]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "Drawing.\n"

    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=180)

    assert process.returncode == 130
    assert rest == "inkcloud: stopped; nothing was written.\n"
    assert not list(tmp_path.glob("*.png"))
