"""The README's commands, run as a newcomer types them, in a shell, against a real Inkcloud."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import torch

from inkcloud.engine.picture_file import read_png
from support.hub import LoopbackHub
from support.tiny_checkpoints import make_tiny_sd
from support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATIENCE = 240
PNG = b"\x89PNG\r\n\x1a\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def blocks(after: str, until: str) -> list[str]:
    """Return the shell blocks of one part of the README."""
    part = README.partition(after)[2].partition(until)[0]
    return re.findall(r"^```sh\n(.*?)^```$", part, re.M | re.S)


class Shell:
    """Runs commands where this checkout's `inkcloud` is at hand, at this Inkcloud's address."""

    def __init__(self, folder: Path, inkcloud) -> None:
        self.folder = folder
        self._url = inkcloud.url
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "INKCLOUD_URL": inkcloud.url,
            "INKCLOUD_DATA_DIR": str(inkcloud.data_dir),
        }

    def line(self, command: str) -> str:
        """Return a command with this gateway's address in place of the usual one."""
        return command.replace("http://localhost:8000", self._url)

    def run(self, command: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        done = subprocess.run(
            ["bash", "-euc", self.line(command)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def shell(inkcloud, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return Shell(tmp_path, inkcloud)


@contextmanager
def served(command: str, shell: Shell, health: str) -> Iterator[str]:
    """Run a server in the foreground of a shell until the block ends; yield its health page."""
    process = subprocess.Popen(
        ["bash", "-euc", f"exec {shell.line(command)}"],
        cwd=shell.folder,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with httpx2.Client(trust_env=False) as http:

            def answers() -> bool:
                assert process.poll() is None, process.stdout.read()
                try:
                    return http.get(health).status_code == httpx2.codes.OK
                except httpx2.TransportError:
                    return False

            wait_until(answers, pause=0.2)
        yield health
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.mark.slow
@pytest.mark.browser
def test_the_five_steps_lead_from_a_token_to_a_page_that_draws(shell, browser) -> None:
    clone, curl = blocks("**1. An account", "**2. Build")
    environment, run = blocks("**3. An environment", "**5. Share")
    names, create, token_line = clone.strip().splitlines()

    assert "text-to-image" in shell.run(names)
    assert "/endpoints/my-pictures" in shell.run(create)
    token = re.search(r"ink_\w{36}", shell.run(token_line))[0]
    answer = json.loads(shell.run(curl))
    assert base64.b64decode(answer["image_0"]).startswith(PNG)

    shell.run(environment)
    address, secret, start = run.strip().splitlines()
    shell.environment["ENDPOINT_URL"] = shell.line(address.partition("=")[2])
    shell.environment["ENDPOINT_TOKEN"] = token
    assert "ink_..." in secret
    port = free_port()
    options = f" --server.port {port} --server.headless true"
    with served(start + options, shell, f"http://localhost:{port}/_stcore/health"):
        browser.driver.get(f"http://localhost:{port}")
        browser.wait_for(lambda: browser.shown("[data-testid=stFormSubmitButton] button"))[
            0
        ].click()
        [picture] = browser.wait_for(lambda: browser.shown("[data-testid=stImage] img"))
        assert picture.size["width"] > 0


def test_a_picture_is_drawn_with_no_server_from_another_one_and_again(shell) -> None:
    [drawing, _] = blocks("## What else", "## More")

    said = shell.run(drawing)

    assert "identical" in said
    assert (shell.folder / "octopus.png").read_bytes().startswith(PNG)
    assert (shell.folder / "purple.png").read_bytes() != (shell.folder / "octopus.png").read_bytes()


def test_stable_diffusion_is_pulled_from_a_mirror_served_and_draws(shell, tmp_path) -> None:
    """The mirror is on loopback and its model is small, of the real one's shape."""
    [block] = blocks("## Use Stable Diffusion 2.1", "## What else")
    pull, create, draw = block.strip().splitlines()
    id = pull.split()[3]
    model = make_tiny_sd(tmp_path / "sd", prediction="v_prediction", dtype=torch.float16)
    with LoopbackHub() as hub:
        hub.repository(id, model)
        shell.environment |= {"INKCLOUD_HUB_URL": hub.url, "HF_HUB_OFFLINE": "0", "NO_PROXY": "*"}

        assert "sd21: Stable Diffusion 2, v_prediction, 64x64" in shell.run(pull)
        shell.run(create)
        shell.run(draw)

    answer = json.loads((shell.folder / "answer.json").read_text())
    png = base64.b64decode(answer["image_0"])
    assert read_png(png)[1].checkpoint == "sd21"


def test_a_service_of_ones_own_is_written_and_served(shell) -> None:
    [_, serving] = blocks("## What else", "## More")
    init, run = serving.strip().splitlines()
    port = free_port()

    shell.run(init)
    folder, _, serve = run.partition(" && ")
    shell.folder /= folder.removeprefix("cd ")
    command = serve.replace("8080", str(port))
    with served(command, shell, f"http://localhost:{port}/healthcheck"):
        said = shell.run(f'curl -s http://localhost:{port}/infer -d \'{{"name": "Ada"}}\'')

    assert "Ada" in json.loads(said)["output"]
