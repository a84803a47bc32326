"""The short form of `benchmarks/crash.py`: SIGKILL at random, and no job lost or done twice."""

import pytest

from support.crash.records import FORGERIES
from support.crash.run import CrashRun, Plan
from support.crash.run_log import RunLog
from support.postgres_server import PostgresServer, programs_for_tests

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path):
    def run(**plan):
        with RunLog(tmp_path / "crash.jsonl") as log:
            return CrashRun(Plan(**plan), tmp_path, log).run()

    return run


@pytest.fixture
def postgres_url():
    with PostgresServer(programs_for_tests()) as server:
        yield server.database()


def check(outcome, jobs):
    assert outcome.problems == {}
    assert outcome.facts["completed"] == outcome.facts["acknowledged"] == jobs
    assert outcome.facts["exit_code"] == 0


def test_every_acknowledged_job_is_done_once_on_sqlite(run):
    outcome = run(kills=6, jobs=60, pictures=2, seed=4)

    check(outcome, jobs=62)


def test_every_acknowledged_job_is_done_once_on_postgres(run, postgres_url):
    outcome = run(kills=6, jobs=60, seed=5, database=postgres_url)

    check(outcome, jobs=60)


def test_a_gateway_that_forgets_is_found_out(run):
    outcome = run(kills=2, jobs=30, seed=6, forge=FORGERIES, patience=20.0)

    assert {how: len(jobs) for how, jobs in outcome.forged.items()} == dict.fromkeys(FORGERIES, 3)
    assert set(outcome.problems) == {job for jobs in outcome.forged.values() for job in jobs}
