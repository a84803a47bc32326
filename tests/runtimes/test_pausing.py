"""Jobs at a real runtime whose endpoint is paused, started and removed."""

import asyncio
from dataclasses import replace

import pytest

from inkcloud.control.jobs import ATTEMPTS, Jobs
from inkcloud.control.service_client import ServiceClient
from inkcloud.domain.job import JobState
from inkcloud.storage.database import Database
from inkcloud.storage.jobs import JobTable
from support.running_runtime import PATIENCE, QUICK, box_endpoint, running

pytestmark = pytest.mark.anyio
ALONE = {"max_replicas": 1, "concurrency_per_replica": 1}
# A pause stops what is at work almost at once.
HASTY = replace(QUICK, drain_within=0.02, grace_seconds=0.0)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def table(tmp_path):
    database = Database.in_folder(tmp_path)
    yield JobTable(database)
    database.close()


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


class Work:
    """Jobs at the endpoint `box`: one that is at work until it is let go, and others behind it."""

    def __init__(self, jobs, folder, others):
        self.jobs = jobs
        self.others = others
        self.began, self.go_on = folder / "began", folder / "go on"

    async def submit(self):
        held = {"action": "hold", "value": str(self.began)}
        bodies = [held] + [{}] * self.others
        self.ids = [(await self.jobs.submit("box", "/infer", body))[0].id for body in bodies]
        await until(self.began.exists)

    async def states(self):
        return [(await self.jobs.get(id)).state for id in self.ids]

    async def ended(self):
        await until(lambda: not any(map(self.jobs.unfinished, self.ids)))
        return await self.states()


async def at_work(box, table, folder, others=2):
    services = ServiceClient(box.runtime)
    work = Work(Jobs(table, services), folder, others)
    await work.submit()
    return work, services


async def pause(box):
    await box.runtime.apply(box_endpoint(paused=True, **ALONE))


async def start(box):
    await box.runtime.apply(box_endpoint(**ALONE))


async def test_what_is_at_work_is_finished_and_what_waits_goes_on_later(tmp_path, table):
    async with running(tmp_path, **ALONE) as box:
        work, services = await at_work(box, table, tmp_path)

        await pause(box)
        work.go_on.touch()
        await box.until("stopped")
        await until(lambda: not work.jobs.unfinished(work.ids[0]))
        between = await work.states()
        await start(box)
        ended = await work.ended()
        await services.close()

    assert between == [JobState.SUCCEEDED, JobState.QUEUED, JobState.QUEUED]
    assert ended == [JobState.SUCCEEDED] * 3


async def test_what_pauses_stop_goes_back_to_the_queue_however_often(tmp_path, table):
    async with running(tmp_path, settings=HASTY, **ALONE) as box:
        work, services = await at_work(box, table, tmp_path, others=0)

        seen = []
        for _ in range(ATTEMPTS + 1):
            await pause(box)
            await box.until("stopped")
            await until(lambda: box.runtime.load("box").waiting == 1)
            seen += await work.states()
            work.began.unlink(missing_ok=True)
            await start(box)
            await until(work.began.exists)
        work.go_on.touch()
        ended = await work.ended()
        await services.close()

    assert seen == [JobState.QUEUED] * (ATTEMPTS + 1)
    assert ended == [JobState.SUCCEEDED]


async def test_the_removal_of_a_paused_endpoint_ends_its_jobs_and_says_why(tmp_path, table):
    async with running(tmp_path, settings=HASTY, **ALONE) as box:
        work, services = await at_work(box, table, tmp_path)
        await pause(box)
        await box.until("stopped")
        await until(lambda: box.runtime.load("box").waiting == 3)

        await box.runtime.remove("box")

        assert await work.ended() == [JobState.FAILED] * 3
        jobs = [await work.jobs.get(id) for id in work.ids]
        await services.close()
    assert {job.error["message"] for job in jobs} == {"There is no endpoint box."}


async def test_a_pause_may_be_longer_than_one_waits_for_a_replica(tmp_path, table):
    impatient = replace(HASTY, ready_within=0.5)
    async with running(tmp_path, settings=impatient, **ALONE) as box:
        await box.until("ready")
        await pause(box)
        await box.until("stopped")
        services = ServiceClient(box.runtime)
        jobs = Jobs(table, services)
        job, _ = await jobs.submit("box", "/infer", {})
        await asyncio.sleep(1.2)
        unfinished = jobs.unfinished(job.id)
        await jobs.stop()
        await services.close()

    assert unfinished
