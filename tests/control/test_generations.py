import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.control.generations import Generations, QueueLimits
from inkcloud.control.job_runner import ATTEMPTS
from inkcloud.control.ports import ReplicaState
from inkcloud.domain.errors import (
    Cancelled,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    NotFound,
    Overloaded,
    ReplicaLost,
    Unavailable,
)
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import Job, JobState, new_job_id
from inkcloud.storage.database import Database
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from support.stub_replica import PATIENCE, StubReplica, StubReplicas, tiny_png

pytestmark = pytest.mark.anyio
ENDPOINT = "text2image"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def shared_replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def store(tmp_path):
    database = Database.in_folder(tmp_path)
    yield JobTable(database), ImageStore(tmp_path)
    database.close()


@asynccontextmanager
async def at_work(store, replicas, limits=None):
    generations = Generations(*store, replicas, limits)
    await generations.start()
    try:
        async with asyncio.timeout(PATIENCE):
            yield generations
    finally:
        await generations.stop()


def wanted(prompt="x", **parameters):
    return GenerationRequest(prompt=prompt, **parameters)


async def ended(generations, status):
    async for _ in generations.follow(status.job.id):
        pass
    return (await generations.get(status.job.id)).job


async def names(generations, status):
    return [event["event"] async for event in generations.follow(status.job.id)]


async def until(generations, status, name):
    async for event in generations.follow(status.job.id):
        if event["event"] == name:
            return event
    return None


async def test_a_job_is_on_the_disk_before_it_is_accepted(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted(seed=5), "tag")

        kept = store[0].get(status.job.id)

    assert (kept.tag, kept.request["seed"], kept.endpoint) == ("tag", 5, ENDPOINT)


async def test_a_finished_job_and_its_pictures_are_read_from_the_disk(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted(seed=5, num_images=2))
        job = await ended(generations, status)
        pngs = [await generations.image(job, index) for index in range(2)]
        assert generations._live == {}

    assert (job.state, job.seconds) == (JobState.SUCCEEDED, 0.25)
    assert pngs == [tiny_png(seed=5), tiny_png(seed=6)]
    assert job == store[0].get(job.id)


