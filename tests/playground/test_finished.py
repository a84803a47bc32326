from inkcloud.playground.drawing import Drawing
from inkcloud.playground.finished import facts, file_name, png_size, record_of
from support.stub_gateway import png


def test_the_size_is_read_from_the_png():
    assert png_size(png("red", 24)) == (24, 24)


def test_what_is_no_png_has_no_size():
    assert png_size(b"GIF89a") == (0, 0)


def test_the_files_name_tells_the_settings():
    record = {"scheduler": "DDIM", "num_inference_steps": 20, "guidance_scale": 7.5, "seed": 42}

    assert file_name(record) == "inkcloud-DDIM-20-7.5-42.png"


def test_without_a_record_the_file_still_has_a_name():
    assert file_name(record_of(Drawing())) == "inkcloud.png"


def test_without_seconds_only_the_size_is_told():
    assert facts(Drawing(), png("red", 24)) == "24 × 24 pixels"
