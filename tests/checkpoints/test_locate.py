from pathlib import Path

import pytest

import inkcloud
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.domain.errors import CheckpointError


def test_the_builtin_model_is_inside_the_package():
    expected = Path(inkcloud.__file__).parent / "builtin" / "inkling"

    assert locate(BUILTIN) == expected


def test_a_path_is_made_absolute(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)

    assert locate("model") == tmp_path / "model"


def test_the_home_folder_may_be_short(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))

    assert locate("~/model") == tmp_path / "model"


@pytest.mark.parametrize("name", ["no-such-model", "", "  ", "a\0b", "~nobody-here/x", "x" * 5000])
def test_an_unknown_model_says_what_is_known(name):
    with pytest.raises(CheckpointError) as caught:
        locate(name)

    assert caught.value.field == "model"
    assert BUILTIN in str(caught.value.allowed)
