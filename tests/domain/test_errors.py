"""Errors explain themselves and cross processes."""

import json

import pytest

from inkcloud.domain.errors import InkcloudError, InvalidRequest, ReplicaLost, shorten


def test_an_error_comes_back_as_its_own_kind():
    error = InvalidRequest("Too many.", field="steps", value=501, allowed="1 to 500")

    back = InkcloudError.from_dict(json.loads(json.dumps(error.as_dict())))

    assert type(back) is InvalidRequest
    assert (back.message, back.field, back.value, back.allowed) == (
        "Too many.",
        "steps",
        501,
        "1 to 500",
    )


def test_an_error_of_a_newer_version_is_still_an_error():
    back = InkcloudError.from_dict({"code": "from_the_future", "message": "What now?"})

    assert type(back) is InkcloudError
    assert back.message == "What now?"


def test_a_missing_value_is_told_apart_from_an_unnamed_field():
    assert "value" in InvalidRequest("x", field="prompt").as_dict()
    assert "value" not in ReplicaLost("x").as_dict()


@pytest.mark.parametrize("value", ["x" * 5000, ["x"] * 5000, 10**400, b"x" * 5000])
def test_long_values_are_shortened(value):
    assert len(str(shorten(value))) < 120
