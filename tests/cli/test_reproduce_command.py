import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner, Result

from inkcloud.cli.comparison import compare
from inkcloud.cli.main import app
from support.init_images import pattern_png
from support.tiny_checkpoints import make_tiny_sd

ARGUMENTS = ["--steps", "3", "--seed", "3", "--dtype", "float32", "--output", "x.png"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def picture(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("pictures") / "x.png"
    arguments = ["--model", str(tiny), *ARGUMENTS[:-1], str(path)]
    assert CliRunner().invoke(app, ["generate", "a cat", *arguments]).exit_code == 0
    return path.read_bytes()


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.png").write_bytes(picture)


def reproduce(model: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["reproduce", "x.png", "--model", str(model), *options])


def rewrite(*, change_pixel_by: int = 0, **changes: object) -> None:
    with Image.open("x.png") as image:
        record = json.loads(image.info["inkcloud"])
        pixels = np.asarray(image).copy()
    value = int(pixels[0, 0, 0])
    pixels[0, 0, 0] = value + change_pixel_by if value < 128 else value - change_pixel_by
    chunks = PngInfo()
    chunks.add_itxt("inkcloud", json.dumps({**record, **changes}))
    Image.fromarray(pixels).save("x.png", pnginfo=chunks)


def test_the_same_build_gives_the_same_bytes(tiny: Path) -> None:
    result = reproduce(tiny)

    assert result.exit_code == 0, result.output
    assert result.stdout == "x.png: identical, byte for byte.\n"


def test_a_file_saved_anew_has_identical_pixels_and_the_versions_are_compared(tiny: Path) -> None:
    rewrite(versions={"inkcloud": "0.0.1"})

    result = reproduce(tiny)

    assert result.exit_code == 0
    assert "identical in every pixel" in result.stdout
    assert "version of inkcloud: then 0.0.1, now " in result.stdout


@pytest.mark.parametrize(
    ("levels", "words", "code"),
    [(1, "equal within 1 level", 0), (2, "different: by up to 2 levels", 1)],
)
def test_a_changed_pixel_is_found(tiny: Path, levels: int, words: str, code: int) -> None:
    rewrite(change_pixel_by=levels)

    result = reproduce(tiny)

    assert result.exit_code == code
    assert words in result.stdout


def test_another_model_gives_another_picture_and_is_named(tmp_path: Path) -> None:
    other = make_tiny_sd(tmp_path / "other", seed=1)

    result = reproduce(other)

    assert result.exit_code == 1
    assert "different: by up to" in result.stdout
    assert "model: then tiny, now other" in result.stdout
    assert "model files: then " in result.stdout


def test_a_model_that_is_not_here_is_asked_for() -> None:
    result = CliRunner().invoke(app, ["reproduce", "x.png"])

    assert result.exit_code == 2
    assert "--model was 'tiny'" in result.stderr


def test_a_varied_picture_is_rendered_again(tiny: Path) -> None:
    variation = ("--variation-seed", "8", "--variation-strength", "0.4")
    plain = Path("x.png").read_bytes()
    arguments = ["a cat", "--model", str(tiny), *variation, *ARGUMENTS]
    assert CliRunner().invoke(app, ["generate", *arguments]).exit_code == 0

    result = reproduce(tiny)

    assert Path("x.png").read_bytes() != plain
    assert result.stdout == "x.png: identical, byte for byte.\n"


@pytest.fixture
def from_an_image(tiny: Path) -> None:
    Path("start.png").write_bytes(pattern_png(64, 64))
    Path("other.png").write_bytes(pattern_png(64, 64, seed=1))
    arguments = ["a cat", "--model", str(tiny), "--image", "start.png", "--strength", "0.6"]
    assert CliRunner().invoke(app, ["generate", *arguments, *ARGUMENTS]).exit_code == 0


@pytest.mark.usefixtures("from_an_image")
def test_a_picture_that_began_as_an_image_is_rendered_again_from_its_file(tiny: Path) -> None:
    result = reproduce(tiny, "--image", "start.png")

    assert result.exit_code == 0, result.output
    assert result.stdout == "x.png: identical, byte for byte.\n"


@pytest.mark.usefixtures("from_an_image")
def test_the_image_is_asked_for_by_its_hash(tiny: Path) -> None:
    result = reproduce(tiny)

    assert result.exit_code == 2
    assert "--image is missing; allowed: the file with SHA-256 " in result.stderr


@pytest.mark.usefixtures("from_an_image")
def test_another_image_is_refused(tiny: Path) -> None:
    result = reproduce(tiny, "--image", "other.png")

    assert result.exit_code == 2
    assert "not the image that the picture began as" in result.stderr


def test_an_image_for_a_picture_that_began_as_none_is_refused(tiny: Path) -> None:
    result = reproduce(tiny, "--image", "x.png")

    assert result.exit_code == 2
    assert "did not begin as an image" in result.stderr


def test_a_picture_without_a_record_is_refused(tiny: Path) -> None:
    Image.new("RGB", (64, 64)).save("x.png")

    result = reproduce(tiny)

    assert result.exit_code == 2
    assert "no Inkcloud record" in result.stderr


def test_pictures_of_different_sizes_are_different() -> None:
    small, large = np.zeros((8, 8, 3), np.uint8), np.zeros((8, 16, 3), np.uint8)

    comparison = compare(small, large, same_bytes=False)

    assert not comparison.good
    assert "different sizes" in comparison.sentence
