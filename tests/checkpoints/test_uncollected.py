"""The garbage collector pauses while a model is loaded, and only then."""

import gc

import pytest

from inkcloud.checkpoints import load
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.domain.errors import CheckpointError
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(autouse=True)
def collecting():
    gc.enable()
    yield
    gc.enable()


def test_it_pauses_while_weights_are_read_and_goes_on_after(tmp_path, monkeypatch):
    seen = []
    check = load.check_memory
    monkeypatch.setattr(
        load, "check_memory", lambda *given: (seen.append(gc.isenabled()), check(*given))
    )

    load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype="float32")

    assert seen == [False]
    assert gc.isenabled()


def test_it_goes_on_after_a_failure(tmp_path):
    with pytest.raises(CheckpointError):
        load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype="float32", expected_sha256="0" * 64)

    assert gc.isenabled()


def test_whoever_switched_it_off_keeps_it_off():
    gc.disable()
    with uncollected():
        pass

    assert not gc.isenabled()


def test_what_a_process_does_once_is_not_looked_through_again():
    class Ring:
        def __init__(self):
            self.me = self

    before = gc.get_freeze_count()
    try:
        with uncollected(once=True):
            kept = Ring()
        assert gc.get_freeze_count() > before
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()
