import pytest

from inkcloud.playground.presets import PRESETS
from inkcloud.playground.sizes import NATIVE, offered, read_size, size_label, size_text


@pytest.mark.parametrize(
    ("text", "size"),
    [("", (None, None)), ("512x384", (512, 384)), ("512x", (512, None)), ("x384", (None, 384))],
)
def test_a_size_is_read_and_written(text, size):
    assert read_size(text) == size
    parameters = type(PRESETS[0].parameters)(
        **{**vars(PRESETS[0].parameters), "width": size[0], "height": size[1]}
    )
    assert size_text(parameters) == text


@pytest.mark.parametrize("native", [(64, 64), (512, 512), (768, 768), (1024, 1024)])
def test_only_sizes_that_the_gateway_takes_are_offered(native):
    found = offered(native, NATIVE)

    assert found[0] == NATIVE
    assert len(found) >= 2
    assert len(set(found)) == len(found)
    for width, height in map(read_size, found[1:]):
        assert width % 8 == 0
        assert height % 8 == 0
        assert min(width, height) >= 64
        assert width * height <= 1024 * 1024


def test_an_unusual_size_that_is_set_is_offered_too():
    assert offered((512, 512), "520x400")[-1] == "520x400"
    assert offered(None, "520x400") == [NATIVE, "520x400"]


def test_sizes_are_shown_with_their_unit():
    assert size_label(NATIVE, (512, 512)) == "The model's own: 512 × 512 pixels"
    assert size_label(NATIVE, None) == "The model's own"
    assert size_label("512x384", None) == "512 × 384 pixels"
    assert size_label("512x", (64, 64)) == "512 × 64 pixels"
    assert size_label("512x", None) == "512 × own height"
