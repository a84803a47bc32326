"""What makes two jobs ask for the same."""

import pytest

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import Job


def job(**changes):
    request = GenerationRequest(prompt="x", seed=1).as_mapping() | changes
    return Job(id="gen_1", endpoint="mine", request=request)


def test_a_job_of_a_version_that_did_not_know_a_field_asks_the_same():
    older = {name: value for name, value in job().request.items() if "variation" not in name}

    assert job().asks_the_same(Job(id="gen_2", endpoint="mine", request=older))


@pytest.mark.parametrize(
    "changes",
    [{"seed": 2}, {"variation_seed": 1, "variation_strength": 0.5}, {"guidance_scale": 1}],
)
def test_a_job_with_another_value_asks_for_something_else(changes):
    assert not job().asks_the_same(job(**changes))
