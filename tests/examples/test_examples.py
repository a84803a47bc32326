"""The examples, each served from its own folder as a person would."""

import base64
import io
import sys
from pathlib import Path

import pytest
from PIL import Image as Pillow

from inkcloud.replica.load_service import load_service
from support.served import served

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(monkeypatch):
    def load(folder, name):
        monkeypatch.delitem(sys.modules, "service", raising=False)
        monkeypatch.syspath_prepend(EXAMPLES / folder)
        return load_service(f"service:{name}")

    yield load
    sys.modules.pop("service", None)


def test_hello_world_counts_and_spells(example):
    with served(example("hello_world", "Spelling")) as server:
        counted = server.http.post("/infer", json={"text": "Balloon!"})
        spelt = server.http.post("/spell", json={"text": "a b", "stream": True})

    assert counted.json()["output"] == {"total": 7, "commonest": "l"}
    assert spelt.text == 'data: "a"\n\ndata: "b"\n\ndata: [DONE]\n\n'


def test_picture_frame_frames_what_is_sent_and_what_is_uploaded(example):
    file = io.BytesIO()
    Pillow.new("RGB", (6, 4), "red").save(file, "PNG")
    image = {"data": base64.b64encode(file.getvalue()).decode()}

    with served(example("picture_frame", "PictureFrame")) as server:
        sent = server.http.post("/infer", json={"image": image, "width": 2}).json()["output"]
        uploaded = server.http.post(
            "/upload", data={"colour": "blue"}, files={"file": file.getvalue()}
        ).json()["output"]
        wrong = server.http.post("/infer", json={"image": image, "colour": "no colour"})

    framed = Pillow.open(io.BytesIO(base64.b64decode(sent["picture"]["data"])))
    assert framed.size == (sent["width"], sent["height"]) == (10, 8)
    assert framed.getpixel((0, 0)) == (255, 215, 0)
    assert framed.getpixel((5, 4)) == (255, 0, 0)
    assert uploaded["width"] == 26
    assert wrong.status_code == 422
