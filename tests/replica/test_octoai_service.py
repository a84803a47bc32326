"""A class written for OctoAI, where OctoAI's package is not installed."""

import base64
import importlib.util
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image as Pillow

from inkcloud.domain.errors import InvalidRequest
from inkcloud.replica.load_service import load_service
from inkcloud.replica.service_host import ServiceHost
from support.served import PATIENCE, served

CODE = Path(__file__).parents[1] / "support" / "octoai_code"


@pytest.fixture(autouse=True)
def _its_folder(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(CODE)
    monkeypatch.setenv("OCTOAI_VOLUME_PATH", str(tmp_path / "volume"))


@pytest.fixture
def captions():
    with served(load_service("captions:Captions")) as server:
        yield server


def png():
    file = io.BytesIO()
    Pillow.new("RGB", (4, 2), "red").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_the_package_is_not_installed_here():
    assert importlib.util.find_spec("octoai_sdk") is None


def test_a_picture_is_answered_with_a_model_that_holds_a_picture(captions):
    answer = captions.http.post("/infer", json={"image": {"data": png()}, "words": ["a", "b"]})

    output = answer.json()["output"]
    assert (output["text"], output["boxes"]) == ("4x2 a b", [{"x": 1, "y": 0}])
    turned = Pillow.open(io.BytesIO(base64.b64decode(output["picture"]["data"])))
    assert turned.size == (2, 4)


def test_other_methods_paths_and_forms(captions):
    counted = captions.http.post("/count-words", json={"text": "one two"})
    sized = captions.http.post("/v2/size", json={"file": {"data": "AAAA"}})
    sent = captions.http.post("/upload", data={"note": "n"}, files={"file": ("a.bin", b"12345")})

    assert counted.json()["output"] == 2
    assert sized.json()["output"] == 3
    assert sent.json()["output"] == "n: a.bin, 5 bytes"


def test_inputs_that_it_does_not_have_are_overlooked(captions):
    answer = captions.http.post("/count-words", json={"text": "one", "more": 1})

    assert answer.json()["output"] == 1


def test_an_http_exception_is_its_answer(captions):
    answer = captions.http.post("/count-words", json={"text": ""})

    assert (answer.status_code, answer.json()) == (400, {"detail": "There are no words."})


def test_bad_inputs_are_422(captions):
    missing = captions.http.post("/infer", json={})
    url = captions.http.post("/infer", json={"image": {"data": {"url": "http://127.0.0.1/"}}})
    no_picture = captions.http.post("/infer", json={"image": {"data": "AAAA"}})

    assert [answer.status_code for answer in (missing, url, no_picture)] == [422] * 3
    assert missing.json()["detail"][0]["loc"] == ["body", "image"]


def test_its_requests_are_worked_on_one_by_one(captions):
    answers = []

    def ask():
        answer = captions.http.post("/together", json={"seconds": 0.05})
        answers.append(answer.json()["output"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert answers == [1] * 4


def test_assets_are_stored_once_and_hooks_run_in_order(tmp_path):
    for _ in range(2):
        with served(load_service("captions:Captions")) as server:
            history = server.http.post("/history", json={"ask": ""}).json()["output"]

        assert history == ["startup", "setup", "stored"]
    assert (tmp_path / "volume" / "goodbye.txt").read_text() == "goodbye"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("NoAnnotation", "The argument prompt of NoAnnotation.infer has no annotation"),
        ("NoAnswer", "The answer of NoAnswer.infer has no annotation"),
        ("NoInfer", "abstract"),
        ("NoFormPath", "NoFormPath.infer_form_data has no path"),
    ],
)
def test_what_octoai_demanded_is_demanded(name, says):
    with pytest.raises(InvalidRequest, match=says):
        ServiceHost(load_service(f"captions:{name}"))


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, "inkcloud"),
        ({"octoai/__init__.py": "", "octoai/service.py": "class Service: ..."}, "theirs"),
        ({"octoai/__init__.py": "VERSION = '1.11.0'"}, "inkcloud"),
    ],
    ids=["none", "with service", "without service"],
)
def test_what_is_installed_comes_first_and_ours_fills_in(tmp_path, files, found):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    program = (
        "from inkcloud.replica.octoai_names import offer_octoai; offer_octoai();"
        "import octoai.service; print(octoai.service.__file__)"
    )

    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )

    where = Path(done.stdout.strip())
    assert where.is_relative_to(tmp_path) == (found == "theirs"), done.stderr
    assert ("inkcloud" in where.parts) == (found == "inkcloud")
