"""Services from octoai-sdk itself, unchanged, and asked by its own client.

Each release is installed in a virtual environment of its own. Its scaffolds are served twice:
by our Python, where `octoai` is not installed, and by the environment's, where it is.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from PIL import Image as Pillow

from support.client_environment import ClientEnvironment, octoai_sdk_0_10_1
from support.virtual_environment import make_environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATIENCE = 120


@dataclass(frozen=True)
class Installed:
    """A release of octoai-sdk and the Python that has it."""

    python: Path

    @property
    def scaffolds(self):
        [found] = self.python.parents[1].glob("lib/python*/site-packages/octoai/scaffolds")
        return found


@pytest.fixture(scope="module")
def newest():
    return Installed(octoai_sdk_0_10_1().python)


@pytest.fixture(scope="module")
def oldest():
    return Installed(ClientEnvironment("octoai-sdk==0.1.2").python)


@contextmanager
def replica(python, folder, service, volume):
    """Serve a class of a folder in a process of its own; lend its address."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{folder}:{ROOT / 'src'}",
        "OCTOAI_VOLUME_PATH": str(volume),
        "PYTHONUNBUFFERED": "1",
    }
    command = [python, "-m", "inkcloud.replica", service, "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        log = []
        for line in process.stderr:
            log.append(line)
            if " at http://" in line:
                address = line.split(" at ")[-1].strip()
            if " is RUNNING" in line:
                break
        else:
            pytest.fail("".join(log))
        yield address
    finally:
        process.terminate()
        process.stderr.close()
        process.wait(PATIENCE)


def run(python, *arguments):
    return subprocess.run(
        [python, *arguments],
        env={"PATH": os.environ["PATH"], "OCTOAI_TOKEN": "none"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def served_by(request, installed):
    return sys.executable if request.param == "ours" else installed.python


@pytest.fixture(params=["ours", "theirs"])
def server_python(request, newest):
    return served_by(request, newest)


@pytest.mark.parametrize(
    ("scaffold", "answer"),
    [("hello-world", "Hello world!"), ("hello-world-with-volume", "Hello world! using volume!")],
)
def test_a_scaffold_runs_unchanged_and_its_own_test_passes(
    newest, server_python, tmp_path, scaffold, answer
):
    folder = tmp_path / scaffold
    shutil.copytree(newest.scaffolds / scaffold, folder)

    with replica(server_python, folder, "service:HelloService", tmp_path / "volume") as address:
        done = run(newest.python, folder / "test_request.py", "--endpoint", address)

    assert done.returncode == 0, done.stderr
    assert f"'output': '{answer}'" in done.stdout


def test_the_first_releases_scaffold_runs_unchanged_and_its_own_test_passes(oldest, tmp_path):
    folder = tmp_path / "hello-world"
    shutil.copytree(oldest.scaffolds / "hello-world", folder)

    with replica(sys.executable, folder, "service:HelloService", tmp_path / "volume") as address:
        done = run(oldest.python, folder / "test_request.py", "--endpoint", address)

    assert done.returncode == 0, done.stderr
    assert "Hello world!" in done.stdout


CLIENT = """
import json, sys
from octoai.client import Client
from octoai.types import Image
address, picture = sys.argv[1:]
client = Client()
image = Image.from_file(picture)
answer = client.infer(f"{address}/infer", {"image": image.model_dump(mode="json"), "words": ["a"]})
back = Image.from_endpoint_response(answer, "picture").to_pil()
counted = client.infer(f"{address}/count-words", {"text": "one two three"})
sized = client.infer(f"{address}/v2/size", {"file": image.model_dump(mode="json")})
print(json.dumps([answer["output"]["text"], back.size, counted["output"], sized["output"]]))
"""


def test_pictures_files_and_paths_through_its_client(newest, server_python, tmp_path):
    picture = tmp_path / "picture.png"
    Pillow.new("RGB", (6, 4), "red").save(picture)
    code = ROOT / "tests" / "support" / "octoai_code"

    with replica(server_python, code, "captions:Captions", tmp_path / "volume") as address:
        done = run(newest.python, "-c", CLIENT, address, picture)
        uploaded = httpx2.post(
            f"{address}/upload",
            data={"note": "n"},
            files={"file": ("a.txt", b"abc")},
            timeout=PATIENCE,
            trust_env=False,
        )
        refused = [
            httpx2.post(f"{address}/infer", json=body, timeout=PATIENCE, trust_env=False)
            for body in (
                {"image": {"data": {"url": "http://127.0.0.1:1/"}}},
                {"image": {"data": "abc"}},
                {"image": {"data": base64.b64encode(b"no picture").decode()}},
                {"image": {"data": "AAAA", "more": 1}},
                {"image": {}},
                {},
            )
        ]

    assert done.returncode == 0, done.stderr
    expected = ["6x4 a", [4, 6], 3, len(picture.read_bytes())]
    assert json.loads(done.stdout) == expected
    assert uploaded.json()["output"] == "n: a.txt, 3 bytes"
    assert [answer.status_code for answer in refused] == [422] * 6
    assert "not fetched" in refused[0].text


STREAM = """
import sys
from octoai.client import Client
for part in Client().infer_stream(sys.argv[1], {"count": 3, "stream": True}):
    print(part)
"""


def test_a_generator_streams_to_its_client(newest, tmp_path):
    service = "inkcloud.services.hello_world:HelloWorld"

    with replica(sys.executable, tmp_path, service, tmp_path) as address:
        done = run(newest.python, "-c", STREAM, f"{address}/count-up")

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "2", "3"]


FILM = """
import sys
import numpy as np
from inkcloud.replica.octoai_names import offer_octoai
offer_octoai()
from octoai.types import Audio, Video
assert "inkcloud" in sys.modules["octoai"].__file__
frames = [np.full((32, 32, 3), shade, np.uint8) for shade in (0, 120, 240)]
video = Video.from_numpy(frames, fps=5)
print(video.to_numpy().shape, video.is_valid(), Video.from_bytes(b"none").is_valid())
print(len(list(video.to_numpy_iterator()[0])))
audio = Audio.from_numpy(np.zeros((100, 2)), 8000, "FLAC")
print(audio.to_bytes()[:4], audio.to_numpy()[0].shape, audio.is_valid())
"""


def test_films_and_sounds_with_the_libraries_that_they_need(tmp_path):
    packages = ["imageio", "av", "soundfile", "pydantic", "fastapi-offline", "python-multipart"]
    python = make_environment(tmp_path / "venv", *packages, "pillow")

    done = subprocess.run(
        [python, "-c", FILM],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.stdout.splitlines() == [
        "(3, 32, 32, 3) True False",
        "3",
        "b'fLaC' (100, 2) True",
    ], done.stderr


def test_its_client_gets_a_clear_error_for_a_bad_input(newest, server_python, tmp_path):
    code = ROOT / "tests" / "support" / "octoai_code"
    program = (
        "import sys; from octoai.client import Client;"
        "Client().infer(sys.argv[1], {'image': 'no image'})"
    )

    with replica(server_python, code, "captions:Captions", tmp_path / "volume") as address:
        done = run(newest.python, "-c", program, f"{address}/infer")

    assert done.returncode != 0
    assert "422" in done.stderr
    assert "image" in done.stderr
