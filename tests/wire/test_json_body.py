import math

import pytest

from inkcloud.domain.errors import InvalidRequest, MalformedRequest
from inkcloud.wire import json_body


def test_an_object_is_read():
    assert json_body.decode('{"prompt": "é"}'.encode()) == {"prompt": "é"}


def test_numbers_that_are_none_reach_the_fields_own_check():
    assert math.isnan(json_body.decode(b'{"seed": NaN}')["seed"])


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000])
def test_anything_else_is_malformed(body):
    with pytest.raises(MalformedRequest) as caught:
        json_body.decode(body)

    assert (caught.value.field, caught.value.allowed) == ("body", "one JSON object in UTF-8")


def test_a_syntax_error_says_where():
    with pytest.raises(MalformedRequest, match="line 2, column 1"):
        json_body.decode(b'{"prompt": "x",\n}')


def test_a_field_given_twice_is_named():
    with pytest.raises(InvalidRequest) as caught:
        json_body.decode(b'{"seed": 1, "prompt": "x", "seed": 2}')

    assert caught.value.field == "seed"
