"""The picture that a generation starts from lies in the image store, not in the jobs table."""

import asyncio
import base64
import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from inkcloud.control.generations import Generations, Origin
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import Job, JobImage, JobState, new_job_id
from inkcloud.storage.database import Database
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.sweeper import Sweeper
from inkcloud.storage.thumbnails import ThumbnailStore
from support.init_images import pattern_png
from support.stub_replica import PATIENCE, StubReplica, StubReplicas

pytestmark = pytest.mark.anyio
ENDPOINT = "text2image"
PNG = pattern_png(64, 64)
SHA256 = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def database(tmp_path):
    database = Database.in_folder(tmp_path)
    yield database
    database.close()


@pytest.fixture
def images(tmp_path):
    return ImageStore(tmp_path)


@pytest.fixture
async def generations(database, images, replica):
    generations = Generations(JobTable(database), images, StubReplicas(replica))
    await generations.start()
    async with asyncio.timeout(PATIENCE):
        yield generations
    await generations.stop()


def wanted(prompt="x", image=PNG, **parameters):
    return GenerationRequest(prompt=prompt, image=image, **parameters)


async def ended(generations, job_id):
    async for _ in generations.follow(job_id):
        pass
    return (await generations.get(job_id)).job


async def test_the_replica_gets_the_picture_and_the_row_only_its_name(
    generations, database, replica
):
    status = await generations.submit(ENDPOINT, wanted())
    job = await ended(generations, status.job.id)

    assert base64.b64decode(replica.requests[0]["image"]) == PNG
    assert job.request["image"] == {"sha256": SHA256, "bytes": len(PNG)}
    with database.read() as connection:
        [row] = connection.execute(text("SELECT length(request) FROM jobs")).scalars()
    assert row < 1000 < len(PNG)


async def test_a_row_that_an_earlier_version_kept_is_still_worked_on(database, images, replica):
    table = JobTable(database)
    old = Job(id=new_job_id(), endpoint=ENDPOINT, request=wanted().as_mapping())
    table.add(old)
    generations = Generations(table, images, StubReplicas(replica))

    await generations.start()
    job = await ended(generations, old.id)
    await generations.stop()

    assert job.state is JobState.SUCCEEDED
    assert base64.b64decode(replica.requests[0]["image"]) == PNG


@pytest.mark.parametrize("kept_by", ["this version", "an earlier one"])
async def test_a_key_stands_for_the_picture_too(generations, database, kept_by):
    origin = Origin(idempotency_key="k")
    if kept_by == "this version":
        first = (await generations.submit(ENDPOINT, wanted(), origin=origin)).job
    else:
        plain = wanted().as_mapping()
        first = Job(id=new_job_id(), endpoint=ENDPOINT, request=plain, idempotency_key="k")
        JobTable(database).add(first)

    again = await generations.submit(ENDPOINT, wanted(), origin=origin)
    with pytest.raises(InvalidRequest):
        await generations.submit(ENDPOINT, wanted(image=pattern_png(8, 8)), origin=origin)

    assert again.job.id == first.id


async def test_a_picture_that_is_gone_fails_the_job_and_says_so(generations, images, replica):
    first = await generations.submit(ENDPOINT, wanted("die later"))
    await asyncio.to_thread(replica.next_started)
    images.path(SHA256).unlink()
    replica.release()

    job = await ended(generations, first.job.id)

    assert job.state is JobState.FAILED
    assert "missing or damaged" in job.error["message"]


async def test_it_is_swept_when_neither_a_job_nor_the_history_refers_to_it(
    generations, database, images, tmp_path
):
    table = JobTable(database)
    history = HistoryTable(database)
    sweeper = Sweeper(table, history, images, ThumbnailStore(tmp_path), EventTable(database))
    status = await generations.submit(ENDPOINT, wanted())
    job = await ended(generations, status.job.id)
    now = datetime.now(UTC)
    long_ago = (now - timedelta(hours=30)).timestamp()
    for name in list(images.names()):
        os.utime(images.path(name), (long_ago, long_ago))

    sweeper.sweep(now)
    kept = set(images.names())
    sweeper.sweep(now + timedelta(hours=25))
    kept_by_history = set(images.names())
    history.delete([f"{job.id}-0"], now=now)
    sweeper.sweep(now + timedelta(hours=25))

    assert kept == kept_by_history == {SHA256, job.images[0].sha256}
    assert list(images.names()) == []


async def test_a_result_that_equals_it_is_kept_once(database):
    """Its job refers to one picture, by one row."""
    table = JobTable(database)
    job = Job(id=new_job_id(), endpoint=ENDPOINT, request={"image": {"sha256": SHA256}})
    table.add(job)

    table.finish(job.id, JobState.SUCCEEDED, images=(JobImage(sha256=SHA256, record={}),))

    assert table.image_names() == {SHA256}
