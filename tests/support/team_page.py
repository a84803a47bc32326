"""`streamlit_app.py` as a team has it: signed in by a real OpenID provider on loopback."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
PATIENCE = 120
DISCOVERY = "/.well-known/openid-configuration"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def openid_provider(folder: Path, *people: dict[str, object]) -> Iterator[str]:
    """Run a provider that knows these people by their claims; yield its address."""
    port = free_port()
    claims = [part for person in people for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    with _running(
        [*command, *claims], f"http://localhost:{port}{DISCOVERY}", folder / "provider.log"
    ):
        yield f"http://localhost:{port}"


@contextmanager
def team_page(folder: Path, secrets: str, port: int) -> Iterator[str]:
    """Run the page with nothing but its own requirements; yield its address."""
    (folder / "secrets.toml").write_text(secrets, encoding="utf-8")
    light = Path(__file__).with_name("light_python.py")
    command = [sys.executable, str(light), str(ROOT / "requirements.txt"), "streamlit", "run"]
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "secrets.files": str(folder / "secrets.toml"),
    }
    command += [str(ROOT / "streamlit_app.py")]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    with _running(command, f"http://localhost:{port}/_stcore/health", folder / "page.log"):
        yield f"http://localhost:{port}"


@contextmanager
def _running(command: list[str], address: str, log: Path) -> Iterator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=log.parent)
        try:
            _wait_for(address, process, log)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    with httpx2.Client(trust_env=False) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                if client.get(address).status_code == httpx2.codes.OK:
                    return
            except httpx2.HTTPError:
                time.sleep(0.1)
    raise AssertionError(f"{address} does not answer: {log.read_text()[-3000:]}")
