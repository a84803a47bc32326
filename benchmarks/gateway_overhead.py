"""What the gateway adds to a call, measured against calling the same service directly.

    python benchmarks/gateway_overhead.py [--calls 500]

Starts a real `inkcloud up` and, beside it, the same service under `inkcloud run`. The service
answers 20 kB at once. Calls alternate between the two, so that both see the same machine. The
last line is the figure: milliseconds between the two medians. The goal is at most 5.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

BYTES = 20_000
GOAL_MS = 5.0
SERVICE = '''"""Answers at once."""


class Blob:
    """Twenty kilobytes of text."""

    def setup(self) -> None:
        self.text = "x" * 20_000

    async def infer(self) -> str:
        return self.text
'''


@contextmanager
def started(command: list[str], ready: str, folder: Path) -> Iterator[list[str]]:
    """Run an inkcloud command; yield what it said up to the words that mean it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inkcloud.cli.main", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if ready in line:
                break
        yield lines
    finally:
        process.terminate()
        process.communicate()


def address(lines: list[str]) -> str:
    """Return the last base address in what a command said."""
    return re.findall(r"http://[\w.\[\]-]+:\d+", "".join(lines))[-1]


def milliseconds(http: httpx2.Client, url: str, headers: dict[str, str]) -> float:
    """Time one call."""
    began = time.perf_counter()
    answer = http.post(url, json={}, headers=headers)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != httpx2.codes.OK or len(answer.content) < BYTES:
        raise SystemExit(f"{url} answered {answer.status_code}: {answer.text[:200]}")
    return took


def main() -> int:
    """Measure, print, and return 0 if the goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "blob.py").write_text(SERVICE)
        up = ["up", "--no-playground", "--no-prepare", "--port", "0"]
        up += ["--data-dir", str(folder / "data")]
        alone = ["run", "blob:Blob", "--port", "0"]
        with (
            started(up, "Ctrl-C stops Inkcloud.", folder) as said,
            started(alone, "http://", folder) as direct_said,
            httpx2.Client(trust_env=False, timeout=120) as http,
        ):
            gateway = address([line for line in said if "Endpoint:" in line])
            direct = address(direct_said)
            token = (folder / "data" / "token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}"}
            body = {"name": "blob", "service": "blob:Blob", "code_folder": str(folder)}
            made = http.post(f"{gateway}/endpoints", json=body, headers=headers)
            made.raise_for_status()
            through = f"{gateway}/endpoints/blob/infer"
            for url in (through, f"{direct}/infer"):  # the first call starts the replica
                milliseconds(http, url, headers)
            times: dict[str, list[float]] = {"direct": [], "gateway": []}
            for _ in range(calls):
                times["direct"].append(milliseconds(http, f"{direct}/infer", {}))
                times["gateway"].append(milliseconds(http, through, headers))
    for name, values in times.items():
        cuts = statistics.quantiles(values, n=20)
        print(f"{name}: median {cuts[9]:.2f} ms, 95 % within {cuts[18]:.2f} ms")
    added = statistics.median(times["gateway"]) - statistics.median(times["direct"])
    print(f"The gateway adds {added:.2f} ms in the median of {calls} calls.")
    return int(added > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
