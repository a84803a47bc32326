import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.stored_model import is_model_name
from inkcloud.models.names import name_for


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("someone/stable-diffusion-2-1", "stable-diffusion-2-1"),
        ("someone/Some_Model v1.5", "some-model-v1-5"),
        ("/models/dream.safetensors", "dream"),
        ("../..", "model"),
        ("日本", "model"),
        ("x" * 200, "x" * 63),
    ],
)
def test_a_name_reminds_of_where_the_model_comes_from(source, name):
    assert name_for(source, ()) == name


def test_a_name_that_is_taken_gets_a_number():
    assert name_for("a/inkling", {"inkling", "inkling-2"}) == "inkling-3"


@given(st.text(), st.sets(st.text(max_size=5)))
def test_whatever_it_is_made_from_it_is_a_free_label(source, taken):
    name = name_for(source, taken)

    assert is_model_name(name)
    assert name not in taken


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a/b", "..", "a.b", "x" * 64, "a\n", "é"])
def test_a_path_or_anything_like_it_is_no_name(name):
    assert not is_model_name(name)