async def test_equal_pictures_share_one_file(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        first, second = [await generations.run_now(ENDPOINT, wanted(seed=5)) for _ in range(2)]

    assert first.id != second.id
    assert first.images[0].sha256 == second.images[0].sha256


async def test_a_follower_sees_one_of_each_latest_event(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted("slow"))
        await until(generations, status, "preview")
        follower = asyncio.ensure_future(names(generations, status))
        await asyncio.sleep(0)
        replica.release()

        assert await follower == ["started", "progress", "preview", "finished"]


async def test_a_job_whose_replica_dies_is_sent_again(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        job = await generations.run_now(ENDPOINT, wanted("die once", seed=9))
        png = await generations.image(job, 0)

    assert len(replica.requests) == 2
    assert replica.requests[0] == replica.requests[1]
    assert png == tiny_png(seed=9)


async def test_a_job_whose_replica_dies_does_not_go_to_the_back_of_the_queue(store, replica):
    async with at_work(store, StubReplicas(replica, at_once=1)) as generations:
        prompts = ["slow", "die once", "b", "c"]
        submitted = [await generations.submit(ENDPOINT, wanted(prompt)) for prompt in prompts]
        await until(generations, submitted[0], "started")
        replica.release()
        for status in submitted:
            await ended(generations, status)

    assert [request["prompt"] for request in replica.requests] == [
        "slow",
        "die once",
        "die once",
        "b",
        "c",
    ]


async def test_a_paused_endpoint_refuses_one_who_waits_on_the_line(store):
    async with at_work(store, StubReplicas(state=ReplicaState.PAUSED)) as generations:
        with pytest.raises(Conflict, match="paused"):
            await generations.run_now(ENDPOINT, wanted())


@pytest.mark.parametrize("prompt", ["leave once", "busy once"])
async def test_a_job_that_a_replica_hands_back_is_sent_again(store, replica, prompt):
    async with at_work(store, StubReplicas(replica)) as generations:
        job = await generations.run_now(ENDPOINT, wanted(prompt))

    assert job.state is JobState.SUCCEEDED
    assert len(replica.requests) == 2


@pytest.mark.parametrize("prompt", ["die always", "cut"])
async def test_a_job_that_loses_every_replica_fails_in_the_end(store, replica, prompt):
    async with at_work(store, StubReplicas(replica)) as generations:
        with pytest.raises(ReplicaLost):
            await generations.run_now(ENDPOINT, wanted(prompt))

    assert len(replica.requests) == ATTEMPTS


async def test_a_replica_that_is_not_there_yet_is_asked_for_again(store, replica):
    gone = StubReplica()
    gone._listener.close()
    replicas = StubReplicas(gone, replica)
    async with at_work(store, replicas) as generations:
        job = await generations.run_now(ENDPOINT, wanted())

    assert job.state is JobState.SUCCEEDED
    assert replicas.asked == 2


async def test_a_stopped_endpoint_fails_its_jobs_clearly(store):
    async with at_work(store, StubReplicas(state=ReplicaState.STOPPED)) as generations:
        with pytest.raises(Unavailable, match="text2image is stopped"):
            await generations.run_now(ENDPOINT, wanted())


@pytest.mark.parametrize("prompt", ["fail", "refuse"])
async def test_an_error_of_the_service_is_the_jobs_error(store, shared_replica, prompt):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        with pytest.raises(InvalidRequest) as caught:
            await generations.run_now(ENDPOINT, wanted(prompt))

    assert (caught.value.field, caught.value.allowed) == ("scheduler", "one of DDIM")


@pytest.mark.parametrize("prompt", ["garbage", "crash"])
async def test_a_service_that_misbehaves_fails_the_job_without_a_second_try(store, replica, prompt):
    async with at_work(store, StubReplicas(replica)) as generations:
        job = await ended(generations, await generations.submit(ENDPOINT, wanted(prompt)))

    assert (job.state, job.error["code"]) == (JobState.FAILED, "error")
    assert "The service" in job.error["message"]
    assert len(replica.requests) == 1


async def test_cancelling_running_work_leaves_the_replica(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted("slow"))
        await until(generations, status, "started")

        cancelled = await generations.cancel(status.job.id)
        again = await generations.cancel(status.job.id)

        assert await asyncio.to_thread(replica.next_gone) == "slow"
    assert cancelled.job.state is again.job.state is JobState.CANCELLED
    assert cancelled.job == again.job == store[0].get(status.job.id)


async def test_cancelling_at_once_never_leaves_a_job_unfinished(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted())

        cancelled = await generations.cancel(status.job.id)

    assert cancelled.job.state is JobState.CANCELLED


async def test_cancelling_finished_work_changes_nothing(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        job = await generations.run_now(ENDPOINT, wanted())

        assert (await generations.cancel(job.id)).job == job


async def test_one_who_waits_learns_that_another_cancelled(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        running = asyncio.ensure_future(generations.run_now(ENDPOINT, wanted("slow")))
        await asyncio.to_thread(replica.next_started)
        [status] = await generations.list(ENDPOINT)
        await generations.cancel(status.job.id)

        with pytest.raises(Cancelled):
            await running


async def test_an_abandoned_wait_cancels_the_work(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        hung_up = asyncio.Event()
        running = asyncio.ensure_future(
            generations.run_now(ENDPOINT, wanted("slow"), abandoned=hung_up.wait)
        )
        await asyncio.to_thread(replica.next_started)
        hung_up.set()

        with pytest.raises(Cancelled):
            await running
        assert await asyncio.to_thread(replica.next_gone) == "slow"


async def test_a_cancelled_waiter_cancels_the_work(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        running = asyncio.ensure_future(generations.run_now(ENDPOINT, wanted("slow")))
        await asyncio.to_thread(replica.next_started)
        running.cancel()

        with pytest.raises(asyncio.CancelledError):
            await running
        [status] = await generations.list(ENDPOINT)
    assert status.job.state is JobState.CANCELLED


async def test_only_so_many_jobs_reach_the_replica_at_once(store, replica):
    async with at_work(store, StubReplicas(replica, at_once=2)) as generations:
        submitted = [await generations.submit(ENDPOINT, wanted("slow", seed=i)) for i in range(5)]
        for status in submitted[:2]:
            await until(generations, status, "started")
        positions = [(await generations.get(s.job.id)).position for s in submitted]
        replica.release()
        jobs = [await ended(generations, status) for status in submitted]

    assert positions == [None, None, 2, 3, 4]
    assert replica.most_at_once == 2
    assert {job.state for job in jobs} == {JobState.SUCCEEDED}
    # Two places come free at once, so who is first at the replica is a race of connections;
    # that the queue lets jobs in by their order is `test_lease_queue`'s to show.
    assert sorted(request["seed"] for request in replica.requests[2:]) == [2, 3, 4]


async def test_a_job_that_waits_here_can_be_cancelled_here(store, replica):
    async with at_work(store, StubReplicas(replica, at_once=1)) as generations:
        first = await generations.submit(ENDPOINT, wanted("slow"))
        await until(generations, first, "started")
        second = await generations.submit(ENDPOINT, wanted("second"))

        cancelled = await generations.cancel(second.job.id)

    assert cancelled.job.state is JobState.CANCELLED
    assert [request["prompt"] for request in replica.requests] == ["slow"]


async def test_more_jobs_than_the_limit_are_refused(store, replica):
    limits = QueueLimits(unfinished=2)
    async with at_work(store, StubReplicas(replica), limits) as generations:
        submissions = [generations.submit(ENDPOINT, wanted("slow")) for _ in range(4)]
        results = await asyncio.gather(*submissions, return_exceptions=True)

    assert [type(result) is Overloaded for result in results] == [False, False, True, True]


async def test_a_deadline_that_passes_while_waiting_ends_the_job(store, replica):
    async with at_work(store, StubReplicas(replica, at_once=1)) as generations:
        first = await generations.submit(ENDPOINT, wanted("slow"))
        await until(generations, first, "started")

        with pytest.raises(DeadlineExceeded) as caught:
            await generations.run_now(ENDPOINT, wanted("late", deadline_seconds=0.01))

    assert caught.value.field == "deadline_seconds"
    assert [request["prompt"] for request in replica.requests] == ["slow"]


async def test_a_deadline_that_passes_at_the_replica_leaves_it(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        with pytest.raises(DeadlineExceeded):
            await generations.run_now(ENDPOINT, wanted("slow", deadline_seconds=1))

        assert await asyncio.to_thread(replica.next_gone) == "slow"


async def test_time_spent_before_is_taken_off_the_deadline(store, replica):
    old = Job(
        id=new_job_id(),
        endpoint=ENDPOINT,
        request=wanted(deadline_seconds=1000).as_mapping(),
        created=datetime.now(UTC) - timedelta(seconds=400),
    )
    store[0].add(old)
    async with at_work(store, StubReplicas(replica)) as generations:
        await until_gone(generations, old.id)

    assert 500 < replica.requests[0]["deadline_seconds"] <= 600


async def until_gone(generations, job_id):
    async for _ in generations.follow(job_id):
        pass


async def test_work_left_by_a_gateway_that_stopped_is_done_by_the_next(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted("slow", seed=3))
        await until(generations, status, "started")
    assert await asyncio.to_thread(replica.next_gone) == "slow"
    assert store[0].get(status.job.id).state is JobState.QUEUED

    replica.release()
    async with at_work(store, StubReplicas(replica)) as generations:
        job = await ended(generations, status)
        png = await generations.image(job, 0)

    assert (job.state, png) == (JobState.SUCCEEDED, tiny_png(seed=3))


async def test_a_gateway_that_drains_lets_go_and_takes_nothing_more(store, replica):
    async with at_work(store, StubReplicas(replica)) as generations:
        status = await generations.submit(ENDPOINT, wanted("slow"))
        waiting = asyncio.ensure_future(generations.run_now(ENDPOINT, wanted("slow too")))
        await until(generations, status, "started")
        await asyncio.to_thread(replica.next_started)
        await asyncio.to_thread(replica.next_started)

        generations.drain()

        assert "finished" not in await names(generations, status)
        with pytest.raises(Unavailable, match="stopping"):
            await waiting
        with pytest.raises(Unavailable, match="stopping"):
            await generations.submit(ENDPOINT, wanted())


@pytest.mark.parametrize("job_id", ["", "none", "gen_\x00"])
async def test_what_is_not_there_is_not_found(store, shared_replica, job_id):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        for call in (generations.get, generations.cancel):
            with pytest.raises(NotFound):
                await call(job_id)
        with pytest.raises(NotFound):
            generations.preview(job_id, 0)


async def test_a_damaged_picture_is_not_found(store, shared_replica):
    async with at_work(store, StubReplicas(shared_replica)) as generations:
        job = await generations.run_now(ENDPOINT, wanted(seed=77))
        store[1].path(job.images[0].sha256).write_bytes(b"half")

        with pytest.raises(NotFound, match="damaged"):
            await generations.image(job, 0)


async def test_a_result_that_cannot_be_kept_fails_and_is_done_again(store, tmp_path, replica):
    jobs, images = store
    sha256 = images.put(tiny_png(seed=8))
    images.path(sha256).unlink()
    images.path(sha256).mkdir()  # its file's place is taken
    async with at_work(store, StubReplicas(replica)) as generations:
        job = await ended(generations, await generations.submit(ENDPOINT, wanted(seed=8)))

    assert (job.state, job.error["code"]) == (JobState.FAILED, "storage_unavailable")
    assert jobs.get(job.id) == job
