"""An accepted job whose end cannot be kept stays at work until it can be."""

import logging
import threading
from contextlib import contextmanager

import pytest

from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas
from support.stub_service import StubService

LATER = {"Prefer": "respond-async", "X-OctoAI-Async": "1"}
PATIENCE = 400  # looks


@contextmanager
def database_out_of_reach(folder):
    """Put a folder in the database's place while the block runs: nothing can open it."""
    file, away = folder / "inkcloud.sqlite3", folder / "away"
    file.rename(away)
    file.mkdir()
    yield
    file.rmdir()
    away.rename(file)


def wait_for(words, caplog):
    for _ in range(PATIENCE):
        if words in caplog.text:
            return
        threading.Event().wait(0.05)
    pytest.fail(caplog.text)


@pytest.mark.parametrize(
    ("stub", "path", "body", "answer"),
    [
        (StubService, "/endpoints/open/infer", {"do": "slow"}, "output"),
        (StubReplica, "/endpoints/open/predict", {"prompt": "slow"}, "image_0"),
    ],
    ids=["call", "generation"],
)
def test_an_end_is_kept_once_the_database_is_back(stub, path, body, answer, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    with stub() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as gateway:
        job = gateway.http.post(path, json=body, headers=LATER).json()["response_id"]
        replica.next_started()
        with database_out_of_reach(tmp_path):
            replica.release()
            wait_for("cannot be kept yet", caplog)
        ended = gateway.job_ended(job)

        assert ended.json()["status"] == "completed"
        assert answer in gateway.http.get(f"/jobs/{job}/response").json()
        assert replica.started.empty()


def test_a_caller_on_the_line_is_told_at_once(tmp_path):
    with (
        StubReplica() as replica,
        RunningGateway(tmp_path, StubReplicas(replica)) as gateway,
        gateway.background() as run,
    ):
        waiting = run(gateway.http.post, "/endpoints/open/predict", json={"prompt": "slow"})
        replica.next_started()
        with database_out_of_reach(tmp_path):
            replica.release()
            told = waiting.result()

        assert told.status_code == 500
        assert "could not be kept" in told.json()["detail"]
