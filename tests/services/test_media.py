import base64
import io
import wave

import numpy as np
import pytest
import scipy.io.wavfile
from PIL import Image as Pillow
from pydantic import BaseModel, ValidationError

from inkcloud.services import image as image_module
from inkcloud.services.types import Audio, File, Image, Media, MediaUrl, Text

CONTENT = bytes(range(256))
BASE64 = base64.b64encode(CONTENT)


class Holder(BaseModel):
    media: Media


@pytest.mark.parametrize(
    "media",
    [
        Media(BASE64),
        Media(data=BASE64),
        Media.from_bytes(CONTENT),
        Media.from_base64(BASE64),
        Media.from_base64(BASE64.decode()),
        Media.from_base64(base64.encodebytes(CONTENT)),
        Media(b"data:image/png;base64," + BASE64),
        Media.from_endpoint_response({"x": {"data": BASE64}}, "x"),
        Media.from_endpoint_response({"output": {"x": {"data": BASE64}}}, "x"),
        Holder.model_validate({"media": {"data": BASE64.decode()}}).media,
    ],
)
def test_however_it_is_made_it_holds_the_same_bytes(media):
    assert media.to_bytes() == CONTENT
    assert media.to_base64() == BASE64
    assert media.model_dump(mode="json") == {"data": BASE64.decode()}


def test_a_file_round_trip(tmp_path):
    Media(BASE64).to_file(tmp_path / "x")

    assert Media.from_file(tmp_path / "x").to_bytes() == CONTENT
    with pytest.raises(ValueError, match="no file"):
        Media.from_file(tmp_path / "y")


@pytest.mark.parametrize("values", [{}, {"data": "!!"}, {"data": "abc"}, {"data": 3}])
def test_what_is_no_media_is_a_validation_error(values):
    with pytest.raises(ValidationError):
        Holder.model_validate({"media": values})


def test_an_address_stays_one():
    media = Media.from_url("https://example.org/a.png")

    assert isinstance(media.data, MediaUrl)
    assert media.model_dump(mode="json") == {"data": {"url": "https://example.org/a.png"}}


def test_an_answer_without_the_key_says_so():
    with pytest.raises(ValueError, match="no picture"):
        Media.from_endpoint_response({"output": "text"}, "picture")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_round_trip(format):
    picture = Image.from_pil(Pillow.new("RGB", (5, 3), "blue"), format).to_pil()

    assert (picture.format, picture.size) == (format, (5, 3))


def test_a_damaged_picture_is_not_valid():
    whole = Image.from_pil(Pillow.effect_noise((64, 64), 50), "PNG")

    assert whole.is_valid()
    assert not Image.from_bytes(whole.to_bytes()[:-200]).is_valid()
    assert not Image.from_bytes(CONTENT).is_valid()


def test_a_picture_bomb_is_refused_before_it_is_decoded(monkeypatch):
    bomb = Image.from_pil(Pillow.new("1", (8000, 8000)), "PNG")

    with pytest.raises(ValueError, match="pixels"):
        bomb.to_pil()
    assert not bomb.is_valid()
    monkeypatch.setattr(image_module, "MAXIMUM_PIXELS", 10**9)
    assert bomb.to_pil().size == (8000, 8000)


def test_a_format_that_runs_other_programs_is_refused(monkeypatch):
    file = io.BytesIO()
    Pillow.new("RGB", (4, 4)).save(file, "EPS")

    with pytest.raises(ValueError, match="one of PNG"):
        Image.from_bytes(file.getvalue()).to_pil()
    monkeypatch.setattr(image_module, "FORMATS", ("EPS",))
    assert Image.from_bytes(file.getvalue()).to_pil().format == "EPS"


@pytest.mark.parametrize("shape", [(100,), (100, 1), (100, 2)])
def test_a_sound_round_trip_agrees_with_scipy(shape):
    samples = np.sin(np.arange(np.prod(shape)) / 7).reshape(shape) * 0.9

    audio = Audio.from_numpy(samples, 16000)
    rate, theirs = scipy.io.wavfile.read(io.BytesIO(audio.to_bytes()))
    ours, our_rate = audio.to_numpy()

    assert rate == our_rate == 16000
    np.testing.assert_array_equal(ours, theirs / 32768)
    np.testing.assert_allclose(ours, samples.squeeze(), atol=1 / 32768)
    assert audio.is_valid()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_sample_width_is_read(width):
    top = (1 << (8 * width - 1)) - 1
    numbers = [0, top, -top - 1, top // 2]
    signed = width > 1
    raw = b"".join(
        (number if signed else number + 128).to_bytes(width, "little", signed=signed)
        for number in numbers
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, width, 8000, 0, "NONE", ""))
        out.writeframes(raw)

    samples, rate = Audio.from_bytes(file.getvalue()).to_numpy()

    assert rate == 8000
    np.testing.assert_array_equal(samples, np.array(numbers) / (top + 1))


@pytest.mark.parametrize("content", [b"RIFF", b"fLaC", b"RIFF\x04\x00\x00\x00WAVE"])
def test_a_sound_that_cannot_be_read_says_so(content):
    audio = Audio.from_bytes(content)

    assert not audio.is_valid()
    with pytest.raises(ValueError, match="WAV"):
        audio.to_numpy()


def test_a_text_does_what_texts_do():
    text = Text("ab")

    assert (str(text + "c"), str(text * 2), str(text[0])) == ("abc", "abab", "a")
    assert "a" in text
    assert Text("b") in text


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_file_is_read_either_way():
    file = File(io.BytesIO(b"abc"), size=3, filename="a", headers={"content-type": "x/y"})

    assert await file.read(1) == b"a"
    assert file.file.read() == b"bc"
    await file.seek(0)
    assert await file.read() == b"abc"
    assert file.content_type == "x/y"
    await file.close()
    assert file.file.closed
