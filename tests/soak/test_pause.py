"""A pause of a real `inkcloud up` loses no accepted job, also with SIGKILL in between."""

from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

import support.crash
from support.crash.gateway import PATIENCE, Gateway, wait

pytestmark = pytest.mark.slow
NAME = "ledger"
JOBS = 8
HEADERS = {"Prefer": "respond-async"}
SERVICE = Path(support.crash.__path__[0]) / "service"


@contextmanager
def running(folder):
    gateway = Gateway(folder)
    try:
        start(gateway)
        yield gateway
    finally:
        gateway.clean_up()


def start(gateway):
    gateway.start()
    gateway.wait_until_it_answers()


def ask(gateway, method, path, body=None):
    headers = gateway.authorization | HEADERS
    with closing(httpx2.Client(trust_env=False, timeout=PATIENCE)) as http:
        return http.request(method, gateway.url + path, headers=headers, json=body)


def submit(gateway, number):
    body = {"number": number, "milliseconds": 300}
    return ask(gateway, "POST", f"/endpoints/{NAME}/infer", body)


def status(gateway, job):
    return ask(gateway, "GET", f"/jobs/{job}").json()["status"]


def test_accepted_jobs_wait_for_the_end_of_a_pause(tmp_path):
    with running(tmp_path) as gateway:
        endpoint = {
            "name": NAME,
            "service": "ledger:Ledger",
            "code_folder": str(SERVICE),
            "environment": {"APP_LEDGER": str(gateway.ledger)},
            "concurrency_per_replica": 1,
        }
        gateway.ask("POST", "/endpoints", endpoint)
        jobs = [submit(gateway, number).json()["response_id"] for number in range(JOBS)]
        wait(lambda: "begin" in gateway.ledger.read_text(), PATIENCE)

        gateway.ask("POST", f"/endpoints/{NAME}/pause")
        refused = submit(gateway, JOBS)
        wait(lambda: not gateway.replicas("ledger:Ledger"), PATIENCE)
        paused = [status(gateway, job) for job in jobs]
        gateway.kill()
        start(gateway)
        after = [status(gateway, job) for job in jobs]
        gateway.ask("POST", f"/endpoints/{NAME}/start")
        wait(lambda: all(status(gateway, job) == "completed" for job in jobs), PATIENCE)
        answers = [gateway.ask("GET", f"/jobs/{job}/response")["output"] for job in jobs]

    assert refused.status_code == 409
    assert paused == after
    assert 1 <= paused.count("pending") < JOBS
    assert set(paused) == {"completed", "pending"}
    assert [answer["number"] for answer in answers] == list(range(JOBS))
    executions = [line for line in gateway.ledger.read_text().splitlines() if "begin" in line]
    assert len(executions) == JOBS
