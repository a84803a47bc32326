"""A model that does not fit into memory is refused with the figures before it is loaded."""

import psutil
import pytest
import torch

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.memory import MemoryNeed, available_memory, check_memory
from inkcloud.checkpoints.opened_model import open_model
from inkcloud.domain.errors import CheckpointError
from support.tiny_checkpoints import make_tiny_sd

GIGABYTE = 10**9


@pytest.fixture
def group(tmp_path):
    """A control group inside another, without limits."""
    outer = tmp_path / "cgroup" / "outer"
    inner = outer / "inner"
    inner.mkdir(parents=True)
    for folder in (outer, inner):
        (folder / "memory.max").write_text("max\n")
        (folder / "memory.current").write_text(f"{GIGABYTE}\n")
        (folder / "memory.stat").write_text(f"anon 5\ninactive_file {GIGABYTE // 4}\n")
    (tmp_path / "membership").write_text("0::/outer/inner\n")
    return outer


def left(group):
    root = group.parent.parent
    return available_memory(root / "cgroup", root / "membership")


def test_the_weights_are_those_of_the_wanted_arithmetic(tmp_path):
    model = open_model(make_tiny_sd(tmp_path / "tiny", dtype=torch.float16))
    loaded = load_checkpoint(tmp_path / "tiny", dtype="float32")
    modules = (loaded.text_encoder, loaded.unet, loaded.vae)
    numbers = sum(weight.numel() for module in modules for weight in module.parameters())

    assert MemoryNeed.of(model, torch.float32).weights == 4 * numbers
    assert MemoryNeed.of(model, torch.bfloat16).weights == 2 * numbers
    assert MemoryNeed.of(model, torch.bfloat16).work > 0


def test_what_does_not_fit_is_refused_with_the_figures():
    need = MemoryNeed(weights=3 * GIGABYTE, work=GIGABYTE // 2)

    with pytest.raises(CheckpointError) as caught:
        check_memory(need, 2 * GIGABYTE)

    assert "3.00 GB" in caught.value.message
    assert "0.50 GB" in caught.value.message
    assert "2.00 GB are available" in caught.value.message
    assert (caught.value.field, caught.value.value) == ("memory", "3.50 GB")


def test_what_just_fits_is_accepted():
    check_memory(MemoryNeed(weights=3, work=1), 4)


def test_a_group_without_limits_leaves_what_the_machine_has(group):
    assert left(group) == pytest.approx(psutil.virtual_memory().available, rel=0.2)


@pytest.mark.parametrize("limited", [".", "inner"])
def test_the_limit_of_any_group_around_the_process_holds_and_cached_files_are_free(group, limited):
    (group / limited / "memory.max").write_text(f"{GIGABYTE * 3 // 2}\n")

    assert left(group) == GIGABYTE // 2 + GIGABYTE // 4


def test_a_group_beyond_its_limit_leaves_nothing(group):
    (group / "memory.max").write_text("1000\n")

    assert left(group) == 0


def test_a_machine_without_control_groups_is_asked_alone(tmp_path):
    found = available_memory(tmp_path / "none", tmp_path / "none")

    assert found == pytest.approx(psutil.virtual_memory().available, rel=0.2)


def test_groups_of_the_first_version_count_too(tmp_path):
    inner = tmp_path / "cgroup" / "memory" / "inner"
    inner.mkdir(parents=True)
    (inner / "memory.limit_in_bytes").write_text(f"{GIGABYTE}\n")
    (inner / "memory.usage_in_bytes").write_text(f"{GIGABYTE // 2}\n")
    (inner / "memory.stat").write_text("total_active_file 7\n")
    (tmp_path / "membership").write_text("5:devices:/\n4:cpu,memory:/inner\n0::/\n")

    assert available_memory(tmp_path / "cgroup", tmp_path / "membership") == GIGABYTE // 2 + 7


def test_a_model_larger_than_this_machine_is_refused(tmp_path):
    wide = {"sample_size": 1024, "block_out_channels": (1024, 8)}
    folder = make_tiny_sd(tmp_path / "tiny", unet_settings=wide)

    with pytest.raises(CheckpointError, match="does not fit") as caught:
        load_checkpoint(folder, dtype="float32")

    assert caught.value.field == "memory"
