import io

import pytest
from PIL import Image

from inkcloud.domain.infotext import infotext
from inkcloud.wire.picture_format import PictureFormat, convert
from support.stub_replica import picture

PICTURE = picture({"prompt": "a cat, 猫", "seed": 3, "num_inference_steps": 5}, 0)


def test_a_png_stays_the_same_bytes():
    assert convert(PICTURE.png, PictureFormat.PNG) is PICTURE.png


@pytest.mark.parametrize("wanted", [PictureFormat.JPEG, PictureFormat.WEBP])
def test_a_picture_is_converted_with_its_infotext(wanted):
    file = convert(PICTURE.png, wanted, 90, PICTURE.record)

    with Image.open(io.BytesIO(file)) as image:
        assert image.format == wanted.name
        assert image.size == (8, 8)
        comment = image.getexif().get_ifd(0x8769)[0x9286]
    assert comment.removeprefix(b"UNICODE\0").decode("utf-16-be") == infotext(PICTURE.record)


@pytest.mark.parametrize("wanted", [PictureFormat.JPEG, PictureFormat.WEBP])
def test_quality_decides_the_length(wanted):
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "PNG")

    lengths = [len(convert(file.getvalue(), wanted, quality)) for quality in (0, 50, 100)]

    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2]
