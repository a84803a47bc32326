"""Every client's name for a sampler is understood."""

import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName


@pytest.mark.parametrize(
    ("name", "sampler"),
    [
        ("PNDM", SamplerName.PNDM),
        ("PLMS", SamplerName.PNDM),
        ("KLMS", SamplerName.KLMS),
        ("LMS", SamplerName.KLMS),
        ("ddim", SamplerName.DDIM),
        ("K_EULER", SamplerName.K_EULER),
        ("Euler", SamplerName.K_EULER),
        ("Euler a", SamplerName.K_EULER_ANCESTRAL),
        ("EulerAncestralDiscreteScheduler", SamplerName.K_EULER_ANCESTRAL),
        ("DPMSolverMultistep", SamplerName.DPM_SOLVER_MULTISTEP),
        ("DPM_SOLVER_MULTISTEP", SamplerName.DPM_SOLVER_MULTISTEP),
        ("DPM++ 2M", SamplerName.DPM_SOLVER_MULTISTEP),
        (" K_DPMPP_2M ", SamplerName.DPM_SOLVER_MULTISTEP),
    ],
)
def test_names_and_aliases(name, sampler):
    assert SamplerName.parse(name) is sampler


@pytest.mark.parametrize("name", ["", "HEUN", None, 3, ["DDIM"], "DDIM\0"])
def test_other_names_are_refused_with_the_six_that_exist(name):
    with pytest.raises(InvalidRequest) as caught:
        SamplerName.parse(name, field="solver")

    assert caught.value.field == "solver"
    assert all(sampler in caught.value.allowed for sampler in SamplerName)
