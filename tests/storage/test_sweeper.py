import os
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.job import Job, JobImage, JobState, new_job_id
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.sweeper import Sweeper, Swept
from inkcloud.storage.thumbnails import ThumbnailStore

HOUR = timedelta(hours=1)


@pytest.fixture
def jobs(database):
    return JobTable(database)


@pytest.fixture
def images(tmp_path):
    return ImageStore(tmp_path)


@pytest.fixture
def events(database):
    return EventTable(database)


@pytest.fixture
def history(database):
    return HistoryTable(database)


@pytest.fixture
def thumbnails(tmp_path):
    return ThumbnailStore(tmp_path)


@pytest.fixture
def sweeper(jobs, history, images, thumbnails, events):
    return Sweeper(jobs, history, images, thumbnails, events)


def drawn(jobs, images, *pngs, now):
    """A job that drew these pictures and ended at that time."""
    job = Job(id=new_job_id(), endpoint="e", request={})
    jobs.add(job)
    named = tuple(JobImage(sha256=images.put(png), record={}) for png in pngs)
    return jobs.finish(job.id, JobState.SUCCEEDED, images=named, now=now)


def test_a_picture_outlives_its_job_and_goes_a_day_after_it_was_deleted(
    sweeper, jobs, history, images, thumbnails
):
    now = datetime.now(UTC)
    old = drawn(jobs, images, b"shared", b"old", now=now)
    new = drawn(jobs, images, b"shared", b"new", now=now + 10 * HOUR)
    for image in (*old.images, *new.images):
        thumbnails.put(image.sha256, b"small")

    assert sweeper.sweep(now + 23 * HOUR) == Swept()
    assert sweeper.sweep(now + 35 * HOUR) == Swept(jobs=2)
    assert jobs.get(old.id) is None
    assert [images.get(image.sha256) for image in old.images] == [b"shared", b"old"]

    history.delete([f"{old.id}-0", f"{old.id}-1"], now=now + 40 * HOUR)
    assert sweeper.sweep(now + 63 * HOUR) == Swept()
    assert sweeper.sweep(now + 65 * HOUR) == Swept(pictures=2, images=1)

    assert history.get(f"{old.id}-1") is None
    assert images.get(old.images[1].sha256) is None
    assert [images.get(image.sha256) for image in new.images] == [b"shared", b"new"]
    assert set(thumbnails.names()) == {image.sha256 for image in new.images}


def test_a_picture_that_was_had_back_stays(sweeper, jobs, history, images):
    now = datetime.now(UTC)
    job = drawn(jobs, images, b"mine", now=now)
    history.delete([f"{job.id}-0"], now=now)

    history.restore([f"{job.id}-0"])

    assert sweeper.sweep(now + 100 * HOUR) == Swept(jobs=1)
    assert images.get(job.images[0].sha256) == b"mine"


def test_a_picture_that_was_just_put_waits_for_its_job(sweeper, images):
    now = datetime.now(UTC)
    sha256 = images.put(b"not referred to yet")

    assert sweeper.sweep(now + timedelta(minutes=59)) == Swept()
    assert images.get(sha256) is not None
    assert sweeper.sweep(now + timedelta(minutes=61)) == Swept(images=1)


def test_a_picture_that_is_put_again_is_a_recent_one(sweeper, images):
    then = (datetime.now(UTC) - 30 * HOUR).timestamp()
    sha256 = images.put(b"again")
    os.utime(images.path(sha256), (then, then))

    images.put(b"again")

    assert sweeper.sweep() == Swept()
    assert images.get(sha256) == b"again"


def test_events_are_kept_for_a_week(sweeper, events):
    now = datetime.now(UTC)
    events.add("e", "", "k", "old", now - timedelta(days=8))
    events.add("e", "", "k", "new", now - timedelta(days=6))

    assert sweeper.sweep(now) == Swept(events=1)
    assert [event.text for event in events.newest("e")] == ["new"]
