"""`inkcloud up` as a child process."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import psutil

START_SECONDS = 180
STOP_SECONDS = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Up:
    """Starts it, waits until everything answers, stops it as Ctrl-C does."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.log = folder / "up.log"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.playground_url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Up":
        command = [str(Path(sys.executable).with_name("inkcloud")), "up"]
        command += ["--port", self.url.rpartition(":")[2]]
        command += ["--playground-port", self.playground_url.rpartition(":")[2]]
        command += ["--data-dir", str(self.data)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self._wait_for(f"{self.url}/healthcheck")
            self._wait_for(f"{self.playground_url}/_stcore/health")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def get(self, path: str) -> dict:
        return self._ask("GET", path)

    def steps_that_take(self, seconds: float) -> int:
        """Return a step count whose picture takes about this long on this machine now."""
        steps = 20
        body = {"prompt": "x", "num_inference_steps": steps}
        job = self._ask("POST", "/endpoints/text2image/generations", body)
        while job["state"] in {"queued", "running"}:
            time.sleep(0.1)
            job = self.get(f"/endpoints/text2image/generations/{job['id']}")
        return max(2, min(500, round(steps * seconds / job["seconds"])))

    def kill_playground(self) -> None:
        """Kill the page's server; `up` starts it again."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        [page] = [child for child in children if any("app.py" in part for part in child.cmdline())]
        page.kill()
        self._wait_for(f"{self.playground_url}/_stcore/health")

    def _ask(self, method: str, path: str, body: dict | None = None) -> dict:
        token = (self.data / "token").read_text().strip()
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.request(method, f"{self.url}{path}", headers=headers, json=body)
        answer.raise_for_status()
        return answer.json()

    def _wait_for(self, address: str) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                if httpx2.get(address, timeout=5, trust_env=False).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.2)
        message = f"{address} does not answer.\n{self.log.read_text()}"
        raise RuntimeError(message)

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
