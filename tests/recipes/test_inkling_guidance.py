"""The lesson that gives Inkling Stable Diffusion's scale of guidance."""

import sys
from pathlib import Path

import pytest
import torch

pytest.importorskip("diffusers")
sys.path.insert(0, str(Path(__file__).parents[2] / "recipes/inkling"))
from teach_guidance import SCALE, losses

EMPTY, ASKED = torch.zeros(3, 4, 8), torch.ones(3, 4, 8)


class Answers(torch.nn.Module):
    """Answers `unguided` to empty sentences and goes `way` from there for others."""

    def __init__(self, unguided: float, way: float) -> None:
        super().__init__()
        self.unguided, self.way = unguided, way

    def forward(self, noisy, timesteps, text, return_dict):
        assert len(noisy) == len(timesteps) == len(text)
        asked = text.mean((1, 2)).view(-1, 1, 1, 1)
        return (noisy * self.unguided + asked * self.way,)


def found(student: Answers) -> dict[str, float]:
    teacher = Answers(0.5, 2.0)
    noisy, timesteps = torch.randn(3, 8, 4, 4), torch.tensor([1, 500, 999])
    values = losses(student, teacher, noisy, timesteps, EMPTY, ASKED)
    return {name: value.item() for name, value in values.items()}


def test_the_teacher_goes_too_far():
    values = found(Answers(0.5, 2.0))
    assert values["unguided"] == 0
    assert values["way"] == pytest.approx(((1 - SCALE) / SCALE) ** 2)


def test_who_goes_part_of_the_way_makes_no_error():
    assert found(Answers(0.5, 2.0 * SCALE))["loss"] == pytest.approx(0, abs=1e-10)


def test_an_error_that_both_predictions_share_is_no_error_of_the_way():
    values = found(Answers(0.6, 2.0 * SCALE))
    assert values["unguided"] > 0
    assert values["way"] == pytest.approx(0, abs=1e-10)
