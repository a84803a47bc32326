import json
import math

import pytest

from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.wire import problem


def test_a_problem_says_what_failed_what_came_and_what_is_allowed():
    error = InvalidRequest("Too many.", field="num_images", value=17, allowed="1 to 16")

    assert problem.encode(error, "req_1") == {
        "type": "urn:inkcloud:problem:invalid_request",
        "title": "A value is not allowed",
        "status": 422,
        "detail": "Too many.",
        "code": "invalid_request",
        "request_id": "req_1",
        "field": "num_images",
        "value": 17,
        "allowed": "1 to 16",
    }


def test_members_that_do_not_apply_are_absent():
    assert not {"field", "value", "allowed"} & set(problem.encode(NotFound("No."), "r"))


@pytest.mark.parametrize(
    ("value", "shown"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")]
)
def test_numbers_that_json_lacks_are_shown_as_text(value, shown):
    data = problem.encode(InvalidRequest("No.", field="seed", value=value), "r")

    assert json.loads(problem.dump(data))["value"] == shown


def test_half_a_surrogate_pair_stays_legal_json():
    assert problem.dump({"value": "\ud800\u2028"}) == rb'{"value":"\ud800\u2028"}'
