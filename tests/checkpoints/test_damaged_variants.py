"""Flipped and truncated models are refused, or render what the whole model renders.

A short form of benchmarks/damaged_models.py.
"""

import pytest
import torch

from support.damaged_models import GOOD, NOTICED, REFUSED, DamagedModels
from support.narrow_checkpoints import make_narrow_sd
from support.original_layout import write_single_file
from support.tiny_checkpoints import make_tiny_sd

FOLDER_VARIANTS = 64
FILE_VARIANTS = 24


@pytest.fixture(scope="module")
def damaged_folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("folder")
    return DamagedModels(make_tiny_sd(root / "model"), root / "scratch")


@pytest.fixture(scope="module")
def damaged_file(tmp_path_factory):
    root = tmp_path_factory.mktemp("file")
    (root / "scratch").mkdir()
    folder = make_narrow_sd(root / "folder", version=1, small=True)
    file = write_single_file(folder, root / "model.safetensors", dtype=torch.float16)
    return DamagedModels(file, root / "scratch")


@pytest.mark.slow
def test_damaged_folders_are_refused_and_never_render_something_else(damaged_folder):
    verdicts = [damaged_folder.variant(seed) for seed in range(FOLDER_VARIANTS)]

    assert [verdict for verdict in verdicts if verdict.outcome not in GOOD] == []
    assert {verdict.outcome for verdict in verdicts} == GOOD
    # The fingerprint is needed: some of the damage is seen by nothing else.
    assert "another picture" in {verdict.unrecorded for verdict in verdicts}


@pytest.mark.slow
def test_damaged_files_are_refused_and_never_render_something_else(damaged_file):
    verdicts = [damaged_file.variant(seed) for seed in range(FILE_VARIANTS)]

    assert [verdict for verdict in verdicts if verdict.outcome not in GOOD] == []
    assert {REFUSED, NOTICED} <= {verdict.outcome for verdict in verdicts}
